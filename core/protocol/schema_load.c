#include "protocol/schema.h"

#include "base/arena.h"
#include "base/json.h"

#include <string.h>

/* Keywords of RFC 7643, 7 and what they become; exact case. */
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

static bool is_true(struct json_object *json, const char *name) {
    struct json_object *member = json_get(json, name);
    return json_object_is_type(member, json_type_boolean) && json_object_get_boolean(member);
}

static bool valid_name(const char *name) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$";
    static const char more[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$0123456789-_";
    return name && *name && strchr(letters, *name) && name[strspn(name, more)] == '\0';
}

static void load_canonical(struct ctx *ctx, struct json_object *json, struct attr *out) {
    struct json_object *list = json_get(json, "canonicalValues");
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    const char **values = arena_array(ctx->arena, n + 1, sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i] = arena_strdup(ctx->arena, json_object_get_string(json_object_array_get_idx(list, i)));
    out->canonical = values;
    out->n_canonical = n;
}

static enum err load_attrs(struct ctx *ctx, struct json_object *list, const struct attr *parent,
                           const struct attr **out, size_t *n);

static enum err load_attr(struct ctx *ctx, struct json_object *json, const struct attr *parent, struct attr *out) {
    int type, mutability, returned, uniqueness;
    const char *name = json_get_string(json, "name");
    if (!valid_name(name))
        return fail(ctx, ERR_INVALID_VALUE, "\"%s\" cannot be an attribute's name (RFC 7643, 2.1)", name ? name : "");
    enum err e = read_keyword(ctx, json, "type", types, ATTR_STRING, &type);
    if (e == OK)
        e = read_keyword(ctx, json, "mutability", mutabilities, ATTR_READ_WRITE, &mutability);
    if (e == OK)
        e = read_keyword(ctx, json, "returned", returneds, ATTR_DEFAULT, &returned);
    if (e == OK)
        e = read_keyword(ctx, json, "uniqueness", uniquenesses, ATTR_NONE, &uniqueness);
    if (e != OK)
        return e;
    *out = (struct attr){.name = arena_strdup(ctx->arena, name),
                         .parent = parent,
                         .type = (enum attr_type)type,
                         .mutability = (enum attr_mutability)mutability,
                         .returned = (enum attr_returned)returned,
                         .uniqueness = (enum attr_uniqueness)uniqueness,
                         .multi = is_true(json, "multiValued"),
                         .required = is_true(json, "required"),
                         .case_exact = is_true(json, "caseExact") || type == ATTR_REFERENCE || type == ATTR_BINARY};
    load_canonical(ctx, json, out);
    return load_attrs(ctx, json_get(json, "subAttributes"), out, &out->subs, &out->n_subs);
}

static enum err load_attrs(struct ctx *ctx, struct json_object *list, const struct attr *parent,
                           const struct attr **out, size_t *n) {
    *n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    struct attr *attrs = arena_array(ctx->arena, *n + 1, sizeof *attrs);
    enum err e = OK;
    for (size_t i = 0; i < *n && e == OK; i++)
        e = load_attr(ctx, json_object_array_get_idx(list, i), parent, &attrs[i]);
    *out = attrs;
    return e;
}

/* Only the schema of schemas nests (RFC 7643, 2.3.8 and 7). */
static enum err check_nesting(struct ctx *ctx, const struct schema *s) {
    if (strcmp(s->urn, "urn:ietf:params:scim:schemas:core:2.0:Schema") == 0)
        return OK;
    for (size_t i = 0; i < s->n_attrs; i++)
        for (size_t k = 0; k < s->attrs[i].n_subs; k++)
            if (s->attrs[i].subs[k].type == ATTR_COMPLEX)
                return fail(ctx, ERR_INVALID_VALUE, "attribute %s: a complex attribute cannot stand inside another",
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
    s->json = json_keep(ctx->arena, json);
    *out = s;
    enum err e = load_attrs(ctx, json_get(json, "attributes"), NULL, &s->attrs, &s->n_attrs);
    return e == OK ? check_nesting(ctx, s) : e;
}
