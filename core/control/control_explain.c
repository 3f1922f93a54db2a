/* Explains why a member is as they are: status, teams, role and fields, and the rule behind each. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "protocol/mapping.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <string.h>

/* Repeats, rule by rule, what member_mapping.c does. */

static const char role_field[] = "organization_role", metadata[] = "public_metadata", plain[] = "org:member";
static const char read_as[] = "public_metadata.read";

struct explaining {
    struct control *control;
    struct schema_types types;
    struct json_object *rules;  /* the organization's mapping, completed by the defaults */
    struct json_object *fields; /* out: the source of each field */
};

/* The defaults for what the mapping does not set, then its own rules: as extensions_mapping() has them. */
static enum err find_rules(struct explaining *x, const char *text) {
    struct ctx *ctx = &x->control->ctx;
    struct json_object *given;
    struct mapping *own;
    x->rules = json_new_object(ctx->arena);
    text = text ? text : "{}";
    enum err e = json_parse_own(ctx, text, strlen(text), &given);
    if (e == OK)
        e = mapping_parse(ctx, x->types.user, given, &own);
    if (e != OK)
        return e;
    mapping_add_defaults(own, x->rules);
    json_object_object_foreach(given, key, value) {
        json_object_object_del(x->rules, key);
        json_object_object_add(x->rules, key, json_object_get(value));
    }
    json_object_object_del(x->rules, MAPPING_GROUP_ROLES); /* note_group_role() reads these */
    return OK;
}

/* One rule, and what it reads. `key` is `name`, or a path to one group. */
struct reading {
    const char *name, *key, *target;
    struct json_object *resource, *source, *group; /* source: the link, group NULL: none */
};

/* The result of one rule for a resource; NULL: nothing, or the rule is unreadable. */
static struct json_object *apply_rule(struct explaining *x, const struct reading *r, const char *target) {
    struct ctx ctx = {.arena = x->control->ctx.arena};
    struct json_object *rule = json_new_object(ctx.arena);
    struct mapping *m;
    json_object_object_add(rule, r->key, json_object_new_string(target));
    return mapping_parse(&ctx, x->types.user, rule, &m) == OK ? mapping_preview(ctx.arena, m, r->resource) : NULL;
}

/* The field follows the last dot of a template, or is the target itself. */
static bool is_role_rule(const char *target) {
    size_t n = strlen(target), len = sizeof role_field - 1;
    return n >= len && strcmp(target + n - len, role_field) == 0;
}

static void note_rule(struct explaining *x, const char *field, struct json_object *value, const struct reading *r) {
    struct json_object *why = json_object_new_object();
    struct json_object *read = json_get(json_get(apply_rule(x, r, read_as), metadata), "read");
    json_object_object_add(why, "value", json_object_get(value));
    json_object_object_add(why, "rule", json_object_new_string(r->name));
    json_object_object_add(why, "target", json_object_new_string(r->target));
    json_object_object_add(why, "read", json_object_get(read));
    if (r->group)
        json_object_object_add(why, "group", json_object_get(r->group));
    json_object_object_add(why, "connection", json_object_get(json_get(r->source, "connection")));
    json_object_object_add(why, "scim_user_id", json_object_get(json_get(r->source, "scim_user_id")));
    json_object_object_add(x->fields, field, why);
}

static bool try_role(struct explaining *x, const struct reading *r) {
    struct json_object *role = json_get(apply_rule(x, r, r->target), role_field);
    bool found = role && strcmp(json_object_get_string(role), plain) != 0;
    if (found)
        note_rule(x, role_field, role, r);
    return found;
}

/* Records the role of this rule: from the first group that gives one, or from the user's attribute. */
static bool note_role(struct explaining *x, struct reading r) {
    struct arena *a = x->control->ctx.arena;
    struct json_object *groups = json_get(r.source, "groups");
    if (strlen(r.name) < 7 || !fold_ascii_equal(r.name, 7, "groups[", 7))
        return try_role(x, &r);
    r.key = arena_printf(a, "groups[0]%s", strchr(r.name, ']') + 1);
    for (size_t i = 0, n = groups ? json_object_array_length(groups) : 0; i < n; i++) {
        struct json_object *list = json_new_array(a);
        r.group = json_object_array_get_idx(groups, i);
        r.resource = json_new_object(a);
        json_object_array_add(list, json_object_get(r.group));
        json_object_object_add(r.resource, "groups", json_object_get(list));
        if (try_role(x, &r))
            return true;
    }
    return false;
}

/* Records the fields that one rule gives; they replace those of earlier rules. */
static void note_fields(struct explaining *x, const struct reading *r) {
    struct json_object *made = apply_rule(x, r, r->target);
    if (!made)
        return;
    json_object_object_foreach(made, field, value) {
        if (strcmp(field, role_field) == 0)
            continue;
        if (strcmp(field, metadata) != 0) {
            note_rule(x, field, value, r);
            continue;
        }
        json_object_object_foreach(value, name, one)
            note_rule(x, arena_printf(x->control->ctx.arena, "%s.%s", metadata, name), one, r);
    }
}

/* Records the first row of group_roles that is about a group of any link: it comes before the rules. */
static void note_group_role(struct explaining *x, const struct mapping *m, struct json_object *sources) {
    struct json_object *group, *from_group = NULL, *from_source = NULL;
    size_t first = mapping_rows(m);
    for (size_t i = 0, n = json_object_array_length(sources); i < n; i++) {
        struct json_object *source = json_object_array_get_idx(sources, i);
        size_t row = mapping_row_of_groups(x->control->ctx.arena, m, json_get(source, "groups"), &group);
        if (row >= first)
            continue;
        first = row;
        from_group = group;
        from_source = source;
    }
    if (!from_source)
        return;
    struct json_object *why = json_object_new_object();
    json_object_object_add(why, "value", json_object_get(mapping_row_role(m, first)));
    json_set_text(why, "rule", arena_printf(x->control->ctx.arena, MAPPING_GROUP_ROLES "[%zu]", first));
    json_object_object_add(why, "target", json_object_get(mapping_row_role(m, first)));
    json_object_object_add(why, "read", json_object_get(json_get(from_group, "display")));
    json_object_object_add(why, "group", json_object_get(from_group));
    json_object_object_add(why, "connection", json_object_get(json_get(from_source, "connection")));
    json_object_object_add(why, "scim_user_id", json_object_get(json_get(from_source, "scim_user_id")));
    json_object_object_add(x->fields, role_field, why);
}

/*
 * If several links give a value, the oldest connection wins; within a link the last rule wins, for the role the first.
 */
static void note_sources(struct explaining *x, struct json_object *sources) {
    struct json_object *all = json_new_object(x->control->ctx.arena);
    for (size_t i = 0, n = json_object_array_length(sources); i < n; i++) {
        struct json_object *source = json_object_array_get_idx(sources, i);
        struct json_object *resource = json_get(source, "resource");
        bool role = json_get(all, role_field);
        x->fields = json_new_object(x->control->ctx.arena);
        json_object_object_add(resource, "groups", json_object_get(json_get(source, "groups")));
        json_object_object_foreach(x->rules, key, target) {
            const struct reading r = {key, key, json_object_get_string(target), resource, source, NULL};
            if (!is_role_rule(r.target))
                note_fields(x, &r);
            else if (!role)
                role = note_role(x, r);
        }
        json_object_object_foreach(x->fields, field, why) if (!json_get(all, field))
            json_object_object_add(all, field, json_object_get(why));
    }
    x->fields = all;
}

/* The source of this value; {"value", "rule": null} if no rule gives exactly this value. */
static struct json_object *explain_value(struct explaining *x, const char *field, struct json_object *value) {
    struct json_object *found = json_get(x->fields, field);
    if (found && json_same(json_get(found, "value"), value))
        return json_object_get(found);
    struct json_object *none = json_object_new_object();
    json_object_object_add(none, "value", json_object_get(value));
    json_object_object_add(none, "rule", NULL);
    return none;
}

static struct json_object *explain_fields(struct explaining *x, struct json_object *member) {
    static const char *const texts[] = {"first_name", "last_name", "display_name", "external_id"};
    struct json_object *out = json_object_new_object(), *more = json_get(member, metadata);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (json_get(member, texts[i]))
            json_object_object_add(out, texts[i], explain_value(x, texts[i], json_get(member, texts[i])));
    if (more) {
        json_object_object_foreach(more, name, value) {
            const char *field = arena_printf(x->control->ctx.arena, "%s.%s", metadata, name);
            json_object_object_add(out, field, explain_value(x, field, value));
        }
    }
    return out;
}

/* A column of JSON that may be null. */
static enum err read_json_column(struct control *c, struct db_rows rows, int name, struct json_object **out) {
    *out = NULL;
    return db_null(rows, 0, name) ? OK : control_object(c, rows, name, out);
}

static enum err put_together(struct explaining *x, struct db_rows row, struct json_object **out) {
    enum { OBJECT, LINKS, TEAMS, SOURCES, STATUS_EVENT, ROLE_EVENT, COLUMNS };
    static const int columns[COLUMNS] = {
        [OBJECT] = OBJECT_OBJECT,
        [LINKS] = API_MEMBER_EXPLAIN_LINKS,
        [TEAMS] = API_MEMBER_EXPLAIN_TEAMS,
        [SOURCES] = API_MEMBER_EXPLAIN_SOURCES,
        [STATUS_EVENT] = API_MEMBER_EXPLAIN_STATUS_EVENT,
        [ROLE_EVENT] = API_MEMBER_EXPLAIN_ROLE_EVENT,
    };
    struct control *c = x->control;
    struct json_object *v[COLUMNS];
    enum err e = OK;
    for (size_t i = 0; e == OK && i < COLUMNS; i++)
        e = read_json_column(c, row, columns[i], &v[i]);
    if (e != OK)
        return e;
    note_sources(x, v[SOURCES]);
    if (x->types.mapping)
        note_group_role(x, x->types.mapping, v[SOURCES]);
    struct json_object *status = json_object_new_object(),
                       *role = explain_value(x, role_field, json_get(v[OBJECT], role_field));
    json_object_object_add(status, "value", json_object_get(json_get(v[OBJECT], "status")));
    json_object_object_add(status, "links", json_object_get(v[LINKS]));
    json_object_object_add(status, "event", json_object_get(v[STATUS_EVENT]));
    json_object_object_add(role, "event", json_object_get(v[ROLE_EVENT]));
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "member", json_object_get(v[OBJECT]));
    json_object_object_add(*out, "status", status);
    json_object_object_add(*out, "teams", json_object_get(v[TEAMS]));
    json_object_object_add(*out, "role", role);
    json_object_object_add(*out, "fields", explain_fields(x, v[OBJECT]));
    return OK;
}

enum err control_member_explain(struct control *c, const struct control_input *in, struct json_object **out) {
    struct explaining x = {.control = c};
    size_t len = strlen(in->id);
    struct db_rows rows[3] = {0};
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    if (e != OK)
        return e;
    control_queue(c);
    size_t schemas = db_queue(c->db, sql_extension_schemas());
    size_t member = db_queue(c->db, sql_api_member_explain(.email_key = fold_identity(c->ctx.arena, in->id, len),
                                                           .id = uuid_valid(in->id, len) ? in->id : NULL));
    e = db_read(&c->ctx, c->db, rows);
    if (e == OK)
        e = control_accept(c, rows[0]);
    if (e == OK && db_count(rows[member]) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such member");
    if (e == OK)
        e = extensions_types(&c->ctx, rows[schemas], &x.types);
    if (e == OK)
        e = find_rules(&x, db_text(rows[schemas], 0, EXTENSION_MAPPING));
    return e == OK ? put_together(&x, rows[member], out) : e;
}
