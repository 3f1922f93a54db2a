/* Values of multi-valued attributes: read, merged, at most one primary. */

#include "protocol/resource_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

/* Salesforce repeats the name of members in the value: {"members": [{"value": ...}]}. */
static struct json_object *without_inner_name(const struct attr *attr, struct json_object *in) {
    struct json_object *list = json_get_caseless(in, attr->name);
    bool alone = list && json_object_object_length(in) == 1 && !schema_sub(attr, attr->name, strlen(attr->name));
    return alone ? list : in;
}

/* The parts that describe an element but are not its value. */
static bool is_kind(const char *name) {
    return strcmp(name, "type") == 0 || strcmp(name, "primary") == 0 || strcmp(name, "display") == 0;
}

bool resource_is_shell(const struct attr *attr, struct json_object *element) {
    bool other = false;
    for (size_t i = 0; i < attr->n_subs; i++)
        other = other || !is_kind(attr->subs[i].name);
    if (!other || !json_object_is_type(element, json_type_object))
        return false;
    json_object_object_foreach(element, name, part) {
        if (part && !is_kind(name))
            return false;
    }
    return true;
}

bool resource_is_cleared(const struct reader *r, const struct attr *attr, struct json_object *in,
                         struct json_object *v) {
    struct reader inside;
    in = resource_unpacked(r, in, &inside);
    if (!r->dialect.lenient || !json_object_is_type(in, json_type_object) || !resource_is_shell(attr, v))
        return false;
    json_object_object_foreach(in, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        (void)part;
        if (sub && !is_kind(sub->name) && sub->mutability != ATTR_READ_ONLY)
            return true;
    }
    return false;
}

static enum err read_element(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                             bool named, struct json_object *list) {
    struct json_object *v;
    enum err e = resource_value(r, attr, in, where, &v);
    bool something = e == OK && v && !resource_is_cleared(r, attr, in, v);
    if (something)
        json_object_array_add(list, json_object_get(v));
    if (e != OK || something || !(named || resource_is_members(attr)))
        return e;
    return resource_is_members(attr)
               ? fail(r->ctx, ERR_INVALID_VALUE, MEMBER_NEEDS_ID, where)
               : fail(r->ctx, ERR_INVALID_VALUE, "%s: a value was expected that says what to remove", where);
}

static enum err read_list(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                          bool named, struct json_object **out) {
    struct reader inside;
    enum err e = OK;
    *out = json_new_array(r->ctx->arena);
    in = resource_unpacked(r, in, &inside);
    if (r->dialect.lenient)
        in = without_inner_name(attr, in);
    if (!json_object_is_type(in, json_type_array)) {
        bool empty = json_object_is_type(in, json_type_string) && json_object_get_string_len(in) == 0;
        if (in && !empty && !r->dialect.lenient)
            return fail(r->ctx, ERR_INVALID_VALUE, "%s must be an array", where);
        return !in || (empty && !named) ? OK : read_element(&inside, attr, in, where, named, *out);
    }
    for (size_t i = 0, n = json_object_array_length(in); e == OK && i < n; i++)
        e = read_element(&inside, attr, json_object_array_get_idx(in, i), where, named, *out);
    return e;
}

enum err resource_list(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                       struct json_object **out) {
    return read_list(r, attr, in, where, false, out);
}

enum err resource_list_named(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                             struct json_object **out) {
    return read_list(r, attr, in, where, true, out);
}

const char *resource_identity(struct arena *a, const struct attr *attr, struct json_object *element) {
    if (attr->type != ATTR_COMPLEX)
        return json_text(a, value_key(a, attr, element));
    const struct attr *part = schema_value_part(attr);
    struct json_object *v = part ? json_get(element, "value") : NULL;
    if (v) {
        const char *type = json_get_string(element, "type");
        const char *key = json_text(a, value_key(a, part, v));
        if (resource_is_members(attr))
            return key;
        return arena_join(a, type ? fold_caseless(a, type, strlen(type)) : "", " ", key);
    }
    /* Without a value part all parts decide, in the schema's order. */
    const char *text = "";
    for (size_t i = 0; i < attr->n_subs; i++) {
        struct json_object *p = json_get(element, attr->subs[i].name);
        bool no = json_object_is_type(p, json_type_boolean) && !json_object_get_boolean(p);
        if (p && !no)
            text = arena_printf(a, "%s%zu:%s ", text, i, json_text(a, value_key(a, &attr->subs[i], p)));
    }
    return text;
}

/* Copies parts of `from` that `into` lacks or has with another value; immutable ones stay. */
static void merge_parts(struct arena *a, const struct attr *attr, struct json_object *into, struct json_object *from) {
    json_object_object_foreach(from, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        struct json_object *has = json_get(into, name);
        bool no = json_object_is_type(part, json_type_boolean) && !json_object_get_boolean(part);
        if (has ? sub && (sub->mutability == ATTR_IMMUTABLE || value_equal(a, sub, has, part))
                : no && strcmp(name, "primary") == 0)
            continue;
        json_object_object_add(into, name, json_object_get(part));
    }
}

struct json_object *resource_index(struct arena *a, const struct attr *attr, struct json_object *list) {
    struct json_object *index = json_new_object(a);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        json_object_object_add(index, resource_identity(a, attr, element), json_object_get(element));
    }
    return index;
}

void resource_merge(struct ctx *ctx, const struct attr *attr, struct json_object *list, struct json_object *index,
                    struct json_object *values, struct json_object *touched) {
    for (size_t i = 0, n = json_object_array_length(values); i < n; i++) {
        struct json_object *v = json_object_array_get_idx(values, i);
        const char *identity = resource_identity(ctx->arena, attr, v);
        struct json_object *there = json_get(index, identity);
        if (!there) {
            json_object_array_add(list, json_object_get(v));
            json_object_object_add(index, identity, json_object_get(v));
        } else if (json_object_is_type(there, json_type_object) && !resource_is_members(attr))
            merge_parts(ctx->arena, attr, there, v);
        if (touched)
            json_object_array_add(touched, json_object_get(there ? there : v));
    }
}

static bool is_primary_element(struct json_object *element) {
    struct json_object *primary = json_get(element, "primary");
    return primary && json_object_get_boolean(primary);
}

void resource_first_primary(const struct reader *r, const struct attr *attr, struct json_object *values) {
    bool chosen = false;
    if (!r->dialect.lenient || !schema_sub(attr, "primary", 7))
        return;
    for (size_t i = 0, n = json_object_array_length(values); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(values, i);
        if (is_primary_element(element) && chosen)
            json_object_object_add(element, "primary", json_object_new_boolean(0));
        chosen = chosen || is_primary_element(element);
    }
}

enum err resource_settle_primary(struct ctx *ctx, const struct attr *attr, struct json_object *list,
                                 struct json_object *now) {
    struct json_object *chosen = NULL;
    if (!schema_sub(attr, "primary", 7))
        return OK;
    for (size_t i = 0, n = json_object_array_length(now); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(now, i);
        if (!is_primary_element(element) || element == chosen)
            continue;
        if (chosen)
            return fail(ctx, ERR_INVALID_VALUE, "%s: only one value can be primary", attr->name);
        chosen = element;
    }
    for (size_t i = 0, n = json_object_array_length(list); chosen && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (element != chosen && is_primary_element(element))
            json_object_object_add(element, "primary", json_object_new_boolean(0));
    }
    return OK;
}
