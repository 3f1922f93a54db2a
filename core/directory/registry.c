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

/* The rows of what registry_ask() queues; from FIRST on the first pages of each type's resources. */
enum { SHOWN = 1, TYPES, FIRST };

static const char *const type_names[] = {"User", "Group"};

/* The state of a change of the registry. */
struct change {
    const struct registry_change *asked;
    const char *type;            /* of the resources that are visited */
    struct session session;      /* needed by the directory's functions */
    struct schema_types types;   /* as they will be */
    struct json_object *hidden;  /* of a schema that goes: its attributes' definitions; NULL: none goes */
    size_t resources;            /* number of resources with data under the URN */
    size_t misfits;              /* number of resources whose data would not stay as it is */
    struct json_object *reasons; /* why, each with a resource of which it is true; at most REASONS */
};

static bool is_user_type(const char *type) {
    return strcmp(type, type_names[0]) == 0;
}

static void queue_page(struct ctx *ctx, struct db *db, const char *type, const char *urn, const char *after) {
    const char *limit = arena_printf(ctx->arena, "%d", PAGE);
    db_queue(db, is_user_type(type) ? sql_api_schema_users(.urn = urn, .after = after, .limit = limit)
                                    : sql_api_schema_groups(.urn = urn, .after = after, .limit = limit));
}

void registry_ask(struct ctx *ctx, struct db *db, const struct registry_change *x) {
    const char *type = x->definition ? x->type : NULL, *required = x->required ? "true" : "false";
    db_queue(db, sql_api_directory_lock());
    db_queue(db, sql_api_schema_show(.urn = x->urn));
    db_queue(db, sql_api_schema_types(.urn = x->urn, .resource_type = type, .required = required,
                                      .definition = x->definition));
    for (size_t k = 0; k < 2; k++)
        if (!type || strcmp(type, type_names[k]) == 0)
            queue_page(ctx, db, type_names[k], x->urn, "00000000-0000-0000-0000-000000000000");
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
    struct json_object *rest = resource_without(a, old, c->asked->urn), *new;
    struct ctx quiet = {.arena = a};
    if (resource_from_body(&quiet, rt, (struct dialect){.lenient = true}, old, rest, &new) != OK) {
        note_reason(c, resource, fail_detail(&quiet));
        return NULL;
    }
    json_object_object_del(rest, "schemas"); /* computed */
    bool rest_stays = have_members_stayed(c, resource, "", rest, new);
    bool data_stays = have_members_stayed(c, resource, arena_printf(a, "%s:", c->asked->urn),
                                          member_spelled(old, c->asked->urn), member_spelled(new, c->asked->urn));
    bool secret = c->hidden && has_hidden(c->hidden, member_spelled(old, c->asked->urn));
    if (secret)
        note_reason(c, resource, "what no answer may show would be shown");
    return rest_stays && data_stays && !secret ? new : NULL;
}

/* Reads one resource anew with the schema, and queues the new state. */
static enum err read_anew(struct change *c, struct db_rows rows, size_t row) {
    struct session *s = &c->session;
    struct arena *a = s->ctx.arena;
    const struct resource_type *rt = is_user_type(c->type) ? c->types.user : c->types.group;
    struct json_object *old;
    const char *id = db_text(rows, row, EXTENDED_ID);
    enum err e = answer_restore(s, db_text(rows, row, EXTENDED_RESOURCE), &old);
    if (e != OK || !has_data(old, c->asked->urn))
        return e;
    const char *name = utf8_shorten(a, db_text(rows, row, EXTENDED_NAME), NAME_BYTES);
    struct json_object *new = reread(c, rt, old, arena_printf(a, "%s %s, %s", rt->name, name, id));
    c->misfits += !new;
    if (c->misfits) /* all will be refused */
        return OK;
    const char *stored = answer_stored(s, id, new), *refolded = json_text(a, value_folded(a, rt, new));
    db_queue(s->db, sql_op_tenant_set(.organization_id = c->asked->organization,
                                      .connection_id = db_text(rows, row, EXTENDED_CONNECTION_ID)));
    db_queue(s->db, is_user_type(c->type) ? sql_op_user_refold(.organization_id = c->asked->organization, .id = id,
                                                               .resource = stored, .folded = refolded)
                                          : sql_op_group_refold(.organization_id = c->asked->organization, .id = id,
                                                                .resource = stored, .folded = refolded));
    unique_queue(s, id, NULL, unique_values(s, rt, new));
    c->resources++;
    return OK;
}

static enum err visit_page(struct change *c, struct db_rows rows,
                           enum err (*act)(struct change *, struct db_rows, size_t)) {
    struct session *s = &c->session;
    enum err e = OK;
    for (size_t i = 0, n = db_count(rows); e == OK && i < n; i++)
        e = act(c, rows, i);
    return e == OK && db_queued(s->db) ? db_run(&s->ctx, s->db, NULL) : e;
}

/* Visits every resource with data under the URN, from a first page on, each in the same memory. */
static enum err each_resource(struct ctx *ctx, struct change *c, struct db_rows rows,
                              enum err (*act)(struct change *, struct db_rows, size_t)) {
    char after[UUID_TEXT + 1] = "";
    struct arena *page = arena_create();
    struct session *s = &c->session;
    s->ctx = (struct ctx){.arena = page};
    enum err e = visit_page(c, rows, act);
    while (e == OK && db_count(rows) == PAGE) {
        memcpy(after, db_text(rows, PAGE - 1, EXTENDED_ID), UUID_TEXT);
        arena_reset(page);
        queue_page(&s->ctx, s->db, c->type, c->asked->urn, after);
        e = db_run(&s->ctx, s->db, &rows);
        if (e == OK)
            e = visit_page(c, rows, act);
    }
    if (e != OK)
        e = fail(ctx, e, "%s", fail_detail(&s->ctx));
    arena_destroy(page);
    s->ctx = *ctx;
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
                c->misfits, c->asked->urn, text);
}

static enum err count_one(struct change *c, struct db_rows rows, size_t row) {
    struct json_object *resource;
    enum err e = answer_restore(&c->session, db_text(rows, row, EXTENDED_RESOURCE), &resource);
    c->resources += e == OK && has_data(resource, c->asked->urn);
    return e;
}

static void begin_change(struct ctx *ctx, struct db *db, const struct registry_change *x, struct change *c) {
    *c = (struct change){.asked = x, .type = x->type, .reasons = json_new_object(ctx->arena)};
    c->session = (struct session){.ctx = *ctx, .db = db, .base_url = "", .types = &c->types};
}

enum err registry_add(struct ctx *ctx, struct db *db, const struct registry_change *x, const struct db_rows *found,
                      size_t *resources) {
    struct change c;
    begin_change(ctx, db, x, &c);
    if (db_count(found[SHOWN]))
        return fail(ctx, ERR_UNIQUENESS, NULL);
    if (db_count(found[TYPES]) > REGISTRY_SCHEMAS)
        return fail(ctx, ERR_CAP, "an organization can have %d schemas of its own", REGISTRY_SCHEMAS);
    enum err e = extensions_types(ctx, found[TYPES], &c.types);
    if (e == OK)
        e = schema_check(ctx, &c.types, x->urn);
    if (e == OK)
        e = each_resource(ctx, &c, found[FIRST], read_anew);
    *resources = c.resources;
    return e == OK ? refuse_misfits(ctx, &c) : e;
}

enum err registry_refused(struct ctx *ctx, struct db *db, const char *urn) {
    if (unique_taken(&(struct session){.db = db}))
        return fail(ctx, ERR_UNIQUENESS, "two resources have the same value of an attribute that must be unique");
    return fail(ctx, ERR_UNIQUENESS, "%s is registered already; remove it first", urn);
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

enum err registry_define(struct ctx *ctx, struct json_object *schema, struct registry_change *out) {
    struct schema *loaded;
    if (strlen(json_text(ctx->arena, schema)) > REGISTRY_BYTES)
        return fail(ctx, ERR_INVALID_VALUE, "a schema may have %d bytes at most", REGISTRY_BYTES);
    enum err e = schema_load_own(ctx, schema, out->required, &loaded);
    if (e != OK)
        return e;
    out->urn = loaded->urn;
    out->definition = definition_of(ctx, schema);
    return OK;
}

/* Visits the resources of both types. */
static enum err each_of_all(struct ctx *ctx, struct change *c, const struct db_rows *found,
                            enum err (*act)(struct change *, struct db_rows, size_t)) {
    enum err e = OK;
    c->resources = 0;
    for (size_t k = 0; e == OK && k < 2; k++) {
        c->type = type_names[k];
        e = each_resource(ctx, c, found[FIRST + k], act);
    }
    return e;
}

/* The remaining data is unregistered, and must be found as such; nothing is hidden then. */
static enum err each_kept(struct ctx *ctx, struct change *c, const struct db_rows *found) {
    struct json_object *gone;
    const char *text = db_text(found[SHOWN], 0, OBJECT_OBJECT);
    enum err e = json_parse_own(ctx, text, strlen(text), &gone);
    if (e == OK)
        e = extensions_types(ctx, found[TYPES], &c->types);
    if (e == OK)
        c->hidden = json_get(json_get(gone, "definition"), "attributes");
    if (e == OK)
        e = each_of_all(ctx, c, found, read_anew);
    return e == OK ? refuse_misfits(ctx, c) : e;
}

enum err registry_remove(struct ctx *ctx, struct db *db, const struct registry_change *x, const struct db_rows *found,
                         size_t *resources) {
    struct change c;
    begin_change(ctx, db, x, &c);
    if (db_count(found[SHOWN]) == 0)
        return fail(ctx, ERR_NOT_FOUND, "no schema %s is registered", x->urn);
    c.types = *schema_built_in();
    enum err e = each_of_all(ctx, &c, found, count_one);
    if (e == OK && c.resources && !x->keep_data)
        return fail(ctx, ERR_CONFLICT,
                    "%zu users or groups have data under %s: take it away first, or keep it there with keep_data",
                    c.resources, x->urn);
    if (e == OK && c.resources)
        e = each_kept(ctx, &c, found);
    *resources = c.resources;
    return e;
}
