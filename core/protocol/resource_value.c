/* Reads one value of an attribute into normal form. */

#include "protocol/resource_internal.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/size.h"
#include "protocol/value.h"

#include <string.h>

enum { TOLD = 20 }; /* canonical values that a detail lists */

static enum err refuse_value(struct ctx *ctx, const char *where, const char *expected) {
    return fail(ctx, ERR_INVALID_VALUE, "%s must be %s", where, expected);
}

static bool is_json_type(struct json_object *v, enum json_type type) {
    return json_object_is_type(v, type);
}

static bool is_json_numeric(struct json_object *v) {
    return is_json_type(v, json_type_int) || is_json_type(v, json_type_double);
}

/* Entra sends booleans as "True" and "False" unless it is in its compliant mode. */
static enum err boolean_value(struct ctx *ctx, struct json_object *in, const char *where, struct json_object **out) {
    if (is_json_type(in, json_type_boolean)) {
        *out = in;
        return OK;
    }
    const char *s = is_json_type(in, json_type_string) ? json_object_get_string(in) : "";
    bool yes = fold_ascii_equal(s, strlen(s), "true", 4);
    if (!yes && !fold_ascii_equal(s, strlen(s), "false", 5))
        return refuse_value(ctx, where, "true or false");
    *out = json_keep_new(ctx->arena, json_object_new_boolean(yes));
    return OK;
}

static bool is_ascii_value(const char *s) {
    while (*s && !((unsigned char)*s & 0x80))
        s++;
    return !*s;
}

static bool is_canonical(struct arena *a, const struct attr *attr, const char *s) {
    const char *key = value_key_text(a, attr, s, strlen(s));
    bool plain = attr->type != ATTR_DATETIME && is_ascii_value(s);
    for (size_t i = 0; i < attr->n_canonical; i++) {
        const char *one = attr->canonical[i];
        size_t n = strlen(one);
        /* A plain text can be compared quickly, without its key. */
        bool same = plain && is_ascii_value(one)
                        ? (attr->case_exact ? strcmp(one, s) == 0 : fold_ascii_equal(one, n, s, strlen(s)))
                        : strcmp(value_key_text(a, attr, one, n), key) == 0;
        if (same)
            return true;
    }
    return false;
}

/* Checks against the values of an organization's schema; there can be thousands, for each value of a list. */
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

/* Most texts were measured with the body, but not those inside JSON text, or that look like JSON. */
static enum err text_value(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                           struct json_object **out) {
    char key[CLOCK_KEY];
    if (!is_json_type(in, json_type_string))
        return refuse_value(r->ctx, where, "a string");
    const char *s = json_object_get_string(in);
    struct ctx *ctx = r->ctx;
    enum err e = r->in_text || size_may_be_json(s) ? size_check_text(ctx, attr, s, where) : OK;
    if (e != OK)
        return e;
    if (attr->type == ATTR_DATETIME && !clock_parse(s, strlen(s), key))
        return refuse_value(ctx, where, "a date and time such as \"2026-03-01T12:00:00Z\"");
    if (attr->type == ATTR_BINARY && !base64_valid(s) /* RFC 7643, 2.3.6 */)
        return refuse_value(ctx, where, "base64");
    *out = in;
    return attr->closed ? check_canonical(ctx, attr, s, where) : OK;
}

/* For a member that has only $ref: takes the id after /Users/ or /Groups/. */
static void value_from_ref(struct json_object *member) {
    const char *ref = json_get_string(member, "$ref");
    if (json_get(member, "value") || !ref)
        return;
    const char *slash = strrchr(ref, '/');
    bool known = strstr(ref, "Users/") || strstr(ref, "Groups/");
    if (known && slash && slash[1])
        json_object_object_add(member, "value", json_object_new_string(slash + 1));
}

bool resource_is_members(const struct attr *attr) {
    return !attr->parent && strcmp(attr->name, "members") == 0;
}

/*
 * manager.$ref is made from the value when the user is read, so a $ref that a client sends back is ignored: it would
 * look like a change. A manager with only $ref gets the value from it.
 */
static bool is_manager(const struct attr *attr) {
    const struct schema *enterprise = schema_find(SCHEMA_ENTERPRISE, strlen(SCHEMA_ENTERPRISE));
    return enterprise && attr == schema_attr(enterprise, "manager", strlen("manager"));
}

/* A display sent with a new member is kept; for an existing member it is readOnly. */
static bool is_read(const struct attr *attr, const struct attr *sub) {
    return sub->mutability != ATTR_READ_ONLY || (resource_is_members(attr) && strcmp(sub->name, "display") == 0);
}

static enum err read_parts(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                           struct json_object *parts) {
    bool known = false;
    json_object_object_foreach(in, name, part) {
        const struct attr *sub = schema_sub(attr, name, strlen(name));
        struct json_object *v;
        known = known || sub;
        if (!sub || !is_read(attr, sub))
            continue;
        const char *there = arena_join(r->ctx->arena, where, ".", sub->name);
        enum err e = resource_value(r, sub, part, there, &v);
        if (e != OK)
            return e;
        if (v)
            json_object_object_add(parts, sub->name, json_object_get(v));
    }
    if (attr->multi && !known && json_object_object_length(in) > 0)
        return fail(r->ctx, ERR_INVALID_VALUE, "%s: an object with at least one part of %s was expected, as in %s.%s",
                    where, attr->name, attr->name, attr->n_subs ? attr->subs[0].name : "value");
    return OK;
}

static enum err parts_value(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                            struct json_object **out) {
    struct json_object *parts = json_new_object(r->ctx->arena);
    enum err e = read_parts(r, attr, in, where, parts);
    if (e != OK)
        return e;
    if (resource_is_members(attr)) {
        value_from_ref(parts);
        if (!json_get(parts, "value"))
            return fail(r->ctx, ERR_INVALID_VALUE, MEMBER_NEEDS_ID, where);
    }
    if (is_manager(attr)) {
        value_from_ref(parts);
        json_object_object_del(parts, "$ref");
    }
    *out = json_object_object_length(parts) > 0 ? parts : NULL;
    return OK;
}

struct json_object *resource_unpacked(const struct reader *r, struct json_object *in, struct reader *inside) {
    struct ctx quiet = {.arena = r->ctx->arena};
    struct json_object *read;
    *inside = *r;
    if (!r->dialect.lenient || r->in_text || !is_json_type(in, json_type_string))
        return in;
    const char *text = json_object_get_string(in);
    size_t len = (size_t)json_object_get_string_len(in);
    if (!size_may_be_json(text) || json_parse(&quiet, text, len, &read) != OK)
        return in;
    inside->in_text = true;
    return read;
}

/* The object in an array of one, else the value itself. */
static struct json_object *unwrapped_object(struct json_object *in) {
    struct json_object *only = is_json_type(in, json_type_array) && json_object_array_length(in) == 1
                                   ? json_object_array_get_idx(in, 0)
                                   : NULL;
    return is_json_type(only, json_type_object) ? only : in;
}

/* Entra sends manager as a string or as an array of one; its test tool sends members as strings. */
static enum err complex_value(const struct reader *r, const struct attr *attr, struct json_object *in,
                              const char *where, struct json_object **out) {
    struct reader inside;
    in = resource_unpacked(r, in, &inside);
    if (!attr->multi)
        in = unwrapped_object(in);
    if (is_json_type(in, json_type_string) && resource_is_members(attr) && size_may_be_json(json_object_get_string(in)))
        return fail(r->ctx, ERR_INVALID_VALUE, MEMBER_NEEDS_ID, where); /* no id begins like this */
    if (is_json_type(in, json_type_string) && schema_value_part(attr)) {
        struct json_object *whole = json_new_object(r->ctx->arena);
        json_object_object_add(whole, "value", json_object_get(in));
        in = whole;
    }
    if (!is_json_type(in, json_type_object))
        return refuse_value(r->ctx, where, "an object");
    return parts_value(&inside, attr, in, where, out);
}

struct json_object *resource_scalar(const struct reader *r, const struct attr *attr, struct json_object *in) {
    if (!r->dialect.lenient || attr->type == ATTR_COMPLEX || attr->type == ATTR_ANY || attr->multi)
        return in;
    if (is_json_type(in, json_type_array) && json_object_array_length(in) == 1)
        in = json_object_array_get_idx(in, 0);
    if (!is_json_type(in, json_type_object))
        return in;
    json_object_object_foreach(in, name, part) {
        if (fold_ascii_equal(name, strlen(name), "value", strlen("value")))
            return part;
    }
    return in;
}

static bool is_nothing(const struct reader *r, const struct attr *attr, struct json_object *in) {
    bool empty = is_json_type(in, json_type_array) && json_object_array_length(in) == 0;
    return !in || (is_json_type(in, json_type_string) && json_object_get_string_len(in) == 0) || /* */
           (empty && r->dialect.lenient && !attr->multi);
}

enum err resource_value(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                        struct json_object **out) {
    *out = NULL;
    if (!attr->parent || !resource_is_members(attr->parent)) /* the id of a member is never guessed */
        in = resource_scalar(r, attr, in);
    if (is_nothing(r, attr, in))
        return OK;
    switch (attr->type) {
    case ATTR_COMPLEX:
        return complex_value(r, attr, in, where, out);
    case ATTR_BOOLEAN:
        return boolean_value(r->ctx, in, where, out);
    case ATTR_INTEGER:
        *out = in;
        return is_json_type(in, json_type_int) ? OK : refuse_value(r->ctx, where, "a whole number");
    case ATTR_DECIMAL:
        *out = in;
        return is_json_numeric(in) ? OK : refuse_value(r->ctx, where, "a number");
    case ATTR_STRING:
        if (r->dialect.lenient && is_json_numeric(in)) /* HR systems write externalId and employeeNumber as numbers */
            in = json_keep_new(r->ctx->arena, json_object_new_string(json_text(r->ctx->arena, in)));
        return text_value(r, attr, in, where, out);
    case ATTR_ANY:
        *out = in;
        return OK;
    case ATTR_REFERENCE:
    case ATTR_BINARY:
    case ATTR_DATETIME:
        break;
    }
    return text_value(r, attr, in, where, out);
}
