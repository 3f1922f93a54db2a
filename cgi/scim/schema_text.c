/* The text of a schema in /Schemas, with notes on the effects of the connection's settings. */

#include "scim/schema_text.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"

#include <string.h>

static bool keeps_identity(const struct tenant *t) {
    return !t->identity_mutable;
}

static bool changes_identity(const struct tenant *t) {
    return t->identity_mutable;
}

static bool needs_email(const struct tenant *t) {
    return !t->email_optional;
}

static bool counts_external_ids(const struct tenant *t) {
    return t->linking != LINKING_NEVER;
}

static bool unique_names(const struct tenant *t) {
    return t->unique_group_names;
}

static bool skips_members(const struct tenant *t) {
    return t->skip_unknown_members;
}

static bool refuses_members(const struct tenant *t) {
    return !t->skip_unknown_members;
}

/* How a connection treats an attribute; appended to the attribute's description. */
static const struct {
    const char *urn, *attribute;
    bool (*when)(const struct tenant *t);
    const char *text;
} notes[] = {
    {SCHEMA_USER, "userName", keeps_identity,
     " Another one is refused while the user is active (400 mutability); a user who becomes active again may bring a "
     "new one."},
    {SCHEMA_USER, "userName", changes_identity, " It may be changed at any time."},
    {SCHEMA_USER, "emails", needs_email,
     " A user needs an address: of type work, else the primary one, else the first, else a userName that is one."},
    {SCHEMA_USER, "emails", keeps_identity,
     " Another one of these is refused while the user is active (400 mutability); a user who becomes active again may "
     "bring a new one."},
    {SCHEMA_USER, "externalId", counts_external_ids, " Unique among the users of the connection."},
    {SCHEMA_GROUP, "displayName", unique_names, " Unique among the groups of the connection, without regard to case."},
    {SCHEMA_GROUP, "members", skips_members, " An id that was never issued is left out."},
    {SCHEMA_GROUP, "members", refuses_members, " An id that was never issued is refused (400 invalidValue)."},
};

/* RFC 7643, 3.1. */
static void add_external_id(struct json_object *attributes, bool unique) {
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "name", json_object_new_string("externalId"));
    json_object_object_add(o, "type", json_object_new_string("string"));
    json_object_object_add(o, "multiValued", json_object_new_boolean(false));
    json_object_object_add(o, "description", json_object_new_string("Identifier given by the client."));
    json_object_object_add(o, "required", json_object_new_boolean(false));
    json_object_object_add(o, "caseExact", json_object_new_boolean(true));
    json_object_object_add(o, "mutability", json_object_new_string("readWrite"));
    json_object_object_add(o, "returned", json_object_new_string("default"));
    json_object_object_add(o, "uniqueness", json_object_new_string(unique ? "server" : "none"));
    json_object_array_add(attributes, o);
}

static void add_notes(struct session *s, const char *urn, struct json_object *attribute) {
    const char *name = json_get_string(attribute, "name");
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        if (strcmp(notes[i].urn, urn) != 0 || strcmp(notes[i].attribute, name) != 0 || !notes[i].when(&s->tenant))
            continue;
        const char *text = json_get_string(attribute, "description");
        text = arena_printf(s->ctx.arena, "%s%s", text, notes[i].text);
        json_object_object_add(attribute, "description", json_object_new_string(text));
    }
}

const char *schema_text(struct session *s, const struct schema *schema) {
    bool user = strcmp(schema->urn, SCHEMA_USER) == 0;
    struct json_object *json;
    if (!user && strcmp(schema->urn, SCHEMA_GROUP) != 0)
        return schema->text;
    if (json_parse_own(&s->ctx, schema->text, strlen(schema->text), &json) != OK)
        log_fatal("schema_text", fail_detail(&s->ctx));
    struct json_object *attributes = json_get(json, "attributes");
    add_external_id(attributes, user && counts_external_ids(&s->tenant));
    for (size_t i = 0, n = json_object_array_length(attributes); i < n; i++)
        add_notes(s, schema->urn, json_object_array_get_idx(attributes, i));
    return json_text(s->ctx.arena, json);
}
