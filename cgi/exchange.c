#include "exchange.h"

#include "base/arena.h"
#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_OK = 200, STATUS_CREATED = 201, STATUS_NOT_MODIFIED = 304 };

enum err exchange_body(struct exchange *x, struct json_object **out) {
    struct ctx *ctx = &x->session.ctx;
    enum err e = request_check_content_type(&x->request);
    if (e == OK)
        e = json_parse(ctx, x->request.body, x->request.body_len, out);
    if (e == OK && !json_object_is_type(*out, json_type_object))
        return fail(ctx, ERR_INVALID_SYNTAX, "the body must be a JSON object");
    return e;
}

enum err exchange_projection(struct exchange *x, const struct resource_type *rt, const struct projection **out) {
    const char *attributes, *excluded;
    enum err e = request_param(&x->request, "attributes", &attributes);
    if (e == OK)
        e = request_param(&x->request, "excludedAttributes", &excluded);
    return e == OK ? projection_parse(&x->session.ctx, rt, attributes, excluded, out) : e;
}

enum err exchange_write(struct exchange *x, const struct resource_type *rt, struct json_object **body,
                        const struct projection **out) {
    const struct projection *p;
    enum err e = exchange_projection(x, rt, &p);
    if (e == OK)
        e = exchange_body(x, body);
    if (e == OK)
        *out = projection_of_write(&x->session.ctx, rt, p, *body);
    return e;
}

/* A whole number, saturated; `low` is what smaller ones become. */
static enum err number_param(struct exchange *x, const char *name, int64_t def, int64_t low, int64_t high,
                             int64_t *out) {
    const char *text;
    enum err e = request_param(&x->request, name, &text);
    *out = def;
    if (e != OK || !text)
        return e;
    bool negative = *text == '-';
    const char *digits = text + negative;
    size_t n = strspn(digits, "0123456789");
    if (n == 0 || digits[n])
        return fail(&x->session.ctx, ERR_INVALID_VALUE, "%s must be a whole number", name);
    int64_t value = n > 18 ? INT64_MAX : strtoll(digits, NULL, 10);
    value = negative ? -value : value;
    *out = value < low ? low : value > high ? high : value;
    return OK;
}

enum err exchange_list_query(struct exchange *x, struct list_query *out) {
    struct request *r = &x->request;
    *out = (struct list_query){0};
    enum err e = request_param(r, "filter", &out->filter);
    if (e == OK)
        e = request_param(r, "attributes", &out->attributes);
    if (e == OK)
        e = request_param(r, "excludedAttributes", &out->excluded);
    if (e == OK)
        e = number_param(x, "startIndex", 1, 1, INT64_MAX / 2, &out->start_index);
    if (e == OK)
        e = number_param(x, "count", LIST_COUNT, 0, LIST_MAX, &out->count);
    return e;
}

struct precondition exchange_precondition(const struct exchange *x) {
    return (struct precondition){.if_match = request_header(&x->request, "HTTP_IF_MATCH"),
                                 .if_none_match = request_header(&x->request, "HTTP_IF_NONE_MATCH")};
}

void exchange_resource(struct exchange *x, int status, const struct resource_type *rt, const struct answer *a) {
    struct arena *arena = x->session.ctx.arena;
    x->response.status = status;
    x->response.body = a->json;
    x->response.len = a->len;
    x->response.etag = arena_printf(arena, "W/\"%" PRId64 "\"", a->version);
    x->response.location = arena_printf(arena, "%s%s/%s", x->session.base_url, rt->endpoint, a->id);
}

void exchange_read(struct exchange *x, const struct resource_type *rt, const struct answer *a) {
    const char *known = request_header(&x->request, "HTTP_IF_NONE_MATCH");
    exchange_resource(x, STATUS_OK, rt, a);
    if (!known || !answer_tag_matches(known, a->version))
        return;
    x->response.status = STATUS_NOT_MODIFIED;
    x->response.body = NULL;
    x->response.location = NULL;
}
