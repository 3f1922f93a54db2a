/* Reads an attribute mapping: its rules, fields and templates. */

#include "protocol/mapping_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <string.h>

const char *const mapping_fields[MAPPING_PUBLIC_METADATA + 1] = {
    [MAPPING_EMAIL_ADDRESS] = "email_address",
    [MAPPING_FIRST_NAME] = "first_name",
    [MAPPING_LAST_NAME] = "last_name",
    [MAPPING_DISPLAY_NAME] = "display_name",
    [MAPPING_EXTERNAL_ID] = "external_id",
    [MAPPING_ACTIVE] = "active",
    [MAPPING_ORGANIZATION_ROLE] = "organization_role",
    [MAPPING_PUBLIC_METADATA] = "public_metadata",
};

#define METADATA "public_metadata"

enum { METADATA_LEN = sizeof METADATA - 1 };

/* The state of reading one rule's value. */
struct parser {
    struct ctx *ctx;
    const char *key;
    const char *text;
};

#define BAD_AT(ps, at, ...) refuse_field(ps, at, arena_printf((ps)->ctx->arena, __VA_ARGS__))

static enum err refuse_field(const struct parser *ps, const char *at, const char *what) {
    return fail(ps->ctx, ERR_INVALID_VALUE, "\"%s\": field, byte %zu: %s", ps->key, (size_t)(at - ps->text) + 1, what);
}

static bool is_metadata_key(const char *s) {
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t n = strspn(s, allowed);
    return n > 0 && n <= MAPPING_METADATA_KEY && !s[n];
}

/* "public_metadata." KEY / the name of another field */
static enum err parse_field(const struct parser *ps, const char *text, struct mapping_rule *out) {
    if (strncmp(text, METADATA, METADATA_LEN) == 0 && (text[METADATA_LEN] == '.' || !text[METADATA_LEN])) {
        const char *key = text + METADATA_LEN + (text[METADATA_LEN] == '.');
        if (!is_metadata_key(key))
            return BAD_AT(ps, key,
                          "a key of " METADATA " was expected, 1 to %d of A-Z a-z 0-9 _ -, as in " METADATA
                          ".department",
                          MAPPING_METADATA_KEY);
        out->field = MAPPING_PUBLIC_METADATA;
        out->name = arena_strdup(ps->ctx->arena, text);
        out->metadata_key = out->name + METADATA_LEN + 1;
        return OK;
    }
    for (size_t i = 0; i < MAPPING_PUBLIC_METADATA; i++)
        if (strcmp(text, mapping_fields[i]) == 0) {
            out->field = (enum mapping_field)i;
            out->name = mapping_fields[i];
            return OK;
        }
    return BAD_AT(ps, text,
                  "a field was expected: email_address, first_name, last_name, display_name, external_id, "
                  "active, organization_role or " METADATA ".KEY");
}

/* Where the last braces of a text end; NULL if none do. */
static const char *last_braces(const char *text) {
    const char *end = NULL;
    for (const char *p = strstr(text, "}}"); p; p = strstr(p + 1, "}}"))
        end = p + 2;
    return end;
}

/* TEMPLATE "." field: text with dots may follow the last braces, too. */
static enum err parse_template(const struct parser *ps, struct mapping_rule *out) {
    const char *end = ps->text + strlen(ps->text), *braces = last_braces(ps->text), *dot = strrchr(ps->text, '.');
    struct ctx quiet = {.arena = ps->ctx->arena};
    struct template *t = NULL;
    bool has_field = braces && dot && dot >= braces;
    if (has_field && dot - braces > METADATA_LEN &&
        strncmp(dot - METADATA_LEN - 1, "." METADATA, METADATA_LEN + 1) == 0)
        dot -= METADATA_LEN + 1;
    enum err e = template_parse(&quiet, ps->text, (size_t)((has_field ? dot : end) - ps->text), &t);
    if (e != OK)
        return fail(ps->ctx, e, "\"%s\": %s", ps->key, fail_detail(&quiet));
    if (!has_field)
        return BAD_AT(ps, end, "a field was expected after the template, as in {{ value }}.first_name");
    out->template = t;
    return parse_field(ps, dot + 1, out);
}

/* One member of a mapping: path ":" ( field / TEMPLATE "." field ) */
static enum err parse_rule(struct ctx *ctx, const struct resource_type *user, const char *key,
                           struct json_object *value, struct mapping_rule *out) {
    enum err e = mapping_path_parse(ctx, user, key, &out->path);
    if (e != OK)
        return e;
    if (!json_object_is_type(value, json_type_string))
        return fail(ctx, ERR_INVALID_VALUE,
                    "\"%s\": a string was expected: a field such as first_name, or a template followed by a field",
                    key);
    struct parser ps = {.ctx = ctx, .key = key, .text = json_object_get_string(value)};
    return strstr(ps.text, "{{") ? parse_template(&ps, out) : parse_field(&ps, ps.text, out);
}

static bool is_twice(const struct mapping *m, const char *key) {
    for (size_t i = 0; i < m->n; i++)
        if (fold_ascii_equal(m->rules[i].path.key, strlen(m->rules[i].path.key), key, strlen(key)))
            return true;
    return false;
}

enum err mapping_parse(struct ctx *ctx, const struct resource_type *user, struct json_object *json,
                       struct mapping **out) {
    struct mapping *m = arena_alloc(ctx->arena, sizeof *m);
    *out = m;
    if (!json_object_is_type(json, json_type_object))
        return fail(ctx, ERR_INVALID_VALUE, "a mapping is an object whose members are paths with their fields");
    if (json_object_object_length(json) > MAPPING_RULES)
        return fail(ctx, ERR_INVALID_VALUE, "a mapping has at most %d rules, this one has %d", MAPPING_RULES,
                    json_object_object_length(json));
    struct mapping_rule *rules = arena_array(ctx->arena, MAPPING_RULES, sizeof *rules);
    m->rules = rules;
    json_object_object_foreach(json, key, value) {
        if (strcmp(key, MAPPING_GROUP_ROLES) == 0) {
            enum err bad = mapping_roles_parse(ctx, value, m);
            if (bad != OK)
                return bad;
            continue;
        }
        enum err e = parse_rule(ctx, user, key, value, &rules[m->n]);
        if (e != OK)
            return e;
        if (is_twice(m, key))
            return fail(ctx, ERR_INVALID_VALUE, "\"%s\", byte 1: this path is in the mapping twice", key);
        m->n++;
    }
    return OK;
}

enum err mapping_check_new(struct ctx *ctx, const struct mapping *m) {
    for (size_t i = 0; i < m->n; i++) {
        const struct mapping_rule *r = &m->rules[i];
        if (r->path.groups && (r->field == MAPPING_EMAIL_ADDRESS || r->field == MAPPING_ACTIVE))
            return fail(ctx, ERR_INVALID_VALUE,
                        "\"%s\", byte 1: groups cannot give %s: map an attribute of the user to it, or the groups to "
                        "organization_role or public_metadata.KEY",
                        r->path.key, r->name);
    }
    return OK;
}
