/* Tries an attribute mapping on a user: what becomes of the member, what each rule does, and whence the role comes. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/json.h"
#include "directory/email.h"
#include "directory/user_facts.h"
#include "protocol/mapping.h"
#include "protocol/resource.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <string.h>

static const struct field previewed[] = {{.name = "resource", .kind = FIELD_OBJECT},
                                         {.name = "scim_user_id", .kind = FIELD_ID},
                                         {.name = "mapping", .kind = FIELD_OBJECT}};

static const char role_name[] = "organization_role";

/* What is tried, and on whom. */
struct preview {
    struct schema_types types; /* with the mapping that is tried */
    const struct mapping *old; /* the organization's; NULL: it has none */
    struct json_object *resource;
    struct json_object *member; /* of a stored user; NULL: the user was given */
};

/* The groups of a user, [{"value", "display"}], where the name may be called displayName, as in paths. */
static enum err read_groups(struct control *c, struct json_object *given_ones, struct json_object *resource) {
    size_t n = json_object_is_type(given_ones, json_type_array) ? json_object_array_length(given_ones) : 0;
    struct json_object *groups = json_new_array(c->ctx.arena);
    bool good = !given_ones || json_object_is_type(given_ones, json_type_array);
    for (size_t i = 0; good && i < n; i++) {
        struct json_object *one = json_object_array_get_idx(given_ones, i), *group = json_object_new_object();
        struct json_object *value = json_get_caseless(one, "value"), *name = json_get_caseless(one, "display");
        name = name ? name : json_get_caseless(one, "displayName");
        good = json_object_is_type(one, json_type_object) && (!value || json_object_is_type(value, json_type_string)) &&
               (!name || json_object_is_type(name, json_type_string));
        json_object_object_add(group, "value", json_object_get(value));
        json_object_object_add(group, "display", json_object_get(name));
        json_object_array_add(groups, group);
    }
    if (given_ones)
        json_object_object_add(resource, "groups", json_object_get(groups));
    if (!good)
        control_wrong(c, "resource", "invalid",
                      "groups must be a list of objects with value and displayName, which are texts");
    return control_refuse(c);
}

/* The resource as it would be stored, with the given groups. */
static enum err read_resource(struct control *c, const struct schema_types *types, struct json_object *given_one,
                              struct json_object **out) {
    enum err e = resource_from_body(&c->ctx, types->user, (struct dialect){.lenient = true}, given_one, NULL, out);
    if (e != OK) {
        control_wrong(c, "resource", "invalid", "%s", fail_detail(&c->ctx));
        return control_refuse(c);
    }
    return read_groups(c, json_get_caseless(given_one, "groups"), *out);
}

/*
 * Settles the email: an invalid address does not count, and without a rule of the organization the canonical email
 * counts.
 */
static void settle_email(struct arena *a, struct json_object *rules, const char *email) {
    for (size_t i = 0, n = json_object_array_length(rules); i < n; i++) {
        struct json_object *rule = json_object_array_get_idx(rules, i);
        const char *gives = json_get_string(rule, "gives");
        if (strcmp(json_get_string(rule, "field"), "email_address") != 0 || !gives)
            continue;
        bool usable = email_usable(a, gives);
        if (usable && email && strcmp(gives, email) == 0)
            continue;
        json_set_text(rule, "effect", usable ? "replaced" : "not_a_value");
        json_set_text(rule, "reason",
                      usable ? "another address of the user counts" : mapping_refusal(MAPPING_EMAIL_ADDRESS));
    }
}

/* The rule that writes the role; NULL: none does. */
static struct json_object *role_rule(struct json_object *rules) {
    for (size_t i = 0, n = json_object_array_length(rules); i < n; i++) {
        struct json_object *rule = json_object_array_get_idx(rules, i);
        if (strcmp(json_get_string(rule, "field"), role_name) == 0 &&
            strcmp(json_get_string(rule, "effect"), "written") == 0)
            return rule;
    }
    return NULL;
}

/* A member keeps the role if neither this mapping nor the one before it has anything to say of roles. */
static bool is_role_kept(const struct preview *p, const struct mapping *m) {
    return p->member && !mapping_sets(m, MAPPING_ORGANIZATION_ROLE) &&
           !(p->old && mapping_sets(p->old, MAPPING_ORGANIZATION_ROLE));
}

/* {"value", "by", "path", "read"}: which row or rule gave the role. */
static void tell_role(const struct preview *p, const struct mapping *m, struct json_object *rules,
                      struct json_object *out) {
    struct json_object *rule = role_rule(rules), *role = json_object_new_object();
    const char *path = json_get_string(rule, "path"), *by = "default";
    if (is_role_kept(p, m)) {
        by = "kept";
        json_set(out, role_name, json_get(p->member, role_name));
    } else if (path)
        by = strncmp(path, MAPPING_GROUP_ROLES "[", sizeof MAPPING_GROUP_ROLES) == 0 ? MAPPING_GROUP_ROLES : "rule";
    json_set(role, "value", json_get(out, role_name));
    json_set_text(role, "by", by);
    json_set_text(role, "path", path);
    json_set(role, "read", json_get(rule, "read"));
    json_object_object_add(out, "role", role);
}

/* Previews POST /Users with the same code. */
static enum err preview_user(struct control *c, const struct preview *p, struct json_object **out) {
    const struct mapping *m = p->types.mapping ? p->types.mapping : mapping_default();
    struct session s = {.ctx = {.arena = c->ctx.arena}, .base_url = c->base_url, .types = &p->types};
    struct json_object *rules = mapping_explain(c->ctx.arena, m, p->resource);
    struct user_facts facts;
    if (!rules) {
        control_wrong(
            c, "mapping", "invalid",
            "all templates together may read and produce %d bytes for one resource: use fewer or shorter ones",
            MAPPING_WORK);
        return control_refuse(c);
    }
    user_facts(&s, "", p->resource, &facts);
    enum err e = user_facts_check(&s, &facts, NULL);
    *out = mapping_preview(c->ctx.arena, m, p->resource);
    json_object_object_del(*out, "email_address");
    if (facts.email)
        json_set_text(*out, "email_address", facts.email);
    json_object_object_add(*out, "active", json_object_new_boolean(facts.active));
    settle_email(c->ctx.arena, rules, facts.email);
    tell_role(p, m, rules, *out);
    json_set(*out, "rules", rules);
    json_set_text(*out, "problem", e == OK ? NULL : fail_detail(&s.ctx));
    if (p->member)
        json_set(*out, "member", p->member);
    return OK;
}

/* A user who is stored, with the groups that they are in. */
static enum err find_subject(struct control *c, const char *id, struct preview *p) {
    struct db_rows rows = {0};
    struct json_object *found;
    enum err e = control_read(c, sql_api_mapping_subject(.id = id), &rows);
    if (e == OK && db_count(rows) == 0) {
        control_wrong(c, "scim_user_id", "not_found", "the organization has no SCIM user %s", id);
        return control_refuse(c);
    }
    if (e == OK)
        e = control_object(c, rows, OBJECT_OBJECT, &found);
    if (e != OK)
        return e;
    p->resource = json_get(found, "resource");
    p->member = json_get(found, "member");
    json_set_or_drop(p->resource, "groups", json_get(found, "groups"));
    return OK;
}

static enum err check_subject(struct control *c, struct json_object *fields) {
    bool resource = json_get(fields, "resource"), stored = json_get(fields, "scim_user_id");
    if (resource == stored)
        control_wrong(c, "resource", resource ? "invalid" : "required",
                      "either resource or scim_user_id: whom is the mapping to be tried on?");
    return control_refuse(c);
}

static enum err read_preview(struct control *c, struct json_object *fields, struct preview *p) {
    struct json_object *own = json_get(fields, "mapping"), *resource = json_get(fields, "resource");
    enum err e = OK;
    p->old = p->types.mapping;
    if (own)
        e = control_mapping_read(c, &p->types, json_text(c->ctx.arena, own), &p->types.mapping);
    if (e == OK)
        e = check_subject(c, fields);
    if (e == OK)
        e = resource ? read_resource(c, &p->types, resource, &p->resource)
                     : find_subject(c, json_get_string(fields, "scim_user_id"), p);
    return e;
}

enum err control_mapping_preview(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows = {0};
    struct preview p = {0};
    enum err e = control_fields_check(c, FIELDS(previewed), in->fields, true);
    if (e == OK)
        e = control_read(c, sql_extension_schemas(), &rows);
    if (e == OK)
        e = extensions_types(&c->ctx, rows, &p.types);
    if (e == OK)
        e = read_preview(c, in->fields, &p);
    return e == OK ? preview_user(c, &p, out) : e;
}
