/* Shared by the SCIM handlers: reads body, query and conditions, and answers with a resource or a list. */

#include "scim/exchange.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/number.h"
#include "scim/admit.h"

#include <inttypes.h>
#include <string.h>

enum err exchange_body(struct exchange *x, struct json_object **out) {
    struct ctx *ctx = &x->session.ctx;
    enum err e = request_check_encoding(&x->call->request);
    if (e == OK)
        e = request_check_content_type(&x->call->request);
    if (e == OK)
        e = json_parse(ctx, x->call->request.body, x->call->request.body_len, out);
    if (e == OK && !json_object_is_type(*out, json_type_object))
        return fail(ctx, ERR_INVALID_SYNTAX, "the body must be a JSON object");
    if (e == OK)
        x->body = *out;
    return e;
}

enum err exchange_projection(struct exchange *x, const struct resource_type *rt, const struct projection **out) {
    const char *attributes, *excluded;
    enum err e = request_param(&x->call->request, "attributes", &attributes);
    if (e == OK)
        e = request_param(&x->call->request, "excludedAttributes", &excluded);
    return e == OK ? projection_parse(&x->session.ctx, rt, attributes, excluded, out) : e;
}

/* Reads the body, and adds the attributes that it sets to the projection. */
static enum err read_write(struct exchange *x, const struct resource_type *rt, struct json_object **body,
                           const struct projection **p) {
    enum err e = exchange_body(x, body);
    if (e == OK)
        e = admit_body(x, *body);
    if (e == OK)
        *p = projection_of_write(&x->session.ctx, rt, *p, *body);
    return e;
}

enum err exchange_write(struct exchange *x, const struct resource_type *rt, struct json_object **body,
                        const struct projection **out) {
    enum err e = exchange_projection(x, rt, out);
    return e == OK ? read_write(x, rt, body, out) : e;
}

enum err exchange_change(struct exchange *x, struct json_object **body, struct parts *lost,
                         const struct projection **out) {
    const struct resource_type *user = x->session.types->user;
    *lost = (struct parts){.go_on = true};
    parts_failed_before(&x->session.ctx, lost, x->lost.left_out);
    enum err e = x->lost.left_out ? OK : exchange_projection(x, user, out);
    if (e != OK)
        parts_failed(&x->session.ctx, lost, "query", e);
    if (lost->left_out)
        *out = NULL;
    return read_write(x, user, body, out);
}

struct range {
    int64_t low, high;
};

/* Reads a whole number; one out of its range counts as the nearest in it (RFC 7644, 3.4.2.4). */
static enum err clamp_number(struct exchange *x, const char *name, const char *text, enum err kind, struct range range,
                             int64_t *out) {
    int64_t n;
    if (!number_parse(text, strlen(text), &n))
        return fail(&x->session.ctx, kind, "%s must be a whole number", name);
    *out = n < range.low ? range.low : n > range.high ? range.high : n;
    return OK;
}

enum err exchange_settle_list(struct exchange *x, struct list_query *q, const char *start_index, const char *count) {
    enum err kind = q->cursor ? ERR_INVALID_COUNT : ERR_INVALID_VALUE;
    q->start_index = 1;
    q->count = LIST_COUNT;
    if (q->cursor && start_index)
        return fail(&x->session.ctx, ERR_INVALID_VALUE, "cursor and startIndex exclude each other");
    enum err e = OK;
    if (start_index)
        e = clamp_number(x, "startIndex", start_index, kind, (struct range){1, INT64_MAX / 2}, &q->start_index);
    if (e == OK && count)
        e = clamp_number(x, "count", count, kind, (struct range){0, LIST_MAX}, &q->count);
    return e;
}

/* The parameters of a list, by name. */
static enum err list_query(struct exchange *x, struct list_query *out) {
    const char *start_index = NULL, *count = NULL;
    const struct {
        const char *name;
        const char **to;
    } params[] = {{"filter", &out->filter},
                  {"attributes", &out->attributes},
                  {"excludedAttributes", &out->excluded},
                  {"sortBy", &out->sort_by},
                  {"sortOrder", &out->sort_order},
                  {"cursor", &out->cursor},
                  {"startIndex", &start_index},
                  {"count", &count}};
    *out = (struct list_query){.in_url = true};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        enum err e = request_param(&x->call->request, params[i].name, params[i].to);
        if (e != OK)
            return e;
    }
    return exchange_settle_list(x, out, start_index, count);
}

enum err exchange_run_list(struct exchange *x, const struct list_kind *kind, const struct list_query *q) {
    struct answer a;
    enum err e = list_run(&x->session, kind, q, &a);
    if (e == OK)
        x->call->response = (struct response){.status = STATUS_OK, .body = a.json, .len = a.len};
    return e;
}

enum err exchange_list(struct exchange *x, const struct list_kind *kind) {
    struct list_query q;
    enum err e = list_query(x, &q);
    return e == OK ? exchange_run_list(x, kind, &q) : e;
}

struct precondition exchange_precondition(const struct exchange *x) {
    return (struct precondition){.if_match = request_header(&x->call->request, "HTTP_IF_MATCH"),
                                 .if_none_match = request_header(&x->call->request, "HTTP_IF_NONE_MATCH")};
}

void exchange_resource(struct exchange *x, int status, const struct resource_type *rt, const struct answer *a) {
    struct arena *arena = x->session.ctx.arena;
    x->made = a->id;
    x->call->response.status = status;
    x->call->response.body = a->json;
    x->call->response.len = a->len;
    x->call->response.etag = arena_printf(arena, "W/\"%" PRId64 "\"", a->version);
    x->call->response.location = arena_printf(arena, "%s%s/%s", x->session.base_url, rt->endpoint, a->id);
}

void exchange_read(struct exchange *x, const struct resource_type *rt, const struct answer *a) {
    const char *known = request_header(&x->call->request, "HTTP_IF_NONE_MATCH");
    exchange_resource(x, STATUS_OK, rt, a);
    if (!known || !answer_tag_matches(known, a->version))
        return;
    x->call->response.status = STATUS_NOT_MODIFIED;
    x->call->response.body = NULL;
    x->call->response.location = NULL;
}
