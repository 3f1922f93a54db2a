#include "directory/control_fields.h"
#include "directory/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "protocol/mapping.h"
#include "protocol/resource.h"

#include <string.h>

static const struct field given[] = {{"mapping", FIELD_OBJECT, NULL, true}};
static const struct field previewed[] = {{"resource", FIELD_OBJECT, NULL, true},
                                         {"mapping", FIELD_OBJECT, NULL, false}};

/* {"mapping": {..}, "version", "applied_version", "done", "total", ...}; without a row the defaults, applied. */
static enum err object_of(struct control *c, struct db_rows rows, struct json_object **out) {
    static const char *const numbers[] = {"version", "applied_version", "done", "total"};
    static const char *const times[] = {"requested_at", "finished_at"};
    bool any = db_count(rows);
    struct json_object *mapping = json_new_object(c->ctx.arena);
    const char *text = any ? db_text(rows, 0, "mapping") : "{}";
    enum err e = json_parse_own(&c->ctx, text, strlen(text), &mapping);
    if (e != OK)
        return e;
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "mapping", json_object_get(mapping));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_object_add(*out, numbers[i], json_object_new_int64(any ? db_int(rows, 0, numbers[i]) : 0));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const char *at = any ? db_text(rows, 0, times[i]) : NULL;
        json_object_object_add(*out, times[i], at ? json_object_new_string(at) : NULL);
    }
    bool pending = any && db_int(rows, 0, "version") != db_int(rows, 0, "applied_version");
    json_object_object_add(*out, "status", json_object_new_string(pending ? "applying" : "applied"));
    return OK;
}

enum err control_mapping_show(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows = {0};
    enum err e = fields_check(c, NULL, 0, in->fields, false);
    if (e == OK)
        e = control_read(c, SQL_API_MAPPING_SHOW, NULL, &rows);
    return e == OK ? object_of(c, rows, out) : e;
}

/* A mapping that cannot be understood is the fault of this field. */
static enum err refuse_mapping(struct control *c, enum err e) {
    if (e != ERR_INVALID_VALUE)
        return e;
    control_wrong(c, "mapping", "invalid", "%s", fail_detail(&c->ctx));
    return control_refuse(c);
}

struct change {
    const struct control_input *in;
    const char *text;
};

/* What the old mapping set and the new one does not goes back to its default. */
static const char *resets(struct control *c, const struct mapping *old, const struct mapping *new) {
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

/* The directory stands still, so that no write goes on with the mapping before. */
static enum err set_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct db_rows schemas = {0}, rows = {0};
    struct schema_types types;
    struct json_object *before;
    const struct mapping *new = NULL;
    enum err e = control_step(c, SQL_API_DIRECTORY_LOCK, NULL, &rows);
    if (e == OK)
        e = control_step(c, SQL_EXTENSION_SCHEMAS, NULL, &schemas);
    if (e == OK)
        e = extensions_types(&c->ctx, schemas, &types);
    if (e == OK)
        e = refuse_mapping(c, extensions_mapping(&c->ctx, &types, x->text, &new));
    if (e == OK)
        e = control_step(c, SQL_API_MAPPING_SHOW, NULL, &rows);
    if (e == OK)
        e = object_of(c, rows, &before);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, before);
    if (e != OK)
        return e;
    const char *params[] = {x->text, resets(c, types.mapping, new)};
    e = control_step(c, SQL_API_MAPPING_SET, params, &rows);
    if (e == OK)
        e = object_of(c, rows, &c->result);
    if (e == OK)
        control_event(c, "scim.mapping.updated", NULL, "organization", c->organization,
                      arena_printf(c->ctx.arena, "{\"before\":%s,\"after\":%s}",
                                   json_text(c->ctx.arena, json_get(before, "mapping")), x->text));
    return e;
}

enum err control_mapping_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = set_work, .arg = &x};
    enum err e = fields_check(c, FIELDS(given), in->fields, true);
    if (e != OK)
        return e;
    x.text = json_text(c->ctx.arena, json_get(in->fields, "mapping"));
    e = control_write(c, &w);
    *out = c->result;
    return e;
}

/* The resource as it would be stored, with the groups that it is given with. */
static enum err read_resource(struct control *c, const struct schema_types *types, struct json_object *given_one,
                              struct json_object **out) {
    enum err e = resource_from_body(&c->ctx, types->user, (struct dialect){.lenient = true}, given_one, NULL, out);
    if (e != OK) {
        control_wrong(c, "resource", "invalid", "%s", fail_detail(&c->ctx));
        return control_refuse(c);
    }
    struct json_object *groups = json_get_caseless(given_one, "groups");
    if (json_object_is_type(groups, json_type_array))
        json_object_object_add(*out, "groups", json_object_get(groups));
    return OK;
}

enum err control_mapping_preview(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows = {0};
    struct schema_types types;
    struct json_object *resource, *own = json_get(in->fields, "mapping");
    const struct mapping *mapping = NULL;
    enum err e = fields_check(c, FIELDS(previewed), in->fields, true);
    if (e == OK)
        e = control_read(c, SQL_EXTENSION_SCHEMAS, NULL, &rows);
    if (e == OK)
        e = extensions_types(&c->ctx, rows, &types);
    if (e != OK)
        return e;
    mapping = types.mapping;
    if (own)
        e = refuse_mapping(c, extensions_mapping(&c->ctx, &types, json_text(c->ctx.arena, own), &mapping));
    if (e == OK)
        e = read_resource(c, &types, json_get(in->fields, "resource"), &resource);
    if (e != OK)
        return e;
    *out = json_copy(c->ctx.arena, mapping_preview(c->ctx.arena, mapping_default(), resource));
    struct json_object *more = mapping ? mapping_preview(c->ctx.arena, mapping, resource) : NULL;
    if (more) {
        json_object_object_foreach(more, name, value) json_object_object_add(*out, name, json_object_get(value));
    }
    return OK;
}
