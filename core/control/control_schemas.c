/* Extension schemas that an organization has registered. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "directory/registry.h"
#include "sql/control.h"

#include <string.h>

static const struct field added[] = {{.name = "schema", .kind = FIELD_OBJECT, .required = true},
                                     {.name = "resource_type", .kind = FIELD_CHOICE, .values = "User|Group"},
                                     {.name = "required", .kind = FIELD_FLAG}};
static const struct field removed[] = {{.name = "keep_data", .kind = FIELD_CHOICE, .values = "true|false"}};

struct change {
    const struct control_input *in;
    struct registry_result result;
};

/* Queues the event; the result is the schema, and how many users and groups have data under it. */
static enum err tell_schema_change(struct control *c, const struct registry_result *r, const char *action,
                                   const char *side) {
    enum err e = json_parse_own(&c->ctx, r->object, strlen(r->object), &c->result);
    if (e != OK)
        return e;
    control_event(c, action, NULL, "organization", c->organization,
                  arena_printf(c->ctx.arena, "{\"%s\":%s}", side, r->object));
    json_object_object_add(c->result, "resources", json_object_new_int64((int64_t)r->resources));
    return OK;
}

/* Reports an invalid definition as an error of this field. */
static enum err blame_schema(struct control *c, enum err e) {
    if (e != ERR_INVALID_VALUE)
        return e;
    control_wrong(c, "schema", "invalid", "%s", fail_detail(&c->ctx));
    return control_refuse(c);
}

static enum err add_schema_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *f = x->in->fields;
    const char *type = json_get_string(f, "resource_type"), *text = json_text(c->ctx.arena, json_get(f, "schema"));
    const struct registry_request r = {.organization = c->organization,
                                       .type = type ? type : "User",
                                       .required = json_object_get_boolean(json_get(f, "required")),
                                       .text = text,
                                       .len = strlen(text)};
    enum err e = registry_add(&c->ctx, c->db, &r, &x->result);
    return e == OK ? tell_schema_change(c, &x->result, "scim.schema.added", "after") : blame_schema(c, e);
}

enum err control_schema_add(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = add_schema_work, .arg = &x, .final_duplicate = true};
    return control_fields_write(c, FIELDS(added), in->fields, true, &w, out);
}

enum err control_schema_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows = {0};
    struct json_object *data = json_new_array(c->ctx.arena);
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    if (e == OK)
        e = control_read(c, sql_api_schema_list(), &rows);
    for (size_t i = 0; e == OK && i < db_count(rows); i++) {
        struct json_object *o;
        const char *text = db_text(rows, i, OBJECT_OBJECT);
        e = json_parse_own(&c->ctx, text, strlen(text), &o);
        if (e == OK)
            json_object_array_add(data, json_object_get(o));
    }
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "data", json_object_get(data));
    json_object_object_add(*out, "next_cursor", NULL);
    return e;
}

static enum err remove_schema_work(struct control *c, void *arg) {
    struct change *x = arg;
    const char *keep = json_object_get_string(json_get(x->in->fields, "keep_data"));
    enum err e =
        registry_remove(&c->ctx, c->db, c->organization, x->in->id, keep && strcmp(keep, "true") == 0, &x->result);
    return e == OK ? tell_schema_change(c, &x->result, "scim.schema.removed", "before") : e;
}

enum err control_schema_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = remove_schema_work, .arg = &x};
    return control_fields_write(c, FIELDS(removed), in->fields, false, &w, out);
}
