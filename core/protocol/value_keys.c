/* Checks whether values fit into the indexes of the database. */

#include "protocol/value.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <string.h>

/* The attributes that are index keys in every organization; `identity`: also folded like identities. */
static const struct {
    const char *type, *attr, *sub; /* type NULL: both types */
    bool identity;
} keys[] = {
    {.attr = "externalId"},
    {.type = "User", .attr = "userName", .identity = true},
    {.type = "User", .attr = "emails", .sub = "value", .identity = true},
    {.type = "Group", .attr = "displayName", .identity = true},
};

/* The state of checking one attribute. */
struct checking {
    struct ctx *ctx;
    const char *prefix; /* prefix of the attribute's name */
    bool identity;
    struct json_object *old; /* the attribute's present value */
};

bool value_holds(struct json_object *v, const char *text) {
    if (json_object_is_type(v, json_type_string))
        return strcmp(json_object_get_string(v), text) == 0;
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        if (value_holds(json_object_array_get_idx(v, i), text))
            return true;
    if (json_object_is_type(v, json_type_object)) {
        json_object_object_foreach(v, name, part) {
            (void)name;
            if (value_holds(part, text))
                return true;
        }
    }
    return false;
}

/* The length of the text's longest key; if the text cannot fit, its own length. */
static size_t key_length(const struct checking *c, const struct attr *attr, const char *text) {
    size_t len = strlen(text);
    if (!fold_fits(len, VALUE_KEY_MAX))
        return len;
    size_t key = strlen(value_key_text(c->ctx->arena, attr, text, len));
    size_t identity = c->identity ? strlen(fold_identity(c->ctx->arena, text, len)) : 0;
    return identity > key ? identity : key;
}

static enum err check_key_length(const struct checking *c, const struct attr *attr, const char *text) {
    size_t key = key_length(c, attr, text);
    if (key <= VALUE_KEY_MAX || value_holds(c->old, text))
        return OK;
    return fail(c->ctx, ERR_INVALID_VALUE, "%s%s%s%s is too long: %zu bytes as it is compared, where %d are the limit",
                c->prefix, attr->parent ? attr->parent->name : "", attr->parent ? "." : "", attr->name, key,
                VALUE_KEY_MAX);
}

/* Checks the texts of an attribute, or of the part of it. */
static enum err check_value(const struct checking *c, const struct attr *attr, const struct attr *sub,
                            struct json_object *v) {
    enum err e = OK;
    if (json_object_is_type(v, json_type_array)) {
        for (size_t i = 0, n = json_object_array_length(v); e == OK && i < n; i++)
            e = check_value(c, attr, sub, json_object_array_get_idx(v, i));
        return e;
    }
    if (sub)
        v = json_get(v, sub->name);
    return json_object_is_type(v, json_type_string) ? check_key_length(c, sub ? sub : attr, json_object_get_string(v))
                                                    : OK;
}

static enum err check_base(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                           struct json_object *old) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < sizeof keys / sizeof *keys; i++) {
        const char *name = keys[i].attr, *part = keys[i].sub;
        const struct attr *attr =
            keys[i].type ? schema_attr(rt->base, name, strlen(name)) : schema_common(name, strlen(name));
        if (!attr || (keys[i].type && strcmp(keys[i].type, rt->name) != 0))
            continue;
        struct checking c = {.ctx = ctx, .prefix = "", .identity = keys[i].identity, .old = json_get(old, name)};
        e = check_value(&c, attr, part ? schema_sub(attr, part, strlen(part)) : NULL, json_get(resource, name));
    }
    return e;
}

static enum err check_unique(struct ctx *ctx, const struct schema *s, struct json_object *object,
                             struct json_object *old) {
    struct checking c = {.ctx = ctx, .prefix = arena_printf(ctx->arena, "%s:", s->urn)};
    enum err e = OK;
    for (size_t i = 0; e == OK && i < s->n_attrs; i++) {
        const struct attr *attr = &s->attrs[i];
        struct json_object *v = json_get(object, attr->name);
        c.old = json_get(old, attr->name);
        if (attr->uniqueness != ATTR_NONE)
            e = check_value(&c, attr, NULL, v);
        for (size_t k = 0; e == OK && k < attr->n_subs; k++)
            if (attr->subs[k].uniqueness != ATTR_NONE)
                e = check_value(&c, attr, &attr->subs[k], v);
    }
    return e;
}

enum err value_check_keys(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                          struct json_object *old) {
    enum err e = check_base(ctx, rt, resource, old);
    for (size_t i = 0; e == OK && rt->unique && i < rt->n_extensions; i++) {
        const struct schema *s = rt->extensions[i];
        e = check_unique(ctx, s, json_get(resource, s->urn), json_get(old, s->urn));
    }
    return e;
}
