/* The admin responder's URLs that need no key: health, metrics, the API's description, keys, the portal's page. */

#include "admin/open_routes.h"

#include "admin/metrics_page.h"
#include "admin/portal_brand.h"
#include "admin/portal_page.h"
#include "admin/problem.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/version.h"
#include "db/db.h"
#include "db/sql.h"
#include "server/rate.h"
#include "server/watchdog.h"

#include "openapi_json.h"
#include "sql/control.h"
#include <string.h>

enum { READY_MS = 500 };

static void answer_json(struct call *call, const char *body) {
    call->response.status = STATUS_OK;
    call->response.content_type = "application/json";
    call->response.body = body;
    call->response.len = strlen(body);
}

/* Only shows that the process answers. */
static enum err answer_health(struct call *call) {
    call->response.cache_control = "no-store";
    answer_json(call, "{\"status\":\"ok\"}");
    return OK;
}

/*
 * Checks that requests can be served: the database takes writes in time, and has what this program needs. Settings that
 * weaken durability are warnings in the body: {"status", "warnings": [text]}.
 */
static enum err answer_ready(struct call *call) {
    struct db *db = call->worker->db;
    struct db_rows row = {0};
    db_deadline(db, clock_monotonic_ms() + READY_MS);
    db_queue(db, sql_ready(.release = MUSTER_VERSION));
    enum err e = db_read(&call->ctx, db, &row);
    if (e != OK)
        return e;
    if (db_bool(row, 0, READY_READ_ONLY))
        return fail(&call->ctx, ERR_UNAVAILABLE, "the database takes no writes at the moment");
    if (db_int(row, 0, READY_NUMBER) < sql_migrations[sql_migrations_count - 1].number)
        return fail(&call->ctx, ERR_UNAVAILABLE, "the schema of the database is older than this program");
    if (!db_bool(row, 0, READY_FUNCTIONS))
        return fail(&call->ctx, ERR_UNAVAILABLE, "the functions of the database are older than this program");
    if (db_text(row, 0, READY_BLOCKED))
        return fail(&call->ctx, ERR_UNAVAILABLE, "%s", db_text(row, 0, READY_BLOCKED));
    enum err healthy = answer_health(call);
    if (healthy == OK && db_text(row, 0, READY_WARNINGS))
        answer_json(call, arena_printf(call->ctx.arena, "{\"status\":\"ok\",\"warnings\":%s}",
                                       db_text(row, 0, READY_WARNINGS)));
    return healthy;
}

static enum err answer_description(struct call *call) {
    answer_json(call, openapi_json);
    return OK;
}

/* The public keys that verify security event tokens, a JWK Set (RFC 7517, section 8.5.2). */
static enum err answer_keys(struct call *call) {
    struct db_rows row = {0};
    db_queue(call->worker->db, sql_api_signing_key_set());
    enum err e = db_read(&call->ctx, call->worker->db, &row);
    if (e != OK)
        return e;
    answer_json(call, db_text(row, 0, API_SIGNING_KEY_SET_OBJECT));
    call->response.content_type = "application/jwk-set+json";
    call->response.cache_control = "public, max-age=300";
    return OK;
}

static const struct open_route {
    const char *path;
    enum err (*answer)(struct call *call); /* fills in the response, or fails */
} open_routes[] = {
    {.path = "/healthz", .answer = answer_health},
    {.path = "/readyz", .answer = answer_ready},
    {.path = "/metrics", .answer = metrics_page_answer},
    {.path = "/v1/openapi.json", .answer = answer_description},
    {.path = "/.well-known/jwks.json", .answer = answer_keys},
    {.path = "/v1/portal/brand", .answer = portal_brand_answer},
    {.path = "/v1/portal/brand.css", .answer = portal_brand_colours},
    {.path = "/v1/portal/logo", .answer = portal_brand_logo},
    {.path = "/portal", .answer = portal_page_answer},
    {.path = "/portal/", .answer = portal_page_answer},
    {.path = "/portal/embed.js", .answer = portal_page_embed},
};

static const struct open_route *find_open_route(const char *path) {
    for (size_t i = 0; i < sizeof open_routes / sizeof *open_routes; i++)
        if (strcmp(open_routes[i].path, path) == 0)
            return &open_routes[i];
    return NULL;
}

static enum err answer_open_route(struct call *call, const struct open_route *route) {
    const char *method = call->request.method;
    enum err e = request_check_once(&call->request);
    if (e != OK)
        return e;
    if (call->response.head || strcmp(method, "GET") == 0)
        return route->answer(call);
    call->response.allow = "GET, HEAD";
    return fail(&call->ctx, ERR_METHOD_NOT_ALLOWED, "this URL answers GET, HEAD");
}

bool open_routes_answer(struct call *call) {
    const struct open_route *route = find_open_route(call->request.path);
    if (!route)
        return false;
    watchdog_arrived();
    call->route = route->path;
    call->response.head = strcmp(call->request.method, "HEAD") == 0;
    bool head = call->response.head;
    call->err = rate_failed(call, &call->ctx, answer_open_route(call, route), &call->response);
    if (call->err != OK)
        problem_render(&call->ctx, call->err, call->request_id, NULL, &call->response);
    call->response.head = head;
    return true;
}
