/* Checks a resource in normal form against its schemas, and that a change keeps what it must not change. */

#include "protocol/resource.h"

#include "base/json.h"
#include "protocol/size.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

/* A change of a resource, and the values that it must not change. */
struct keeping {
    struct ctx *ctx;
    bool omitted_stays;
};

static bool is_hidden(const struct attr *attr) {
    return attr->mutability == ATTR_WRITE_ONLY || attr->returned == ATTR_NEVER || attr->returned == ATTR_REQUEST;
}

/* A value in the form in which clients get it, and may send it back (PU-15). */
static struct json_object *as_seen(struct arena *a, const struct attr *attr, struct json_object *v) {
    struct json_object *seen = json_copy(a, v);
    bool list = json_object_is_type(seen, json_type_array);
    for (size_t i = 0, n = list ? json_object_array_length(seen) : 1; i < n; i++) {
        struct json_object *one = list ? json_object_array_get_idx(seen, i) : seen;
        for (size_t k = 0; k < attr->n_subs; k++)
            if (is_hidden(&attr->subs[k]))
                json_object_object_del(one, attr->subs[k].name);
    }
    return seen;
}

static bool is_kept(const struct keeping *k, const struct attr *attr, struct json_object *was, struct json_object *is) {
    struct arena *a = k->ctx->arena;
    if (!is)
        return k->omitted_stays;
    return value_equal(a, attr, was, is) || (k->omitted_stays && value_equal(a, attr, as_seen(a, attr, was), is));
}

/* `new` must have the present immutable value, and keeps its spelling. */
static enum err keep_attr(const struct keeping *k, const struct attr *attr, struct json_object *was,
                          struct json_object *new) {
    struct json_object *is = json_get(new, attr->name);
    const struct attr *whole = attr->parent;
    if (attr->mutability == ATTR_IMMUTABLE && !is_kept(k, attr, was, is))
        return fail(k->ctx, ERR_MUTABILITY, "%s%s%s is immutable", whole ? whole->name : "", whole ? "." : "",
                    attr->name);
    json_object_object_add(new, attr->name, json_object_get(was));
    return OK;
}

static enum err keep_attrs(const struct keeping *k, const struct attr *attrs, size_t n, struct json_object *old,
                           struct json_object *new);

/* The same for an extension or a complex attribute, which is made if it must keep anything. */
static enum err keep_inside(const struct keeping *k, const char *name, const struct attr *attrs, size_t n,
                            struct json_object *old, struct json_object *new) {
    struct json_object *was = json_get(old, name), *is = json_get(new, name);
    struct json_object *object = is ? is : json_new_object(k->ctx->arena);
    enum err e = was ? keep_attrs(k, attrs, n, was, object) : OK;
    if (!is && json_object_object_length(object) > 0)
        json_object_object_add(new, name, json_object_get(object));
    return e;
}

/* The values of a list come and go with their parts, so their parts are not checked. */
static enum err keep_attrs(const struct keeping *k, const struct attr *attrs, size_t n, struct json_object *old,
                           struct json_object *new) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        const struct attr *attr = &attrs[i];
        struct json_object *was = json_get(old, attr->name);
        bool omitted = attr->mutability == ATTR_WRITE_ONLY && k->omitted_stays && !json_get(new, attr->name);
        if (was && (omitted || attr->mutability == ATTR_IMMUTABLE))
            e = keep_attr(k, attr, was, new);
        else if (json_object_is_type(was, json_type_object))
            e = keep_inside(k, attr->name, attr->subs, attr->n_subs, old, new);
    }
    return e;
}

enum err resource_keep_fixed(struct ctx *ctx, const struct resource_type *rt, struct json_object *old,
                             bool omitted_stays, struct json_object *new) {
    struct keeping k = {.ctx = ctx, .omitted_stays = omitted_stays};
    enum err e = keep_attrs(&k, rt->base->attrs, rt->base->n_attrs, old, new);
    for (size_t i = 0; e == OK && i < rt->n_extensions; i++) {
        const struct schema *s = rt->extensions[i];
        e = keep_inside(&k, s->urn, s->attrs, s->n_attrs, old, new);
    }
    return e;
}

/* How many values of a complex attribute (single or list) lack this part. */
static size_t count_without(struct json_object *v, const struct attr *sub) {
    size_t without = 0;
    if (!json_object_is_type(v, json_type_array))
        return v && !json_get(v, sub->name);
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
        without += !json_get(json_object_array_get_idx(v, i), sub->name);
    return without;
}

static enum err check_parts(struct ctx *ctx, const struct attr *attr, struct json_object *v, struct json_object *old) {
    for (size_t i = 0; v && i < attr->n_subs; i++) {
        const struct attr *sub = &attr->subs[i];
        bool asked = sub->required && sub->mutability != ATTR_READ_ONLY;
        if (asked && count_without(v, sub) > count_without(old, sub))
            return fail(ctx, ERR_INVALID_VALUE, "%s.%s is required", attr->name, sub->name);
    }
    return OK;
}

/*
 * Checks required attributes. What `old`, the object before, already lacked (its schema came later) is not required, so
 * that a leaver can always be deactivated.
 */
static enum err check_required(struct ctx *ctx, const struct schema *s, struct json_object *object,
                               struct json_object *old) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < s->n_attrs; i++) {
        const char *name = s->attrs[i].name;
        struct json_object *v = json_get(object, name), *before = json_get(old, name);
        if (s->attrs[i].required && !v && !(old && !before))
            return fail(ctx, ERR_INVALID_VALUE, "%s is required", name);
        e = check_parts(ctx, &s->attrs[i], v, before);
    }
    return e;
}

static enum err check_extension(struct ctx *ctx, const struct schema *s, struct json_object *resource,
                                struct json_object *old) {
    struct json_object *object = json_get(resource, s->urn), *before = json_get(old, s->urn);
    if (!object && s->required && !(old && !before))
        return fail(ctx, ERR_INVALID_VALUE, "the extension %s is required", s->urn);
    return object ? check_required(ctx, s, object, before) : OK;
}

enum err resource_check(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                        struct json_object *old) {
    assert(json_object_is_type(resource, json_type_object));
    struct json_object *schemas = json_new_array(ctx->arena);
    json_object_array_add(schemas, json_object_new_string(rt->base->urn));
    for (size_t i = 0; i < rt->n_extensions; i++) {
        const struct schema *s = rt->extensions[i];
        enum err e = check_extension(ctx, s, resource, old);
        if (e != OK)
            return e;
        if (json_get(resource, s->urn))
            json_object_array_add(schemas, json_object_new_string(s->urn));
    }
    json_object_object_foreach(resource, name, value) {
        if (strchr(name, ':') && json_object_is_type(value, json_type_object) &&
            !schema_extension(rt, name, strlen(name)))
            json_object_array_add(schemas, json_object_new_string(name));
    }
    json_object_object_add(resource, "schemas", json_object_get(schemas));
    enum err e = check_required(ctx, rt->base, resource, old);
    if (e == OK)
        e = value_check_keys(ctx, rt, resource, old);
    return e == OK ? size_check_resource(ctx, rt, resource, old) : e;
}
