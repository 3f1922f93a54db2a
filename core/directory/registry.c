/* Registers and removes an organization's extension schemas, and converts the data under them. */

#include "directory/registry.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "directory/answer.h"
#include "directory/extensions.h"
#include "directory/unique.h"
#include "protocol/resource.h"
#include "protocol/value.h"
#include "sql/control.h"

#include <string.h>
#include <strings.h>

/* Resources in a step (each takes a few statements of one pipeline); bounds of what a refusal tells. */
enum { PAGE = 16, REASONS = 5, REASON_BYTES = 200, NAME_BYTES = 100 };

/* The state of a change of the registry. */
struct change {
    const char *organization, *type, *urn;
    bool required, keep_data;
    const char *definition;
    struct session session; /* needed by the directory's functions */
    struct schema_types types;
    struct registry_result *result;
    struct json_object *hidden;  /* of a schema that goes: its attributes' definitions; NULL: none goes */
    size_t misfits;              /* number of resources whose data would not stay as it is */
    struct json_object *reasons; /* why, each with a resource of which it is true; at most REASONS */
};

static bool is_user_schema(const struct change *c) {
    return strcmp(c->type, "User") == 0;
}

static enum err next_page(struct change *c, const char *after, struct db_rows *rows) {
    struct session *s = &c->session;
    const char *limit = arena_printf(s->ctx.arena, "%d", PAGE);
    db_queue(s->db, is_user_schema(c) ? sql_op_extension_users(.organization_id = c->organization, .urn = c->urn,
                                                               .after = after, .limit = limit)
                                      : sql_op_extension_groups(.organization_id = c->organization, .urn = c->urn,
                                                                .after = after, .limit = limit));
    return db_run(&s->ctx, s->db, rows);
}

/* The statement also finds resources with the URN in another attribute's text. */
static bool has_data(struct json_object *resource, const char *urn) {
    return json_object_is_type(json_get_caseless(resource, urn), json_type_object);
}

/* The resource without the schema's data, for checks that concern only other schemas. */
static struct json_object *resource_without(struct arena *a, struct json_object *resource, const char *urn) {
    struct json_object *rest = json_new_object(a);
    json_object_object_foreach(resource, name, value) {
        if (strcasecmp(name, urn) != 0)
            json_object_object_add(rest, name, json_object_get(value));
    }
    return rest;
}

/* A member in any spelling; the exact one costs less. */
static struct json_object *member_spelled(struct json_object *o, const char *name) {
    struct json_object *exact = json_get(o, name);
    return exact ? exact : json_get_caseless(o, name);
}

/* Whether a value is still what it was, but for the spelling of names and for parts without a value. */
static bool has_stayed(struct json_object *was, struct json_object *is) {
    if (!value_assigned(was))
        return true;
    if (json_object_is_type(was, json_type_object) && json_object_is_type(is, json_type_object)) {
        json_object_object_foreach(was, name, part) {
            if (!has_stayed(part, member_spelled(is, name)))
                return false;
        }
        return true;
    }
    if (!json_object_is_type(was, json_type_array) || !json_object_is_type(is, json_type_array))
        return json_same(was, is);
    size_t n = json_object_array_length(was);
    bool stayed = json_object_array_length(is) == n;
    for (size_t i = 0; stayed && i < n; i++)
        stayed = has_stayed(json_object_array_get_idx(was, i), json_object_array_get_idx(is, i));
    return stayed;
}

/* A refusal names each reason once, with the first resource of which it is true. */
static void note_reason(struct change *c, const char *resource, const char *reason) {
    const char *text = utf8_shorten(c->session.ctx.arena, reason, REASON_BYTES);
    if (json_object_object_length(c->reasons) < REASONS && !json_get(c->reasons, text))
        json_set_text(c->reasons, text, resource);
}

/* Whether all members have stayed as they were; records those that have not. */
static bool have_members_stayed(struct change *c, const char *resource, const char *prefix, struct json_object *was,
                                struct json_object *is) {
    bool stayed = true;
    json_object_object_foreach(was, name, value) {
        struct json_object *now = member_spelled(is, name);
        if (has_stayed(value, now))
            continue;
        stayed = false;
        note_reason(c, resource,
                    arena_printf(c->session.ctx.arena, "%s%s would be %s", prefix, name, now ? "changed" : "lost"));
    }
    return stayed;
}

static bool is_hidden(struct json_object *attribute) {
    const char *returned = json_get_string(attribute, "returned"),
               *mutability = json_get_string(attribute, "mutability");
    return (returned && strcasecmp(returned, "never") == 0) || (mutability && strcasecmp(mutability, "writeOnly") == 0);
}

static bool has_hidden(struct json_object *attributes, struct json_object *data);

static bool is_any_hidden(struct json_object *attribute, struct json_object *value) {
    if (is_hidden(attribute))
        return true;
    struct json_object *subs = json_get(attribute, "subAttributes");
    if (!json_object_is_type(value, json_type_array))
        return has_hidden(subs, value);
    for (size_t i = 0; i < json_object_array_length(value); i++)
        if (has_hidden(subs, json_object_array_get_idx(value, i)))
            return true;
    return false;
}

/* Whether there is a value that no answer shows as long as its schema is registered. */
static bool has_hidden(struct json_object *attributes, struct json_object *data) {
    for (size_t i = 0, n = attributes ? json_object_array_length(attributes) : 0; i < n; i++) {
        struct json_object *attribute = json_object_array_get_idx(attributes, i);
        struct json_object *value = member_spelled(data, json_get_string(attribute, "name"));
        if (value_assigned(value) && is_any_hidden(attribute, value))
            return true;
    }
    return false;
}

/* Reads a resource with the schema; NULL if its data would not stay as it is, which is recorded. */
static struct json_object *reread(struct change *c, const struct resource_type *rt, struct json_object *old,
                                  const char *resource) {
    struct arena *a = c->session.ctx.arena;
    struct json_object *rest = resource_without(a, old, c->urn), *new;
    struct ctx quiet = {.arena = a};
    if (resource_from_body(&quiet, rt, (struct dialect){.lenient = true}, old, rest, &new) != OK) {
        note_reason(c, resource, fail_detail(&quiet));
        return NULL;
    }
    json_object_object_del(rest, "schemas"); /* computed */
    bool rest_stays = have_members_stayed(c, resource, "", rest, new);
    bool data_stays = have_members_stayed(c, resource, arena_printf(a, "%s:", c->urn), member_spelled(old, c->urn),
                                          member_spelled(new, c->urn));
    bool secret = c->hidden && has_hidden(c->hidden, member_spelled(old, c->urn));
    if (secret)
        note_reason(c, resource, "what no answer may show would be shown");
    return rest_stays && data_stays && !secret ? new : NULL;
}

/* Reads one resource anew with the schema, and queues the new state. */
static enum err read_anew(struct change *c, struct db_rows rows, size_t row) {
    struct session *s = &c->session;
    struct arena *a = s->ctx.arena;
    const struct resource_type *rt = is_user_schema(c) ? c->types.user : c->types.group;
    struct json_object *old;
    const char *id = db_text(rows, row, EXTENDED_ID);
    enum err e = answer_restore(s, db_text(rows, row, EXTENDED_RESOURCE), &old);
    if (e != OK || !has_data(old, c->urn))
        return e;
    const char *name = utf8_shorten(a, db_text(rows, row, EXTENDED_NAME), NAME_BYTES);
    struct json_object *new = reread(c, rt, old, arena_printf(a, "%s %s, %s", rt->name, name, id));
    c->misfits += !new;
    if (c->misfits) /* all will be refused */
        return OK;
    const char *stored = answer_stored(s, id, new), *refolded = json_text(a, value_folded(a, rt, new));
    db_queue(s->db, sql_op_tenant_set(.organization_id = c->organization,
                                      .connection_id = db_text(rows, row, EXTENDED_CONNECTION_ID)));
    db_queue(s->db, is_user_schema(c) ? sql_op_user_refold(.organization_id = c->organization, .id = id,
                                                           .resource = stored, .folded = refolded)
                                      : sql_op_group_refold(.organization_id = c->organization, .id = id,
                                                            .resource = stored, .folded = refolded));
    unique_queue(s, id, NULL, unique_values(s, rt, new));
    c->result->resources++;
    return OK;
}

/* A page of the resources with data under the URN after `after`, which becomes the last of them. */
static enum err one_page(struct change *c, enum err (*act)(struct change *, struct db_rows, size_t), char *after,
                         bool *last) {
    struct session *s = &c->session;
    struct db_rows rows = {0};
    enum err e = next_page(c, after, &rows);
    size_t n = e == OK ? db_count(rows) : 0;
    for (size_t i = 0; e == OK && i < n; i++)
        e = act(c, rows, i);
    if (e == OK && db_queued(s->db))
        e = db_run(&s->ctx, s->db, NULL);
    if (n)
        memcpy(after, db_text(rows, n - 1, EXTENDED_ID), UUID_TEXT);
    *last = n == 0;
    return e;
}

/* Visits every resource with data under the URN, page by page, each page in memory of its own. */
static enum err each_resource(struct ctx *ctx, struct change *c,
                              enum err (*act)(struct change *, struct db_rows, size_t)) {
    char after[] = "00000000-0000-0000-0000-000000000000";
    enum err e = OK;
    for (bool last = false; e == OK && !last;) {
        c->session.ctx = (struct ctx){.arena = arena_create()};
        e = one_page(c, act, after, &last);
        if (e != OK)
            e = fail(ctx, e, "%s", fail_detail(&c->session.ctx));
        arena_destroy(c->session.ctx.arena);
        c->session.ctx = *ctx;
    }
    return e;
}

/* Fails if a resource's data would not stay as it is. */
static enum err refuse_misfits(struct ctx *ctx, const struct change *c) {
    const char *text = "";
    if (!c->misfits)
        return OK;
    json_object_object_foreach(c->reasons, reason, resource) {
        text =
            arena_printf(ctx->arena, "%s%s %s (%s)", text, *text ? ";" : ":", reason, json_object_get_string(resource));
    }
    return fail(ctx, ERR_CONFLICT,
                "%zu users or groups have data under %s that would not stay as it is%s; let the schema define it, or "
                "take it away first",
                c->misfits, c->urn, text);
}

static enum err count_one(struct change *c, struct db_rows rows, size_t row) {
    struct json_object *resource;
    enum err e = answer_restore(&c->session, db_text(rows, row, EXTENDED_RESOURCE), &resource);
    c->result->resources += e == OK && has_data(resource, c->urn);
    return e;
}

static void begin_schema_change(struct ctx *ctx, struct db *db, struct change *c) {
    c->result->resources = c->misfits = 0;
    c->reasons = json_new_object(ctx->arena);
    c->session = (struct session){.ctx = *ctx, .db = db, .base_url = "", .types = &c->types};
    db_queue(db, sql_op_organization_lock(.organization_id = c->organization));
}

static enum err register_work(struct ctx *ctx, struct db *db, void *arg) {
    struct change *c = arg;
    struct db_rows rows[3] = {0};
    begin_schema_change(ctx, db, c);
    size_t added =
        db_queue(db, sql_op_extension_add(.organization_id = c->organization, .urn = c->urn, .resource_type = c->type,
                                          .required = c->required ? "true" : "false", .definition = c->definition));
    size_t schemas = db_queue(db, sql_op_extension_rows(.organization_id = c->organization));
    enum err e = db_run(ctx, db, rows);
    if (e == OK && db_count(rows[schemas]) > REGISTRY_SCHEMAS)
        return fail(ctx, ERR_CAP, "an organization can have %d schemas of its own", REGISTRY_SCHEMAS);
    if (e == OK)
        e = extensions_types(ctx, rows[schemas], &c->types);
    if (e == OK)
        e = schema_check(ctx, &c->types, c->urn);
    if (e == OK)
        c->result->object = db_text(rows[added], 0, OP_EXTENSION_ADD_OBJECT);
    if (e == OK)
        e = each_resource(ctx, c, read_anew);
    return e == OK ? refuse_misfits(ctx, c) : e;
}

static void add_default(struct json_object *o, const char *name, struct json_object *value) {
    if (json_get(o, name))
        json_object_put(value);
    else
        json_object_object_add(o, name, value);
}

/* Adds the default of every missing characteristic (RFC 7643, 2.2). */
static void add_defaults(struct json_object *attributes) {
    for (size_t i = 0, n = json_object_array_length(attributes); i < n; i++) {
        struct json_object *a = json_object_array_get_idx(attributes, i), *subs = json_get(a, "subAttributes");
        add_default(a, "type", json_object_new_string("string"));
        add_default(a, "multiValued", json_object_new_boolean(0));
        add_default(a, "description", json_object_new_string(json_get_string(a, "name")));
        add_default(a, "required", json_object_new_boolean(0));
        add_default(a, "mutability", json_object_new_string("readWrite"));
        add_default(a, "returned", json_object_new_string("default"));
        if (subs) {
            add_defaults(subs);
            continue;
        }
        add_default(a, "caseExact", json_object_new_boolean(0));
        add_default(a, "uniqueness", json_object_new_string("none"));
    }
}

/* The definition as /Schemas shows it. */
static const char *definition_of(struct ctx *ctx, struct json_object *json) {
    struct json_object *copy = json_copy(ctx->arena, json), *schemas = json_object_new_array();
    json_object_array_add(schemas, json_object_new_string("urn:ietf:params:scim:schemas:core:2.0:Schema"));
    json_object_object_del(copy, "meta");
    json_object_object_add(copy, "schemas", schemas);
    add_default(copy, "name", json_object_new_string(json_get_string(json, "id")));
    add_default(copy, "description", json_object_new_string(json_get_string(copy, "name")));
    add_defaults(json_get(copy, "attributes"));
    return json_text(ctx->arena, copy);
}

enum err registry_add(struct ctx *ctx, struct db *db, const struct registry_request *r, struct registry_result *out) {
    struct change c = {.organization = r->organization, .type = r->type, .required = r->required, .result = out};
    struct db_transaction t = {.work = register_work, .arg = &c, .final_duplicate = true};
    struct json_object *json;
    struct schema *schema;
    if (r->len > REGISTRY_BYTES)
        return fail(ctx, ERR_INVALID_VALUE, "a schema may have %d bytes at most", REGISTRY_BYTES);
    enum err e = json_parse(ctx, r->text, r->len, &json);
    if (e == OK)
        e = schema_load_own(ctx, json, r->required, &schema);
    if (e != OK)
        return e;
    c.urn = schema->urn;
    c.definition = definition_of(ctx, json);
    e = db_transaction(ctx, db, &t);
    if (e == ERR_UNIQUENESS && unique_taken(&c.session))
        return fail(ctx, e, "two resources have the same value of an attribute that must be unique");
    if (e == ERR_UNIQUENESS)
        return fail(ctx, e, "%s is registered already; remove it first", c.urn);
    return e;
}

/* The remaining data is unregistered, and must be found as such; nothing is hidden then. */
static enum err each_kept(struct ctx *ctx, struct change *c, struct db_rows schemas) {
    struct json_object *gone;
    enum err e = json_parse_own(ctx, c->result->object, strlen(c->result->object), &gone);
    if (e == OK)
        e = extensions_types(ctx, schemas, &c->types);
    if (e == OK)
        c->hidden = json_get(json_get(gone, "definition"), "attributes");
    c->result->resources = 0;
    for (size_t k = 0; e == OK && k < 2; k++) {
        c->type = k ? "Group" : "User";
        e = each_resource(ctx, c, read_anew);
    }
    return e == OK ? refuse_misfits(ctx, c) : e;
}

static enum err unregister_work(struct ctx *ctx, struct db *db, void *arg) {
    struct change *c = arg;
    struct db_rows rows[3] = {0};
    begin_schema_change(ctx, db, c);
    size_t removed = db_queue(db, sql_op_extension_remove(.organization_id = c->organization, .urn = c->urn));
    size_t schemas = db_queue(db, sql_op_extension_rows(.organization_id = c->organization));
    enum err e = db_run(ctx, db, rows);
    if (e == OK && db_count(rows[removed]) == 0)
        return fail(ctx, ERR_NOT_FOUND, "no schema %s is registered", c->urn);
    if (e != OK)
        return e;
    c->result->object = db_text(rows[removed], 0, OP_EXTENSION_REMOVE_OBJECT);
    for (size_t k = 0; e == OK && k < 2; k++) {
        c->type = k ? "Group" : "User";
        e = each_resource(ctx, c, count_one);
    }
    if (e == OK && c->result->resources && !c->keep_data)
        return fail(ctx, ERR_CONFLICT,
                    "%zu users or groups have data under %s: take it away first, or keep it there with keep_data",
                    c->result->resources, c->urn);
    return e == OK && c->result->resources ? each_kept(ctx, c, rows[schemas]) : e;
}

enum err registry_remove(struct ctx *ctx, struct db *db, const char *organization, const char *urn, bool keep_data,
                         struct registry_result *out) {
    struct change c = {.organization = organization, .urn = urn, .keep_data = keep_data, .result = out};
    struct db_transaction t = {.work = unregister_work, .arg = &c};
    c.types = *schema_built_in();
    return db_transaction(ctx, db, &t);
}
