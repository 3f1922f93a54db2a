#include "dispatch.h"

#include "base/arena.h"
#include "base/settings.h"
#include "credentials.h"
#include "envelope.h"
#include "rate.h"
#include "refused.h"
#include "routes.h"
#include "service.h"
#include "watchdog.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { SLOTS = 64 }; /* of the usage counters */

/* The part of the base URL's path in front of the version: "/scim" of https://host/scim/v2. */
static const char *base_path(struct exchange *x) {
    const char *url = x->settings->public_url;
    const char *host = strstr(url, "://");
    const char *path = strchr(host ? host + 3 : url, '/');
    size_t len = path ? strlen(path) : 0;
    while (len && path[len - 1] == '/')
        len--;
    if (len >= 3 && strncasecmp(path + len - 3, "/v2", 3) == 0)
        len -= 3;
    return arena_strndup(x->session.ctx.arena, path ? path : "", len);
}

/* Everything that HTTP can have wrong, and the route. */
static enum err prepare(struct exchange *x, const struct route **route) {
    struct request *r = &x->request;
    enum err e = request_split_path(r, base_path(x));
    if (e == OK)
        e = routes_find(x, route);
    if (e == OK)
        e = request_read_body(r, (size_t)x->settings->body_max);
    watchdog_arrived();
    if (e == OK)
        e = request_split_query(r);
    if (e == OK)
        e = request_check_accept(r);
    return e;
}

/* Faults of the client are told only to those who have a token. */
static bool needs_token_first(const struct exchange *x, enum err e) {
    return x->session.token_hash && e != OK && e != ERR_UNAVAILABLE && e != ERR_INTERNAL && e != ERR_INVALID_TOKEN &&
           e != ERR_PAUSED && !x->session.tenant.token_id;
}

/* The fault, or what is wrong with the token. */
static enum err token_first(struct exchange *x, enum err e) {
    if (!needs_token_first(x, e))
        return e;
    struct ctx kept = x->session.ctx;
    enum err auth = session_authenticate(&x->session);
    if (auth == OK)
        x->session.ctx = kept;
    return auth == OK ? e : auth;
}

/* As above for what is wrong with any request, whatever the organization's schemas are. */
static enum err token_first_of_all(struct exchange *x, enum err e) {
    struct ctx kept = x->session.ctx;
    enum err answer = token_first(x, e);
    if (answer == ERR_STALE_SCHEMAS)
        x->session.ctx = kept;
    return answer == ERR_STALE_SCHEMAS ? e : answer;
}

/* Runs the handler; again, if the organization's schemas turn out to be others than those the request was read with. */
static enum err answer(struct exchange *x, const struct route *route) {
    enum { TRIES = 3 };
    enum err (*handler)(struct exchange *);
    assert(route);
    enum err e = routes_handler(x, route, &handler);
    if (e != OK)
        return token_first_of_all(x, e);
    x->session.wants.change =
        route->place != ROUTE_SEARCH && strcmp(x->request.method, "GET") != 0 && strcmp(x->request.method, "HEAD") != 0;
    x->session.wants.groups = !*route->endpoint || strcasecmp(route->endpoint, "Groups") == 0;
    x->session.types = extensions_known(x->extensions, x->session.token_hash);
    for (unsigned i = 1; (e = token_first(x, handler(x))) == ERR_STALE_SCHEMAS && i < TRIES; i++) {
        fail_clear(&x->session.ctx);
        if ((e = extensions_load(x->extensions, &x->session)) != OK)
            break;
    }
    return e;
}

static enum err run(struct exchange *x) {
    const struct route *route = NULL;
    enum err credentials = credentials_read(&x->session.ctx, &x->request, CREDENTIALS_SCIM, &x->session.token_hash);
    struct ctx denied = x->session.ctx;
    enum err e = prepare(x, &route);
    bool open = route && route->open && credentials == ERR_UNAUTHORIZED;
    if (credentials != OK && !open) {
        x->session.ctx = denied;
        return credentials;
    }
    if (e == OK && credentials == OK)
        e = rate_take(x->call, &x->session.ctx, x->session.token_hash, &x->response);
    return e == OK ? answer(x, route) : token_first_of_all(x, e);
}

static void answer_scim(struct call *call) {
    struct exchange *x = arena_alloc(call->ctx.arena, sizeof *x);
    const struct settings *settings = call->worker->settings;
    *x = (struct exchange){.call = call,
                           .settings = settings,
                           .request = call->request,
                           .extensions = call->worker->extensions,
                           .route = "-",
                           .session = {.ctx = {.arena = call->ctx.arena},
                                       .db = call->worker->db,
                                       .base_url = settings->public_url,
                                       .request_id = call->request_id,
                                       .client_address = call->client_address,
                                       .types = schema_built_in(),
                                       .sensitive = settings->sensitive,
                                       .cursor_seconds = settings->cursor_seconds,
                                       .slot = (int)(getpid() % SLOTS)}};
    x->request.ctx = &x->session.ctx;
    enum err e = run(x);
    if (e == OK || x->session.tenant.token_id || e == ERR_INVALID_TOKEN)
        rate_note(call, &x->session);
    e = rate_failed(call, &x->session.ctx, e, &x->response);
    if (e != OK)
        envelope_render(&x->session.ctx, e, &x->response);
    refused_keep(x, e);
    x->response.head = strcmp(x->request.method, "HEAD") == 0;
    call->request = x->request;
    call->response = x->response;
    call->err = e;
    call->route = x->route;
    call->organization = x->session.tenant.organization_id;
    call->connection = x->session.tenant.connection_id;
    call->actor = x->session.tenant.token_id;
}

const struct service service_scim = {
    .name = "muster-scim", .short_name = "scim", .usage = "Answers SCIM 2.0 for a web server.", .answer = answer_scim};
