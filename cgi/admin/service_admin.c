/*
 * The admin API as a service (server/service.h): a key, a route, an operation of the control plane, a JSON object or
 * a problem document.
 */

#include "server/service.h"

#include "admin/api_credentials.h"
#include "admin/api_routes.h"
#include "admin/open_routes.h"
#include "admin/portal_brand.h"
#include "admin/problem.h"
#include "admin/waiting.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/token.h"
#include "server/credentials.h"
#include "server/rate.h"
#include "server/watchdog.h"

#include <stdint.h>
#include <string.h>

enum { KEY_MAX = 255 };

struct api {
    struct call *call;
    struct control control;
    struct control_waiting waiting;
    struct api_match match;
    struct json_object *fields;
};

/* The parameters of a query as fields. */
static enum err query_fields(struct api *a) {
    struct request *r = &a->call->request;
    for (size_t i = 0; i < r->n_params; i++) {
        if (json_object_object_get_ex(a->fields, r->params[i].name, NULL))
            return fail(&a->control.ctx, ERR_INVALID_FIELD, "%s is given twice", r->params[i].name);
        json_object_object_add(a->fields, r->params[i].name, json_object_new_string(r->params[i].value));
    }
    return OK;
}

/* A body of any Content-Type is read as JSON (curl -d); no body is an empty object. */
static enum err body_fields(struct api *a) {
    struct request *r = &a->call->request;
    if (r->body_len == 0)
        return OK;
    enum err e = request_check_encoding(r);
    if (e == OK)
        e = json_parse(&a->control.ctx, r->body, r->body_len, &a->fields);
    if (e == OK && !json_object_is_type(a->fields, json_type_object))
        return fail(&a->control.ctx, ERR_INVALID_SYNTAX, "the body must be a JSON object");
    return e;
}

/* Two requests are the same if method, path, query and body are equal. */
static enum err read_idempotency_key(struct api *a) {
    struct request *r = &a->call->request;
    const char *key = request_header(r, "HTTP_IDEMPOTENCY_KEY");
    struct arena *arena = a->control.ctx.arena;
    if (!key || strcmp(r->method, "POST") != 0)
        return OK;
    if (strlen(key) > KEY_MAX || !*key)
        return fail(&a->control.ctx, ERR_INVALID_FIELD, "Idempotency-Key must have 1 to %d characters", KEY_MAX);
    struct buf *all = buf_new(arena, SIZE_MAX / 2);
    char *hash = arena_alloc(arena, TOKEN_HASH_HEX + 1);
    buf_fmt(all, "%s %s%s%s\n", r->method, r->path, *r->query ? "?" : "", r->query);
    buf_add(all, r->body, r->body_len);
    token_hash_hex(buf_text(all), buf_len(all), hash);
    a->control.idempotency_key = key;
    a->control.request_hash = hash;
    return OK;
}

static enum err read_api_head(struct api *a) {
    struct call *call = a->call;
    struct request *r = &call->request;
    enum err e = request_split_path(r, "");
    if (e == OK)
        e = api_route_find(&a->control.ctx, r, &a->match, &call->response.allow);
    if (e == OK) {
        call->route = a->match.route->path;
        a->control.asked = a->match.organization;
        a->control.scopes = a->match.route->scopes;
        a->control.installation = a->match.route->installation;
        a->control.callers = a->match.route->callers;
        a->control.screen = api_route_screen(a->match.route);
    }
    if (e == OK && request_has_body(r))
        e = request_check_length(r, (size_t)call->worker->settings->body_max);
    return e == OK ? request_split_query(r) : e;
}

static enum err read_fields(struct api *a) {
    struct request *r = &a->call->request;
    if (!request_has_body(r))
        return query_fields(a);
    enum err e = request_read_body(r, (size_t)a->call->worker->settings->body_max);
    if (e == OK)
        e = body_fields(a);
    if (e == OK)
        e = query_fields(a); /* passed over, ?dry_run=true would be the act itself */
    return e == OK ? read_idempotency_key(a) : e;
}

/* Only a client with a key, and with the scope that the URL needs, learns its faults. */
static enum err key_first(struct api *a, enum err fault) {
    struct control *c = &a->control;
    struct ctx kept = c->ctx;
    struct db_rows row = {0};
    control_queue(c);
    enum err e = db_read(&c->ctx, c->db, &row);
    if (e == OK)
        e = control_accept(c, row);
    if (e == OK)
        fail_take(&c->ctx, &kept);
    return e == OK ? fault : e;
}

/*
 * A small body of a key that was accepted lately is read at once; any other is read after the authentication. The
 * operation authenticates again, with its own first statement.
 */
static enum err admit_key(struct api *a) {
    struct control *c = &a->control, kept = *c;
    const struct request *r = &a->call->request;
    bool small = r->declared >= 0 && r->declared <= REQUEST_UNASKED;
    if (!request_has_body(r) || r->declared == 0 || (small && rate_accepted(a->call, c->key_hash)))
        return OK;
    enum err e = key_first(a, OK);
    if (e == OK)
        *c = kept;
    return e;
}

static enum err run_operation(struct api *a, struct json_object **out) {
    struct control *c = &a->control;
    const struct api_route *route = a->match.route;
    const struct control_input in = {.id = a->match.id,
                                     .delivery = a->match.delivery,
                                     .fields = a->fields,
                                     .if_match = request_header(&a->call->request, "HTTP_IF_MATCH")};
    enum err e = route->run(c, &in, out);
    /* Wrong fields are found before the authentication. */
    return e != OK && !c->accepted && e != ERR_UNAVAILABLE && e != ERR_INTERNAL && e != ERR_INVALID_TOKEN &&
                   e != ERR_FORBIDDEN && e != ERR_NOT_FOUND
               ? key_first(a, e)
               : e;
}

/* Stores whose key it is, for its next request. */
static void note_key(struct api *a, enum err e) {
    const struct control *c = &a->control;
    if (!c->accepted && e != ERR_INVALID_TOKEN)
        return;
    const char *whose = !c->accepted || e == ERR_INVALID_TOKEN ? NULL
                        : c->bound                             ? c->organization
                                                               : control_installation;
    rate_note_key(a->call, c->key_hash, whose);
    share_note(a->call->worker, c->bound ? whose : NULL);
}

static enum err admit_and_operate(struct api *a, struct json_object **out) {
    struct control *c = &a->control;
    const char *method = a->call->request.method;
    bool change = strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
    enum err e = share_enter(a->call, &c->ctx, c->key_hash, change, &a->call->response);
    if (e == OK)
        e = admit_key(a);
    if (e != OK)
        return e;
    e = read_fields(a);
    watchdog_arrived();
    e = e == OK ? run_operation(a, out) : key_first(a, e);
    note_key(a, e);
    return e;
}

static const struct {
    const char *content_type, *ending;
} formats[] = {[CONTROL_JSON] = {"application/json", "json"},
               [CONTROL_CSV] = {"text/csv; charset=utf-8", "csv"},
               [CONTROL_JSON_LINES] = {"application/x-ndjson", "jsonl"}};

/* The headers of a text to save as a file. */
static const char *file_headers(struct api *a, const struct control_text *t) {
    return arena_printf(a->control.ctx.arena, "Content-Disposition: attachment; filename=\"%s.%s\"\r\n%s%s%s", t->file,
                        formats[t->format].ending, t->cursor ? "X-Next-Cursor: " : "", t->cursor ? t->cursor : "",
                        t->cursor ? "\r\n" : "");
}

static void answer_text(struct api *a) {
    const struct control_text *t = &a->control.text;
    struct response *r = &a->call->response;
    *r = (struct response){.status = STATUS_OK,
                           .content_type = formats[t->format].content_type,
                           .body = t->text,
                           .len = t->len,
                           .extra = t->file ? file_headers(a, t) : NULL,
                           .retry_after = a->control.retry_after};
}

static void answer_object(struct api *a, struct json_object *out) {
    struct call *call = a->call;
    struct response *response = &call->response;
    const char *method = call->request.method, *known = request_header(&call->request, "HTTP_IF_NONE_MATCH");
    struct arena *arena = a->control.ctx.arena;
    bool post = strcmp(method, "POST") == 0;
    if (strcmp(method, "DELETE") == 0 && !a->control.foretold)
        out = NULL;
    response->status = !out ? STATUS_NO_CONTENT : a->match.route->creates ? STATUS_CREATED : STATUS_OK;
    response->content_type = "application/json";
    if (a->control.replayed)
        response->extra = "Idempotent-Replayed: true\r\n";
    if (a->control.cookie)
        response->extra = api_credentials_cookie(arena, call->worker->settings, a->control.cookie);
    if (!out)
        return;
    response->body = json_text(arena, out);
    response->len = strlen(response->body);
    bool tagged = !post && !a->control.foretold && !a->control.untagged;
    if (tagged && !json_object_object_get_ex(out, "data", NULL)) /* no list */
        response->etag = control_tag(arena, out);
    if (response->etag && known && strstr(known, response->etag)) {
        response->status = STATUS_NOT_MODIFIED;
        response->body = NULL;
    }
}

/*
 * The keys that encrypt secrets are read once. While there are none they are looked for again, so the file may come
 * later.
 */
static void give_secret_keys(struct control *c, struct worker *w) {
    struct ctx ctx = {.arena = c->ctx.arena};
    if (w->secret_keys.n == 0 && secret_keys_load(&ctx, w->settings->secret_key_file, &w->secret_keys) != OK)
        c->no_secret_keys = ctx.detail;
    else
        c->secret_keys = &w->secret_keys;
}

/* Faults of the request are reported after those of the key. */
static enum err carry_out_request(struct api *a, struct json_object **out) {
    struct control *c = &a->control;
    enum err e = request_check_once(&a->call->request);
    if (e != OK)
        return e;
    e = read_api_head(a);
    struct ctx fault = c->ctx;
    fail_clear(&c->ctx);
    enum err key = api_credentials_read(c, a->call);
    if (key != OK)
        return key;
    fail_take(&c->ctx, &fault);
    if (e == OK)
        e = api_credentials_forged(c, a->call);
    return e == OK ? admit_and_operate(a, out) : key_first(a, e);
}

static void open_admin(struct worker *w) {
    w->extensions = extensions_create();
    share_open(w);
}

static void close_admin(struct worker *w) {
    share_close(w);
    extensions_destroy(w->extensions);
}

static void answer_admin(struct call *call) {
    struct json_object *out = NULL;
    if (open_routes_answer(call))
        return;
    struct api *a = arena_alloc(call->ctx.arena, sizeof *a);
    a->call = call;
    a->waiting = waiting_of(call->worker);
    a->control = (struct control){.ctx = {.arena = call->ctx.arena},
                                  .waiting = &a->waiting,
                                  .db = call->worker->db,
                                  .request_id = call->request_id,
                                  .client_address = call->client_address,
                                  .base_url = call->worker->settings->public_url,
                                  .extensions = call->worker->extensions,
                                  .webhooks_max = call->worker->settings->webhooks_max};
    give_secret_keys(&a->control, call->worker);
    a->fields = json_new_object(call->ctx.arena);
    call->request.ctx = &a->control.ctx;
    enum err e = carry_out_request(a, &out);
    e = rate_failed(call, &a->control.ctx, e, &call->response);
    if (e == OK && a->control.text.text)
        answer_text(a);
    else if (e == OK)
        answer_object(a, out);
    else
        problem_render(&a->control.ctx, e, call->request_id, a->control.errors, &call->response);
    call->response.head = strcmp(call->request.method, "HEAD") == 0;
    call->err = e;
    call->organization = a->control.organization;
    call->actor = a->control.key_id;
}

const struct service service_admin = {.name = "muster-admin",
                                      .short_name = "admin",
                                      .usage = "Answers the admin API for a web server.",
                                      .print_routes = api_routes_print,
                                      .check = portal_brand_check,
                                      .open = open_admin,
                                      .close = close_admin,
                                      .answer = answer_admin,
                                      .fault_type = "application/problem+json",
                                      .exhausted =
                                          "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                                          "\"detail\":\"the request is too much work: send less at a time\"}"};
