/* Values of extension attributes that only one resource of a connection may have. */

#include "directory/unique.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "protocol/value.h"
#include "sql/scim.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

enum { VALUES_MAX = 1024 * 1024 * 1024 }; /* bytes; even a body of one-letter values stays below */

struct collection {
    struct session *session;
    struct buf *out;
    const struct db_rows *taken; /* rows of unique_values_taken; NULL: every value is taken */
    bool holds_taken;            /* out, if nothing is collected */
};

/* The key as text; equal numbers have one text, however they were written. */
static const char *unique_text(struct arena *a, struct json_object *key) {
    double number = json_object_get_double(key);
    if (json_object_is_type(key, json_type_string))
        return json_object_get_string(key);
    bool whole = json_object_is_type(key, json_type_double) && number >= -9e15 && number <= 9e15 &&
                 number == (double)(int64_t)number;
    if (whole)
        return arena_printf(a, "%" PRId64, (int64_t)number);
    return json_object_is_type(key, json_type_double) ? arena_printf(a, "%.17g", number) : json_text(a, key);
}

static bool is_value_taken(const struct collection *c, const char *attribute, const char *key) {
    size_t n = c->taken ? db_count(*c->taken) : 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(db_text(*c->taken, i, UNIQUE_VALUES_TAKEN_ATTRIBUTE), attribute) == 0 &&
            strcmp(db_text(*c->taken, i, UNIQUE_VALUES_TAKEN_KEY), key) == 0)
            return true;
    return !c->taken;
}

static void add_value(struct collection *c, const char *attribute, struct json_object *key) {
    if (!c->out) {
        c->holds_taken = c->holds_taken || is_value_taken(c, attribute, unique_text(c->session->ctx.arena, key));
        return;
    }
    if (buf_len(c->out) > 1)
        buf_char(c->out, ',');
    buf_str(c->out, "{\"attribute\":");
    buf_json_str(c->out, attribute);
    buf_str(c->out, ",\"key\":");
    buf_json_str(c->out, unique_text(c->session->ctx.arena, key));
    buf_char(c->out, '}');
}

static void add_unique_attr(struct collection *c, const char *prefix, const struct attr *a, struct json_object *v) {
    const char *name = arena_printf(c->session->ctx.arena, "%s%s", prefix, a->name);
    if (json_object_is_type(v, json_type_array)) {
        for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
            add_unique_attr(c, prefix, a, json_object_array_get_idx(v, i));
        return;
    }
    const char *inner = arena_printf(c->session->ctx.arena, "%s.", name);
    for (size_t i = 0; i < a->n_subs; i++)
        add_unique_attr(c, inner, &a->subs[i], json_get(v, a->subs[i].name));
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
            add_unique_attr(&c, prefix, &x->attrs[i], json_get(json_get(resource, x->urn), x->attrs[i].name));
    }
    buf_char(c.out, ']');
    return buf_text(c.out);
}

void unique_queue(struct session *s, const char *id, const char *before, const char *after) {
    assert(db_in_transaction(s->db));
    const char *was = before ? before : "[]", *is = after ? after : "[]";
    if (strcmp(was, is) != 0)
        db_queue(s->db, sql_unique_values_set(.resource_id = id, .values = is));
}

/* Restores an attribute of an extension; removes the object if it is empty. */
static void put_back_attr(struct session *s, const char *urn, const char *name, struct json_object *old,
                          struct json_object *resource) {
    struct json_object *was = json_get(json_get(old, urn), name), *object = json_get(resource, urn);
    if (!object) {
        object = json_new_object(s->ctx.arena);
        json_object_object_add(resource, urn, json_object_get(object));
    }
    json_set_or_drop(object, name, was);
    if (json_object_object_length(object) == 0)
        json_object_object_del(resource, urn);
}

/* A resource that gives up values that others have. */
struct yielding {
    const struct resource_type *rt;
    const struct db_rows *taken; /* NULL: any may be */
    struct json_object *old, *resource;
    struct parts *parts;
};

static void yield_attr(struct session *s, const struct yielding *y, const struct schema *x, const struct attr *attr) {
    struct collection c = {.session = s, .taken = y->taken};
    struct json_object *v = json_get(json_get(y->resource, x->urn), attr->name);
    if (json_same(v, json_get(json_get(y->old, x->urn), attr->name)))
        return;
    add_unique_attr(&c, arena_printf(s->ctx.arena, "%s %s:", y->rt->name, x->urn), attr, v);
    if (!c.holds_taken)
        return;
    put_back_attr(s, x->urn, attr->name, y->old, y->resource);
    enum err e = fail(&s->ctx, ERR_UNIQUENESS, "another %s has this value", y->rt->name);
    parts_failed(&s->ctx, y->parts, arena_printf(s->ctx.arena, "%s:%s", x->urn, attr->name), e);
}

void unique_yield(struct session *s, const struct resource_type *rt, const struct db_rows *taken,
                  struct json_object *old, struct json_object *resource, struct parts *parts) {
    const struct yielding y = {.rt = rt, .taken = taken, .old = old, .resource = resource, .parts = parts};
    for (size_t k = 0; k < rt->n_extensions; k++)
        for (size_t i = 0; i < rt->extensions[k]->n_attrs; i++)
            yield_attr(s, &y, rt->extensions[k], &rt->extensions[k]->attrs[i]);
}

bool unique_taken(const struct session *s) {
    return strcmp(db_constraint(s->db), "scim_unique_value_attribute") == 0;
}

/* Adds names to a list: "…:number or …:keys.value". */
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
