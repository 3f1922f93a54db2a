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
    struct control_input in; /* the first member: so ask_schema() gets the whole */
    struct registry_change asked;
    const char *problem; /* of the definition; NULL: none */
    size_t resources;
};

static void ask_schema(struct control *c, const struct control_input *in) {
    registry_ask(&c->ctx, c->db, &((const struct change *)in)->asked);
}

/* The result is the schema, and how many users and groups have data under it. */
static void show_resources(struct control *c, void *arg) {
    struct change *x = arg;
    json_object_object_add(c->result, "resources", json_object_new_int64((int64_t)x->resources));
}

/* Reports an invalid definition as an error of this field. */
static enum err blame_schema(struct control *c, const char *problem) {
    control_wrong(c, "schema", "invalid", "%s", problem);
    return control_refuse(c);
}

static enum err add_schema_work(struct control *c, void *arg) {
    struct change *x = arg;
    const struct registry_change *r = &x->asked;
    x->asked.organization = c->organization;
    if (x->problem)
        return blame_schema(c, x->problem);
    enum err e = registry_add(&c->ctx, c->db, r, c->found, &x->resources);
    if (e == ERR_INVALID_VALUE)
        return blame_schema(c, fail_detail(&c->ctx));
    if (e == OK)
        control_result(c,
                       sql_api_schema_add(.urn = r->urn, .resource_type = r->type,
                                          .required = r->required ? "true" : "false", .definition = r->definition,
                                          CONTROL_EVENT(c)),
                       "schema");
    return e;
}

/* A wrong definition is refused only when it is known who asks. */
enum err control_schema_add(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *type = json_get_string(in->fields, "resource_type");
    struct change x = {.asked = {.type = type ? type : "User"}};
    struct control_write w = {.ask = ask_schema,
                              .in = &x.in,
                              .work = add_schema_work,
                              .done = show_resources,
                              .arg = &x,
                              .final_duplicate = true};
    enum err e = control_fields_check(c, FIELDS(added), in->fields, true);
    if (e != OK)
        return e;
    x.asked.required = json_object_get_boolean(json_get(in->fields, "required"));
    if (registry_define(&c->ctx, json_get(in->fields, "schema"), &x.asked) != OK) {
        x.problem = fail_detail(&c->ctx);
        w.ask = NULL;
    }
    e = control_write(c, &w);
    *out = c->result;
    return e == ERR_UNIQUENESS ? registry_refused(&c->ctx, c->db, x.asked.urn) : e;
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
    x->asked.organization = c->organization;
    enum err e = registry_remove(&c->ctx, c->db, &x->asked, c->found, &x->resources);
    if (e == OK)
        control_result(c, sql_api_schema_remove(.urn = x->asked.urn, CONTROL_EVENT(c)), "schema");
    return e;
}

enum err control_schema_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *keep = json_object_get_string(json_get(in->fields, "keep_data"));
    struct change x = {.asked = {.urn = in->id, .keep_data = keep && strcmp(keep, "true") == 0}};
    struct control_write w = {
        .ask = ask_schema, .in = &x.in, .work = remove_schema_work, .done = show_resources, .arg = &x};
    return control_fields_write(c, FIELDS(removed), in->fields, false, &w, out);
}
