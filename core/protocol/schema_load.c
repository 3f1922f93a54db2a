/* Reads a schema definition (RFC 7643, section 7). */

#include "protocol/schema.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <string.h>

/* Keywords of RFC 7643, 7 and their values; exact case. */
struct keyword {
    const char *text;
    int value;
};

static const struct keyword types[] = {
    {"string", ATTR_STRING},   {"boolean", ATTR_BOOLEAN},   {"integer", ATTR_INTEGER},
    {"decimal", ATTR_DECIMAL}, {"dateTime", ATTR_DATETIME}, {"reference", ATTR_REFERENCE},
    {"binary", ATTR_BINARY},   {"complex", ATTR_COMPLEX},   {NULL, 0},
};
static const struct keyword mutabilities[] = {{"readWrite", ATTR_READ_WRITE},
                                              {"readOnly", ATTR_READ_ONLY},
                                              {"immutable", ATTR_IMMUTABLE},
                                              {"writeOnly", ATTR_WRITE_ONLY},
                                              {NULL, 0}};
static const struct keyword returneds[] = {
    {"default", ATTR_DEFAULT}, {"always", ATTR_ALWAYS}, {"never", ATTR_NEVER}, {"request", ATTR_REQUEST}, {NULL, 0}};
static const struct keyword uniquenesses[] = {
    {"none", ATTR_NONE}, {"server", ATTR_SERVER}, {"global", ATTR_GLOBAL}, {NULL, 0}};

/* The keyword of a member, `def` if it is absent. */
static enum err read_keyword(struct ctx *ctx, struct json_object *json, const char *name, const struct keyword *words,
                             int def, int *out) {
    struct json_object *member = json_get(json, name);
    *out = def;
    if (!member)
        return OK;
    const char *text = json_object_is_type(member, json_type_string) ? json_object_get_string(member) : "";
    for (const struct keyword *k = words; k->text; k++)
        if (strcmp(k->text, text) == 0) {
            *out = k->value;
            return OK;
        }
    return fail(ctx, ERR_INVALID_VALUE, "attribute %s: %s is \"%s\"", json_get_string(json, "name"), name, text);
}

/* A boolean member, false if it is absent. */
static enum err read_boolean(struct ctx *ctx, struct json_object *json, const char *name, bool *out) {
    struct json_object *member = json_get(json, name);
    *out = member && json_object_get_boolean(member);
    if (member && !json_object_is_type(member, json_type_boolean))
        return fail(ctx, ERR_INVALID_VALUE, "attribute %s: %s must be true or false", json_get_string(json, "name"),
                    name);
    return OK;
}

static bool valid_name(const char *name) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$";
    static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$0123456789-_";
    return name && *name && strchr(letters, *name) && name[strspn(name, more)] == '\0';
}

static enum err load_canonical(struct ctx *ctx, struct json_object *json, struct attr *out) {
    struct json_object *list = json_get(json, "canonicalValues");
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    const char **values = arena_array(ctx->arena, n + 1, sizeof *values);
    bool good = !list || json_object_is_type(list, json_type_array);
    for (size_t i = 0; i < n; i++) {
        struct json_object *value = json_object_array_get_idx(list, i);
        good = good && json_object_is_type(value, json_type_string);
        values[i] = good ? arena_strdup(ctx->arena, json_object_get_string(value)) : "";
    }
    out->canonical = values;
    out->n_canonical = n;
    return good ? OK : fail(ctx, ERR_INVALID_VALUE, "attribute %s: canonicalValues must be a list of texts", out->name);
}

static enum err load_attrs(struct ctx *ctx, struct json_object *list, const struct attr *parent,
                           const struct attr **out, size_t *n);

static enum err load_keywords(struct ctx *ctx, struct json_object *json, struct attr *out) {
    int type, mutability, returned, uniqueness;
    enum err e = read_keyword(ctx, json, "type", types, ATTR_STRING, &type);
    if (e == OK)
        e = read_keyword(ctx, json, "mutability", mutabilities, ATTR_READ_WRITE, &mutability);
    if (e == OK)
        e = read_keyword(ctx, json, "returned", returneds, ATTR_DEFAULT, &returned);
    if (e == OK)
        e = read_keyword(ctx, json, "uniqueness", uniquenesses, ATTR_NONE, &uniqueness);
    if (e != OK)
        return e;
    out->type = (enum attr_type)type;
    out->mutability = (enum attr_mutability)mutability;
    out->returned = (enum attr_returned)returned;
    out->uniqueness = (enum attr_uniqueness)uniqueness;
    return OK;
}

static enum err load_flags(struct ctx *ctx, struct json_object *json, struct attr *out) {
    enum err e = read_boolean(ctx, json, "multiValued", &out->multi);
    if (e == OK)
        e = read_boolean(ctx, json, "required", &out->required);
    if (e == OK)
        e = read_boolean(ctx, json, "caseExact", &out->case_exact);
    out->case_exact = out->case_exact || out->type == ATTR_REFERENCE || out->type == ATTR_BINARY;
    return e;
}

static enum err load_attr(struct ctx *ctx, struct json_object *json, const struct attr *parent, struct attr *out) {
    const char *name = json_get_string(json, "name");
    if (!valid_name(name))
        return fail(ctx, ERR_INVALID_VALUE, "\"%s\" cannot be an attribute's name (RFC 7643, 2.1)", name ? name : "");
    *out = (struct attr){.name = arena_strdup(ctx->arena, name), .parent = parent};
    enum err e = load_keywords(ctx, json, out);
    if (e == OK)
        e = load_flags(ctx, json, out);
    if (e == OK)
        e = load_canonical(ctx, json, out);
    return e == OK ? load_attrs(ctx, json_get(json, "subAttributes"), out, &out->subs, &out->n_subs) : e;
}

static enum err load_attrs(struct ctx *ctx, struct json_object *list, const struct attr *parent,
                           const struct attr **out, size_t *n) {
    *n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    struct attr *attrs = arena_array(ctx->arena, *n + 1, sizeof *attrs);
    enum err e = OK;
    for (size_t i = 0; i < *n && e == OK; i++) {
        e = load_attr(ctx, json_object_array_get_idx(list, i), parent, &attrs[i]);
        for (size_t k = 0; e == OK && k < i; k++)
            if (fold_ascii_equal(attrs[i].name, strlen(attrs[i].name), attrs[k].name, strlen(attrs[k].name)))
                e = fail(ctx, ERR_INVALID_VALUE, "attribute %s is defined twice", attrs[i].name);
    }
    *out = attrs;
    return e;
}

/* Only the schema of schemas nests (RFC 7643, 2.3.8 and 7). */
static enum err check_complex_parts(struct ctx *ctx, const struct schema *s) {
    if (strcmp(s->urn, "urn:ietf:params:scim:schemas:core:2.0:Schema") == 0)
        return OK;
    for (size_t i = 0; i < s->n_attrs; i++)
        for (size_t k = 0; k < s->attrs[i].n_subs; k++)
            if (s->attrs[i].subs[k].type == ATTR_COMPLEX)
                return fail(ctx, ERR_INVALID_VALUE, "attribute %s: a complex attribute cannot be inside another",
                            s->attrs[i].subs[k].name);
    return OK;
}

enum err schema_load(struct ctx *ctx, struct json_object *json, struct schema **out) {
    const char *urn = json_get_string(json, "id"), *name = json_get_string(json, "name");
    struct schema *s = arena_alloc(ctx->arena, sizeof *s);
    if (!urn || !*urn)
        return fail(ctx, ERR_INVALID_VALUE, "a schema needs an id");
    s->urn = arena_strdup(ctx->arena, urn);
    s->name = arena_strdup(ctx->arena, name ? name : urn);
    s->text = json_text(ctx->arena, json);
    *out = s;
    enum err e = load_attrs(ctx, json_get(json, "attributes"), NULL, &s->attrs, &s->n_attrs);
    return e == OK ? check_complex_parts(ctx, s) : e;
}

/* Checks the characters of a URN (RFC 8141), and that it is neither built-in nor that of a message. */
static enum err check_urn(struct ctx *ctx, const char *urn) {
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:-._~!$&'()*+,;=@/%";
    enum { URN_MAX = 255 };
    size_t len = strlen(urn), messages = strlen("urn:ietf:params:scim:api:");
    bool good = len > 4 && len <= URN_MAX && fold_ascii_equal(urn, 4, "urn:", 4) &&
                urn[strspn(urn, characters)] == '\0' && strchr(urn + 4, ':') && urn[len - 1] != ':';
    if (!good)
        return fail(ctx, ERR_INVALID_VALUE, "id: \"%s\" is no URN such as urn:example:scim:schemas:1.0:User", urn);
    bool message = len >= messages && fold_ascii_equal(urn, messages, "urn:ietf:params:scim:api:", messages);
    if (message || schema_find(urn, len))
        return fail(ctx, ERR_INVALID_VALUE, "id: %s is not free for a schema of your own", urn);
    return OK;
}

static enum err close_attrs(struct ctx *ctx, const struct attr *attrs, size_t n) {
    for (size_t i = 0; i < n; i++) {
        struct attr *a = (struct attr *)&attrs[i];
        bool complex = a->type == ATTR_COMPLEX;
        if (complex != (a->n_subs > 0))
            return fail(ctx, ERR_INVALID_VALUE, "attribute %s: %s", a->name,
                        complex ? "a complex attribute needs subAttributes"
                                : "only a complex attribute has subAttributes");
        a->closed = a->n_canonical > 0;
        enum err e = close_attrs(ctx, a->subs, a->n_subs);
        if (e != OK)
            return e;
    }
    return OK;
}

enum err schema_load_own(struct ctx *ctx, struct json_object *json, bool required, struct schema **out) {
    enum err e = schema_load(ctx, json, out);
    if (e == OK)
        e = check_urn(ctx, (*out)->urn);
    if (e == OK && (*out)->n_attrs == 0)
        e = fail(ctx, ERR_INVALID_VALUE, "attributes: a schema needs at least one");
    if (e == OK)
        e = close_attrs(ctx, (*out)->attrs, (*out)->n_attrs);
    if (e == OK)
        (*out)->required = required;
    return e;
}
