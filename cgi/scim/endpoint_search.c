/* GET on the base URL, and POST /.search with a SearchRequest. */

#include "scim/endpoints.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "directory/list.h"
#include "protocol/message.h"
#include "protocol/size.h"
#include "scim/exchange.h"

#include <string.h>

/* POST .search (RFC 7644, 3.4.3) and queries at the base URL. The query string of a .search is ignored. */

enum { NAMES_MAX = 1024 * 1024 };

/* A text member of the message; NULL if it is absent. */
static enum err text_member(struct exchange *x, struct json_object *body, const char *name, const char **out) {
    struct json_object *v = json_get_caseless(body, name);
    *out = json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;
    if (*out && json_object_get_string_len(v) > SIZE_STRING)
        return fail(&x->session.ctx, ERR_INVALID_VALUE, "%s is longer than %d bytes", name, SIZE_STRING);
    return v && !*out ? fail(&x->session.ctx, ERR_INVALID_VALUE, "%s must be a text", name) : OK;
}

/* attributes and excludedAttributes: a list of names, or one text with commas. */
static enum err names_member(struct exchange *x, struct json_object *body, const char *name, const char **out) {
    struct json_object *v = json_get_caseless(body, name);
    if (!json_object_is_type(v, json_type_array))
        return text_member(x, body, name, out);
    struct buf *b = buf_new(x->session.ctx.arena, NAMES_MAX);
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++) {
        struct json_object *one = json_object_array_get_idx(v, i);
        if (!json_object_is_type(one, json_type_string))
            return fail(&x->session.ctx, ERR_INVALID_VALUE, "%s must be a list of texts", name);
        buf_fmt(b, "%s%s", i ? "," : "", json_object_get_string(one));
    }
    if (buf_overflowed(b))
        return fail(&x->session.ctx, ERR_INVALID_VALUE, "%s is longer than %d bytes", name, NAMES_MAX);
    *out = buf_text(b);
    return OK;
}

/* startIndex and count, as texts like those of a query string. */
static enum err number_member(struct exchange *x, struct json_object *body, const char *name, enum err kind,
                              const char **out) {
    struct json_object *v = json_get_caseless(body, name);
    *out = v ? json_text(x->session.ctx.arena, v) : NULL;
    return v && !json_object_is_type(v, json_type_int) ? fail(&x->session.ctx, kind, "%s must be a whole number", name)
                                                       : OK;
}

static enum err search_query(struct exchange *x, struct json_object *body, struct list_query *out) {
    const char *start_index = NULL, *count = NULL;
    const struct {
        const char *name;
        const char **to;
        enum err (*read)(struct exchange *, struct json_object *, const char *, const char **);
    } members[] = {{"filter", &out->filter, text_member},
                   {"attributes", &out->attributes, names_member},
                   {"excludedAttributes", &out->excluded, names_member},
                   {"sortBy", &out->sort_by, text_member},
                   {"sortOrder", &out->sort_order, text_member},
                   {"cursor", &out->cursor, text_member}};
    *out = (struct list_query){.lenient_only = !message_is(body, SCHEMA_SEARCH)};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof members / sizeof *members; i++)
        e = members[i].read(x, body, members[i].name, members[i].to);
    enum err kind = out->cursor ? ERR_INVALID_COUNT : ERR_INVALID_VALUE;
    if (e == OK)
        e = number_member(x, body, "startIndex", ERR_INVALID_VALUE, &start_index);
    if (e == OK)
        e = number_member(x, body, "count", kind, &count);
    return e == OK ? exchange_settle_list(x, out, start_index, count) : e;
}

static enum err answer_search(struct exchange *x, const struct list_kind *kind) {
    struct json_object *body;
    struct list_query q;
    enum err e = exchange_body(x, &body);
    if (e == OK)
        e = search_query(x, body, &q);
    return e == OK ? exchange_run_list(x, kind, &q) : e;
}

enum err endpoint_users_search(struct exchange *x) {
    return answer_search(x, &list_users);
}

enum err endpoint_groups_search(struct exchange *x) {
    return answer_search(x, &list_groups);
}

enum err endpoint_all_search(struct exchange *x) {
    return answer_search(x, &list_all);
}

enum err endpoint_all_list(struct exchange *x) {
    return exchange_list(x, &list_all);
}
