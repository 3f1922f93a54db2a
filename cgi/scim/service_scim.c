/*
 * SCIM as a service (server/service.h). The order of a request is: credentials, head, route, authentication, body,
 * handler, envelope. A missing or invalid token is reported before any other fault, and the body of a stranger is never
 * read.
 */

#include "server/service.h"

#include "base/arena.h"
#include "base/settings.h"
#include "scim/activity.h"
#include "scim/admit.h"
#include "scim/denied.h"
#include "scim/envelope.h"
#include "scim/exchange.h"
#include "scim/routes.h"
#include "server/credentials.h"
#include "server/rate.h"
#include "server/watchdog.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum { SLOTS = 16 }; /* number of usage counters of a connection, which each first page sums */

/* The part of the base URL's path before the version: "/scim" of https://host/scim/v2. */
static const char *base_path(struct exchange *x) {
    const char *url = x->call->worker->settings->public_url;
    const char *host = strstr(url, "://");
    const char *path = strchr(host ? host + 3 : url, '/');
    size_t len = path ? strlen(path) : 0;
    while (len && path[len - 1] == '/')
        len--;
    if (len >= 3 && strncasecmp(path + len - 3, "/v2", 3) == 0)
        len -= 3;
    return arena_strndup(x->session.ctx.arena, path ? path : "", len);
}

static bool can_end_access(const struct exchange *x, const struct route *route) {
    bool user = strcasecmp(route->endpoint, "Users") == 0 && route->place == ROUTE_ONE;
    return (user && strcmp(x->call->request.method, "GET") != 0 && strcmp(x->call->request.method, "HEAD") != 0) ||
           strcasecmp(route->endpoint, "Bulk") == 0;
}

/*
 * Faults that concern only the answer never refuse a leaver, so they are stored until the body shows whether somebody
 * leaves.
 */
static enum err put_off(struct exchange *x, const struct route *route, const char *name, enum err e) {
    if (e == OK || !can_end_access(x, route))
        return e;
    parts_failed(&x->session.ctx, &x->lost, name, e);
    return OK;
}

/* Checks everything before the body, and finds the route and its handler. */
static enum err read_scim_head(struct exchange *x, const struct route **route, handler **out) {
    struct request *r = &x->call->request;
    enum err e = request_split_path(r, base_path(x));
    if (e == OK)
        e = routes_find(x, route);
    if (e == OK)
        e = routes_handler(x, *route, out);
    if (e == OK && request_has_body(r))
        e = request_check_length(r, (size_t)x->call->worker->settings->body_max);
    if (e == OK)
        e = put_off(x, *route, "query", request_split_query(r));
    if (e == OK)
        e = put_off(x, *route, "Accept", request_check_accept(r));
    return e;
}

/* Only a client with a token learns its faults. */
static bool needs_token_first(const struct exchange *x, enum err e) {
    return x->session.token_hash && e != OK && e != ERR_UNAVAILABLE && e != ERR_INTERNAL && e != ERR_INVALID_TOKEN &&
           e != ERR_PAUSED && !x->session.tenant.token_id && !x->call->worker->share.refused;
}

/* Returns the fault, or the token's fault, if it has one. */
static enum err token_first(struct exchange *x, enum err e) {
    if (!needs_token_first(x, e))
        return e;
    struct ctx kept = x->session.ctx;
    enum err auth = session_authenticate(&x->session);
    if (auth == OK)
        fail_take(&x->session.ctx, &kept);
    return auth == OK ? e : auth;
}

/* As above, for faults that do not depend on the organization's schemas. */
static enum err token_first_of_all(struct exchange *x, enum err e) {
    struct ctx kept = x->session.ctx;
    enum err answer = token_first(x, e);
    if (answer == ERR_STALE_SCHEMAS)
        fail_take(&x->session.ctx, &kept);
    return answer == ERR_STALE_SCHEMAS ? e : answer;
}

/* Sets what the request does, for the check of the token's scope and the choice of schemas. */
static void set_wants(struct exchange *x, const struct route *route) {
    struct session *s = &x->session;
    s->wants.change = route->place != ROUTE_SEARCH && strcmp(x->call->request.method, "GET") != 0 &&
                      strcmp(x->call->request.method, "HEAD") != 0;
    s->wants.groups = !*route->endpoint || strcasecmp(route->endpoint, "Groups") == 0;
    s->types = extensions_known(x->call->worker->extensions, s->token_hash);
}

/* Runs the handler, and runs it again if the request was read with stale schemas. */
static enum err run_handler(struct exchange *x, handler *run_by) {
    enum { TRIES = 3 };
    enum err e = OK;
    for (unsigned i = 1; (e = token_first(x, run_by(x))) == ERR_STALE_SCHEMAS && i < TRIES; i++) {
        fail_clear(&x->session.ctx);
        if ((e = extensions_load(x->call->worker->extensions, &x->session)) != OK)
            break;
    }
    return e;
}

/* Whether the head of a request shows heavy work. */
static bool is_heavy(const struct exchange *x, const struct route *route) {
    return strcasecmp(route->endpoint, "Bulk") == 0 ||
           (request_has_body(&x->call->request) && x->call->request.declared > SHARE_BODY);
}

/* Whether a client with a token may work. */
static enum err let_in(struct exchange *x, const struct route *route) {
    bool heavy = is_heavy(x, route);
    enum err e = admit_limits(x, heavy);
    return e == OK ? admit_identity(x, heavy) : token_first_of_all(x, e);
}

/* Handles a request with a valid head, of a client with a token or on an open route. */
static enum err admit_and_handle(struct exchange *x, const struct route *route, handler *run_by) {
    struct session *s = &x->session;
    enum err e = OK;
    assert(route && run_by); /* the head is valid */
    set_wants(x, route);
    if (s->token_hash && (e = let_in(x, route)) != OK)
        return e;
    if (request_has_body(&x->call->request))
        e = request_read_body(&x->call->request, (size_t)x->call->worker->settings->body_max);
    watchdog_arrived();
    if (e == OK && x->call->request.body_len > SHARE_BODY) /* for a body of undeclared length */
        e = admit_heavy(x);
    return e == OK ? run_handler(x, run_by) : token_first_of_all(x, e);
}

static enum err answer_exchange(struct exchange *x) {
    const struct route *route = NULL;
    handler *run_by = NULL;
    enum err once = request_check_once(&x->call->request);
    if (once != OK)
        return once;
    enum err credentials =
        credentials_read(&x->session.ctx, &x->call->request, CREDENTIALS_SCIM, &x->session.token_hash);
    struct ctx denied = x->session.ctx;
    enum err e = read_scim_head(x, &route, &run_by);
    bool open = route && route->open && credentials == ERR_UNAUTHORIZED;
    if (credentials != OK && !open) {
        fail_take(&x->session.ctx, &denied);
        return credentials;
    }
    return e == OK ? admit_and_handle(x, route, run_by) : token_first_of_all(x, e);
}

static enum err take_heavy_place(void *arg) {
    return admit_heavy(arg);
}

static void open_scim(struct worker *w) {
    w->extensions = extensions_create();
    share_open(w);
}

static void close_scim(struct worker *w) {
    share_close(w);
    extensions_destroy(w->extensions);
}

static void answer_scim(struct call *call) {
    struct exchange *x = arena_alloc(call->ctx.arena, sizeof *x);
    const struct settings *settings = call->worker->settings;
    *x = (struct exchange){.call = call,
                           .session = {.ctx = {.arena = call->ctx.arena},
                                       .db = call->worker->db,
                                       .base_url = settings->public_url,
                                       .request_id = call->request_id,
                                       .client_address = call->client_address,
                                       .types = schema_built_in(),
                                       .sensitive = settings->sensitive,
                                       .cursor_seconds = settings->cursor_seconds,
                                       .heavy = {take_heavy_place, x},
                                       .limits = call->worker->limits,
                                       .slot = call->worker->pid % SLOTS}};
    call->request.ctx = &x->session.ctx;
    enum err e = answer_exchange(x);
    admit_note(x, e);
    e = rate_failed(call, &x->session.ctx, e, &call->response);
    if (e != OK)
        envelope_render(&x->session.ctx, e, &call->response);
    activity_keep(x, e);
    call->response.head = strcmp(call->request.method, "HEAD") == 0;
    call->err = e;
    call->organization = x->session.tenant.organization_id;
    call->connection = x->session.tenant.connection_id;
    call->actor = x->session.tenant.token_id;
    denied_keep(x, e);
}

const struct service service_scim = {.name = "muster-scim",
                                     .short_name = "scim",
                                     .usage = "Answers SCIM 2.0 for a web server.",
                                     .print_routes = routes_print,
                                     .open = open_scim,
                                     .close = close_scim,
                                     .answer = answer_scim,
                                     .fault_type = "application/scim+json",
                                     .exhausted = "{\"schemas\":[\"" SCHEMA_ERROR "\"],\"status\":\"503\","
                                                  "\"detail\":\"the request is too much work: send less at a time\"}"};
