#include "directory/unique.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "protocol/value.h"

#include <inttypes.h>
#include <string.h>

enum { VALUES_MAX = 1024 * 1024 * 1024 }; /* bytes; a body of values of one letter each stays below */

struct collection {
    struct session *session;
    struct buf *out;
};

/* The key as text; equal numbers have one text, however they were written. */
static const char *text_of(struct arena *a, struct json_object *key) {
    double number = json_object_get_double(key);
    if (json_object_is_type(key, json_type_string))
        return json_object_get_string(key);
    bool whole = json_object_is_type(key, json_type_double) && number >= -9e15 && number <= 9e15 &&
                 number == (double)(int64_t)number;
    if (whole)
        return arena_printf(a, "%" PRId64, (int64_t)number);
    return json_object_is_type(key, json_type_double) ? arena_printf(a, "%.17g", number) : json_text(a, key);
}

static void add_value(struct collection *c, const char *attribute, struct json_object *key) {
    if (buf_len(c->out) > 1)
        buf_char(c->out, ',');
    buf_str(c->out, "{\"attribute\":");
    buf_json_str(c->out, attribute);
    buf_str(c->out, ",\"key\":");
    buf_json_str(c->out, text_of(c->session->ctx.arena, key));
    buf_char(c->out, '}');
}

static void add_attr(struct collection *c, const char *prefix, const struct attr *a, struct json_object *v) {
    const char *name = arena_printf(c->session->ctx.arena, "%s%s", prefix, a->name);
    if (json_object_is_type(v, json_type_array)) {
        for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
            add_attr(c, prefix, a, json_object_array_get_idx(v, i));
        return;
    }
    const char *inner = arena_printf(c->session->ctx.arena, "%s.", name);
    for (size_t i = 0; i < a->n_subs; i++)
        add_attr(c, inner, &a->subs[i], json_get(v, a->subs[i].name));
    if (value_assigned(v) && a->type != ATTR_COMPLEX && a->uniqueness != ATTR_NONE)
        add_value(c, name, value_key(c->session->ctx.arena, a, v));
}

const char *unique_values(struct session *s, const struct resource_type *rt, struct json_object *resource) {
    struct collection c = {.session = s, .out = buf_new(s->ctx.arena, VALUES_MAX)};
    if (!rt->unique)
        return NULL;
    buf_char(c.out, '[');
    for (size_t k = 0; k < rt->n_extensions; k++) {
        const struct schema *x = rt->extensions[k];
        const char *prefix = arena_printf(s->ctx.arena, "%s %s:", rt->name, x->urn);
        for (size_t i = 0; i < x->n_attrs; i++)
            add_attr(&c, prefix, &x->attrs[i], json_get(json_get(resource, x->urn), x->attrs[i].name));
    }
    buf_char(c.out, ']');
    return buf_text(c.out);
}

void unique_queue(struct session *s, const char *id, const char *before, const char *after) {
    const char *was = before ? before : "[]", *is = after ? after : "[]";
    const char *params[] = {id, is};
    if (strcmp(was, is) != 0)
        db_add(s->db, SQL_UNIQUE_VALUES_SET, params);
}

bool unique_taken(const struct session *s) {
    return strcmp(db_constraint(s->db), "scim_unique_value_attribute") == 0;
}

/* "…:number or …:keys.value", behind what is there already. */
static const char *name_unique(struct arena *arena, const char *names, const char *prefix, const struct attr *attrs,
                               size_t n) {
    for (size_t i = 0; i < n; i++) {
        const char *name = arena_printf(arena, "%s%s", prefix, attrs[i].name);
        if (attrs[i].type != ATTR_COMPLEX && attrs[i].uniqueness != ATTR_NONE)
            names = arena_printf(arena, "%s%s%s", names, *names ? " or " : "", name);
        names = name_unique(arena, names, arena_printf(arena, "%s.", name), attrs[i].subs, attrs[i].n_subs);
    }
    return names;
}

enum err unique_refused(struct session *s, const struct resource_type *rt) {
    const char *names = "";
    for (size_t k = 0; k < rt->n_extensions; k++) {
        const struct schema *x = rt->extensions[k];
        names = name_unique(s->ctx.arena, names, arena_printf(s->ctx.arena, "%s:", x->urn), x->attrs, x->n_attrs);
    }
    return fail(&s->ctx, ERR_UNIQUENESS, "another %s has this value of %s, which must be unique", rt->name, names);
}
