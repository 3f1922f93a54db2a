#include "protocol/resource.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

enum { TOLD = 20 }; /* canonical values in a detail */

static enum err wrong(struct ctx *ctx, const char *where, const char *expected) {
    return fail(ctx, ERR_INVALID_VALUE, "%s must be %s", where, expected);
}

static bool is_type(struct json_object *v, enum json_type type) {
    return json_object_is_type(v, type);
}

/* Entra sends booleans as "True" and "False" unless it is in its compliant mode. */
static enum err boolean_value(struct ctx *ctx, struct json_object *in, const char *where, struct json_object **out) {
    if (is_type(in, json_type_boolean)) {
        *out = in;
        return OK;
    }
    const char *s = is_type(in, json_type_string) ? json_object_get_string(in) : "";
    bool yes = fold_ascii_equal(s, strlen(s), "true", 4);
    if (!yes && !fold_ascii_equal(s, strlen(s), "false", 5))
        return wrong(ctx, where, "true or false");
    *out = json_keep_new(ctx->arena, json_object_new_boolean(yes));
    return OK;
}

/* Base64 of either alphabet's common part; the padding may be left off (RFC 7643, 2.3.6). */
static bool is_base64(const char *s) {
    size_t n = strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    size_t padding = strspn(s + n, "=");
    if (s[n + padding] || n % 4 == 1)
        return false;
    return padding == 0 || (padding <= 2 && (n + padding) % 4 == 0);
}

static bool is_ascii(const char *s) {
    while (*s && !((unsigned char)*s & 0x80))
        s++;
    return !*s;
}

static bool is_canonical(struct arena *a, const struct attr *attr, const char *s) {
    const char *key = value_key_text(a, attr, s, strlen(s));
    bool plain = attr->type != ATTR_DATETIME && is_ascii(s);
    for (size_t i = 0; i < attr->n_canonical; i++) {
        const char *one = attr->canonical[i];
        size_t n = strlen(one);
        /* A plain text is soon compared without its key. */
        bool same = plain && is_ascii(one)
                        ? (attr->case_exact ? strcmp(one, s) == 0 : fold_ascii_equal(one, n, s, strlen(s)))
                        : strcmp(value_key_text(a, attr, one, n), key) == 0;
        if (same)
            return true;
    }
    return false;
}

/* The values that an organization's own schema allows; there can be thousands, for each value of a list. */
static enum err check_canonical(struct ctx *ctx, const struct attr *attr, const char *s, const char *where) {
    struct arena *scratch = arena_create();
    bool good = is_canonical(scratch, attr, s);
    const char *list = "";
    arena_destroy(scratch);
    if (good)
        return OK;
    for (size_t i = 0; i < attr->n_canonical && i < TOLD; i++)
        list = arena_printf(ctx->arena, "%s%s\"%s\"", list, i ? ", " : "", attr->canonical[i]);
    return fail(ctx, ERR_INVALID_VALUE, "%s must be one of %s%s", where, list, attr->n_canonical > TOLD ? ", ..." : "");
}

static enum err text_value(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                           struct json_object **out) {
    char key[CLOCK_KEY];
    if (!is_type(in, json_type_string))
        return wrong(ctx, where, "a string");
    const char *s = json_object_get_string(in);
    if (attr->type == ATTR_DATETIME && !clock_parse(s, strlen(s), key))
        return wrong(ctx, where, "a date and time such as \"2026-03-01T12:00:00Z\"");
    if (attr->type == ATTR_BINARY && !is_base64(s))
        return wrong(ctx, where, "base64");
    *out = in;
    return attr->closed ? check_canonical(ctx, attr, s, where) : OK;
}

/* A member that is given by $ref alone: the id behind /Users/ or /Groups/. */
static void value_from_ref(struct json_object *member) {
    const char *ref = json_get_string(member, "$ref");
    if (json_get(member, "value") || !ref)
        return;
    const char *slash = strrchr(ref, '/');
    bool known = strstr(ref, "Users/") || strstr(ref, "Groups/");
    if (known && slash && slash[1])
        json_object_object_add(member, "value", json_object_new_string(slash + 1));
}

static bool is_members(const struct attr *attr) {
    return !attr->parent && strcmp(attr->name, "members") == 0;
}

/*
 * manager.$ref is made at reading, from the value: what a client sends back of it would be a change that is none. A
 * manager that is given by $ref alone is the one that it names.
 */
static bool is_manager(const struct attr *attr) {
    const struct schema *enterprise = schema_find(SCHEMA_ENTERPRISE, strlen(SCHEMA_ENTERPRISE));
    return enterprise && attr == schema_attr(enterprise, "manager", strlen("manager"));
}

static enum err parts_value(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                            struct json_object **out) {
    struct json_object *parts = json_new_object(ctx->arena);
    json_object_object_foreach(in, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        struct json_object *v;
        if (!sub || sub->mutability == ATTR_READ_ONLY)
            continue;
        enum err e = resource_value(ctx, sub, part, arena_printf(ctx->arena, "%s.%s", where, sub->name), &v);
        if (e != OK)
            return e;
        if (v)
            json_object_object_add(parts, sub->name, json_object_get(v));
    }
    if (is_members(attr)) {
        value_from_ref(parts);
        if (json_object_object_length(in) > 0 && !json_get(parts, "value"))
            return fail(ctx, ERR_INVALID_VALUE, "%s: a member needs a value, the id of a user or group", where);
    }
    if (is_manager(attr)) {
        value_from_ref(parts);
        json_object_object_del(parts, "$ref");
    }
    *out = json_object_object_length(parts) > 0 ? parts : NULL;
    return OK;
}

/* The object in an array of one, else the value itself. */
static struct json_object *unwrapped(struct json_object *in) {
    struct json_object *only =
        is_type(in, json_type_array) && json_object_array_length(in) == 1 ? json_object_array_get_idx(in, 0) : NULL;
    return is_type(only, json_type_object) ? only : in;
}

/* Entra sends manager as a string, or as an array of one; its test tool sends members as strings. */
static enum err complex_value(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                              struct json_object **out) {
    if (!attr->multi)
        in = unwrapped(in);
    if (is_type(in, json_type_string) && schema_value_part(attr)) {
        struct json_object *whole = json_new_object(ctx->arena);
        json_object_object_add(whole, "value", json_object_get(in));
        in = whole;
    }
    if (!is_type(in, json_type_object))
        return wrong(ctx, where, "an object");
    return parts_value(ctx, attr, in, where, out);
}

enum err resource_value(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                        struct json_object **out) {
    *out = NULL;
    if (!in || (is_type(in, json_type_string) && json_object_get_string_len(in) == 0))
        return OK; /* */
    switch (attr->type) {
    case ATTR_COMPLEX:
        return complex_value(ctx, attr, in, where, out);
    case ATTR_BOOLEAN:
        return boolean_value(ctx, in, where, out);
    case ATTR_INTEGER:
        *out = in;
        return is_type(in, json_type_int) ? OK : wrong(ctx, where, "a whole number");
    case ATTR_DECIMAL:
        *out = in;
        return is_type(in, json_type_int) || is_type(in, json_type_double) ? OK : wrong(ctx, where, "a number");
    case ATTR_STRING:
    case ATTR_REFERENCE:
    case ATTR_BINARY:
    case ATTR_DATETIME:
        break;
    }
    return text_value(ctx, attr, in, where, out);
}

enum err resource_list(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                       struct json_object **out) {
    bool list = is_type(in, json_type_array);
    *out = json_new_array(ctx->arena);
    for (size_t i = 0, n = list ? json_object_array_length(in) : in != NULL; i < n; i++) {
        struct json_object *v;
        enum err e = resource_value(ctx, attr, list ? json_object_array_get_idx(in, i) : in, where, &v);
        if (e != OK)
            return e;
        if (v)
            json_object_array_add(*out, json_object_get(v));
    }
    return OK;
}

const char *resource_identity(struct arena *a, const struct attr *attr, struct json_object *element) {
    if (attr->type != ATTR_COMPLEX)
        return json_text(a, value_key(a, attr, element));
    const struct attr *part = schema_value_part(attr);
    struct json_object *v = part ? json_get(element, "value") : NULL;
    if (v) {
        const char *type = json_get_string(element, "type");
        const char *key = json_text(a, value_key(a, part, v));
        if (is_members(attr))
            return key;
        return arena_printf(a, "%s %s", type ? fold_caseless(a, type, strlen(type)) : "", key);
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

/* Parts of `from` that `into` lacks or has otherwise; immutable ones stay. */
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
        } else if (json_object_is_type(there, json_type_object) && !is_members(attr))
            merge_parts(ctx->arena, attr, there, v);
        if (touched)
            json_object_array_add(touched, json_object_get(there ? there : v));
    }
}

static bool is_primary(struct json_object *element) {
    struct json_object *primary = json_get(element, "primary");
    return primary && json_object_get_boolean(primary);
}

enum err resource_settle_primary(struct ctx *ctx, const struct attr *attr, struct json_object *list,
                                 struct json_object *now) {
    struct json_object *chosen = NULL;
    if (!schema_sub(attr, "primary", 7))
        return OK;
    for (size_t i = 0, n = json_object_array_length(now); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(now, i);
        if (!is_primary(element) || element == chosen)
            continue;
        if (chosen)
            return fail(ctx, ERR_INVALID_VALUE, "%s: only one value can be primary", attr->name);
        chosen = element;
    }
    for (size_t i = 0, n = json_object_array_length(list); chosen && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (element != chosen && is_primary(element))
            json_object_object_add(element, "primary", json_object_new_boolean(0));
    }
    return OK;
}
