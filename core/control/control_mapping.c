/* The attribute mapping of an organization: show, replace, preview. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/email.h"
#include "directory/user_facts.h"
#include "protocol/mapping.h"
#include "protocol/resource.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <string.h>

static const struct field given[] = {{.name = "mapping", .kind = FIELD_OBJECT, .required = true}};
static const struct field previewed[] = {{.name = "resource", .kind = FIELD_OBJECT, .required = true},
                                         {.name = "mapping", .kind = FIELD_OBJECT}};

enum err control_mapping_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_mapping_show(), "mapping", out) : e;
}

/* Reads a mapping that is given; one that is invalid is an error of this field. */
static enum err read_mapping(struct control *c, const struct schema_types *types, const char *text,
                             const struct mapping **out) {
    enum err e = extensions_mapping(&c->ctx, types, text, out);
    if (e == OK && *out)
        e = mapping_check_new(&c->ctx, *out);
    if (e != ERR_INVALID_VALUE)
        return e;
    control_wrong(c, "mapping", "invalid", "%s", fail_detail(&c->ctx));
    return control_refuse(c);
}

struct change {
    const struct control_input *in;
    const char *text;
    struct json_object *unknown; /* out: groups that there are not */
};

/* Fields that the old mapping set and the new one does not are reset to their defaults. */
static const char *list_resets(struct control *c, const struct mapping *old, const struct mapping *new) {
    static const struct {
        enum mapping_field field;
        const char *name;
    } ours[] = {{MAPPING_ORGANIZATION_ROLE, "organization_role"}, {MAPPING_PUBLIC_METADATA, "public_metadata"}};
    const char *list = "";
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        bool had = old && mapping_sets(old, ours[i].field), has = new &&mapping_sets(new, ours[i].field);
        if (had && !has)
            list = arena_printf(c->ctx.arena, "%s%s%s", list, *list ? " " : "", ours[i].name);
    }
    return list;
}

/* The groups of group_roles as api_groups_unknown takes them; rows that are no rows are refused later. */
static const char *list_role_groups(struct control *c, struct json_object *mapping) {
    struct json_object *rows = json_get(mapping, MAPPING_GROUP_ROLES), *list = json_new_array(c->ctx.arena);
    size_t n = json_object_is_type(rows, json_type_array) ? json_object_array_length(rows) : 0;
    for (size_t i = 0; i < n && i < MAPPING_ROLE_ROWS; i++) {
        const char *group = json_get_string(json_object_array_get_idx(rows, i), "group");
        size_t len = group ? strlen(group) : 0;
        if (len == 0 || len > MAPPING_KEY_BYTES)
            continue;
        struct json_object *o = json_object_new_object();
        json_set_text(o, "group", group);
        json_set_text(o, "key", fold_identity(c->ctx.arena, group, len));
        if (uuid_valid(group, len))
            json_set_text(o, "id", group);
        json_object_array_add(list, o);
    }
    return json_text(c->ctx.arena, list);
}

/* Locks the directory, so that no write continues with the old mapping. */
static void ask_mapping(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_directory_lock());
    db_queue(c->db, sql_extension_schemas());
    db_queue(c->db, sql_api_mapping_show());
    db_queue(c->db, sql_api_groups_unknown(.groups = list_role_groups(c, json_get(in->fields, "mapping"))));
}

static enum err set_mapping_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct schema_types types;
    struct json_object *before;
    const struct mapping *new = NULL;
    enum err e = extensions_types(&c->ctx, c->found[1], &types);
    if (e == OK)
        e = read_mapping(c, &types, x->text, &new);
    if (e == OK)
        e = control_found(c, 2, "mapping", &before);
    if (e == OK)
        e = control_found(c, 3, "list", &x->unknown);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, before);
    if (e == OK)
        control_result(
            c, sql_api_mapping_set(.mapping = x->text, .resets = list_resets(c, types.mapping, new), CONTROL_EVENT(c)),
            "mapping");
    return e;
}

enum err control_mapping_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_mapping, .in = in, .work = set_mapping_work, .arg = &x};
    enum err e = control_fields_check(c, FIELDS(given), in->fields, true);
    if (e != OK)
        return e;
    x.text = json_text(c->ctx.arena, json_get(in->fields, "mapping"));
    e = control_write(c, &w);
    if (e == OK)
        json_object_object_add(c->result, "unknown_groups", json_object_get(x.unknown));
    *out = c->result;
    return e;
}

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
        if (!email_usable(a, gives))
            json_object_object_add(rule, "effect", json_object_new_string("not_a_value"));
        else if (!email || strcmp(gives, email) != 0)
            json_object_object_add(rule, "effect", json_object_new_string("replaced"));
    }
}

/* Previews POST /Users with the same code. */
static enum err preview_user(struct control *c, const struct schema_types *types, struct json_object *resource,
                             struct json_object **out) {
    const struct mapping *m = types->mapping ? types->mapping : mapping_default();
    struct session s = {.ctx = {.arena = c->ctx.arena}, .base_url = c->base_url, .types = types};
    struct json_object *rules = mapping_explain(c->ctx.arena, m, resource);
    struct user_facts facts;
    if (!rules) {
        control_wrong(
            c, "mapping", "invalid",
            "all templates together may read and produce %d bytes for one resource: use fewer or shorter ones",
            MAPPING_WORK);
        return control_refuse(c);
    }
    user_facts(&s, "", resource, &facts);
    enum err e = user_facts_check(&s, &facts, NULL);
    *out = mapping_preview(c->ctx.arena, m, resource);
    json_object_object_del(*out, "email_address");
    if (facts.email)
        json_object_object_add(*out, "email_address", json_object_new_string(facts.email));
    json_object_object_add(*out, "active", json_object_new_boolean(facts.active));
    settle_email(c->ctx.arena, rules, facts.email);
    json_object_object_add(*out, "rules", json_object_get(rules));
    json_object_object_add(*out, "problem", e == OK ? NULL : json_object_new_string(fail_detail(&s.ctx)));
    return OK;
}

enum err control_mapping_preview(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows = {0};
    struct schema_types types;
    struct json_object *resource, *own = json_get(in->fields, "mapping");
    enum err e = control_fields_check(c, FIELDS(previewed), in->fields, true);
    if (e == OK)
        e = control_read(c, sql_extension_schemas(), &rows);
    if (e == OK)
        e = extensions_types(&c->ctx, rows, &types);
    if (e != OK)
        return e;
    if (own)
        e = read_mapping(c, &types, json_text(c->ctx.arena, own), &types.mapping);
    if (e == OK)
        e = read_resource(c, &types, json_get(in->fields, "resource"), &resource);
    return e == OK ? preview_user(c, &types, resource, out) : e;
}
