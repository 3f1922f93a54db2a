/* The attribute mapping of an organization: show, replace. */

#include "control/control_dry_run.h"
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

static const struct field given[] = {
    {.name = "mapping", .kind = FIELD_OBJECT, .required = true}, DRY_RUN_FIELD, DRY_RUN_CURSOR};

enum err control_mapping_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_mapping_show(), "mapping", out) : e;
}

enum err control_mapping_read(struct control *c, const struct schema_types *types, const char *text,
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

const char *control_mapping_resets(struct control *c, const struct mapping *old, const struct mapping *new) {
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

const char *control_mapping_groups(struct control *c, struct json_object *mapping) {
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
    db_queue(c->db, sql_api_groups_unknown(.groups = control_mapping_groups(c, json_get(in->fields, "mapping"))));
}

static enum err set_mapping_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct schema_types types;
    struct json_object *before;
    const struct mapping *new = NULL;
    enum err e = extensions_types(&c->ctx, c->found[1], &types);
    if (e == OK)
        e = control_mapping_read(c, &types, x->text, &new);
    if (e == OK)
        e = control_found(c, 2, "mapping", &before);
    if (e == OK)
        e = control_found(c, 3, "list", &x->unknown);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, before);
    if (e == OK)
        control_result(c,
                       sql_api_mapping_set(.mapping = x->text, .resets = control_mapping_resets(c, types.mapping, new),
                                           CONTROL_EVENT(c)),
                       "mapping");
    return e;
}

enum err control_mapping_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_mapping, .in = in, .work = set_mapping_work, .arg = &x};
    const char *after;
    enum err e = control_fields_check(c, FIELDS(given), in->fields, true);
    if (e == OK)
        e = control_dry_run_after(c, in->fields, &after);
    if (e != OK)
        return e;
    if (control_dry_run_asked(in->fields))
        return control_mapping_dry_run(c, in->fields, out);
    x.text = json_text(c->ctx.arena, json_get(in->fields, "mapping"));
    e = control_write(c, &w);
    if (e == OK)
        json_object_object_add(c->result, "unknown_groups", json_object_get(x.unknown));
    *out = c->result;
    return e;
}
