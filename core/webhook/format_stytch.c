/* The webhook format "stytch". */

#include "webhook/format_internal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/*
 * Stytch B2B: its documentation, "Webhooks" (the envelope, Svix's signature), "Supported SCIM Actions" (which event
 * follows what) and the objects of its API (Member, SCIM group, SCIM connection, Organization). A deleted object has
 * only its id.
 */
enum kind {
    MEMBER,
    LEAVER,
    GROUP,
    GROUP_GONE,
    JOINING,
    ORGANIZATION,
    ORGANIZATION_GONE,
    CONNECTION,
    CONNECTION_GONE,
    TEST
};

#define SCIM "scim"
#define DIRECT "direct"

static const struct row {
    const char *action;
    const char *source; /* NULL: depends on who did it */
    const char *object, *verb;
    enum kind kind;
} rows[] = {
    {"scim.user.provisioned", SCIM, "member", "create", MEMBER},
    {"scim.user.linked", SCIM, "member", "update", MEMBER}, /* the member existed before */
    {"scim.user.unlinked", SCIM, "member", "create", MEMBER},
    {"scim.user.updated", SCIM, "member", "update", MEMBER},
    {"scim.user.reactivated", SCIM, "member", "update", MEMBER},
    {"scim.user.deactivated", SCIM, "member", "delete", LEAVER},
    {"scim.user.deprovisioned", SCIM, "member", "delete", LEAVER},
    {"scim.group.created", SCIM, "idp_group", "create", GROUP},
    {"scim.group.updated", SCIM, "idp_group", "update", GROUP},
    {"scim.group.deleted", SCIM, "idp_group", "delete", GROUP_GONE},
    {"scim.group.member_added", SCIM, "idp_group", "member_add", JOINING},
    {"scim.group.member_removed", SCIM, "idp_group", "member_delete", JOINING},
    {"scim.connection.created", NULL, "scim_connection", "create", CONNECTION},
    {"scim.connection.updated", NULL, "scim_connection", "update", CONNECTION},
    {"scim.connection.deleted", NULL, "scim_connection", "delete", CONNECTION_GONE},
    {"member.added", NULL, "member", "create", MEMBER},
    {"member.updated", NULL, "member", "update", MEMBER},
    {"member.role_changed", NULL, "member", "update", MEMBER},
    {"member.deactivated", NULL, "member", "delete", LEAVER},
    {"member.reactivated", NULL, "member", "update", MEMBER},
    {"member.erased", NULL, "member", "delete", LEAVER},
    {"organization.created", NULL, "organization", "create", ORGANIZATION},
    {"organization.updated", NULL, "organization", "update", ORGANIZATION},
    {"organization.removed", NULL, "organization", "delete", ORGANIZATION_GONE},
    {"webhook.test", DIRECT, "webhook", "test", TEST},
};

static const struct row *find_stytch_row(const struct format_event *e) {
    static const struct row stays = {NULL, SCIM, "member", "update", MEMBER};
    for (size_t i = 0; e->action && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].action, e->action) == 0)
            return rows[i].kind == LEAVER && format_stays(e) ? &stays : &rows[i];
    return NULL;
}

/* Requests of an identity provider, people in the portal, and the rest. */
static const char *source_of(const struct row *row, const struct format_event *e) {
    if (row->source)
        return row->source;
    if (e->actor && strcmp(e->actor, "token") == 0)
        return SCIM;
    return e->actor && strcmp(e->actor, "session") == 0 ? "dashboard" : DIRECT;
}

static const char *upper_case(struct arena *a, const char *s) {
    char *out = arena_strdup(a, s);
    for (char *p = out; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return out;
}

/* userName becomes user_name; the URN of an extension stays, unless Stytch has a name for it. */
static const char *snake_case(struct arena *a, const char *name) {
    if (strcmp(name, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User") == 0)
        return "enterprise_extension";
    if (strchr(name, ':'))
        return name;
    struct buf *b = buf_new(a, 2 * strlen(name));
    for (const char *p = name; *p; p++) {
        if (p > name && isupper((unsigned char)*p) && islower((unsigned char)p[-1]))
            buf_char(b, '_');
        buf_char(b, (char)tolower((unsigned char)*p));
    }
    return buf_text(b);
}

static struct json_object *snake_value(struct arena *a, struct json_object *value);

static struct json_object *snake_object(struct arena *a, struct json_object *value) {
    struct json_object *o = json_new_object(a);
    json_object_object_foreach(value, name, member) {
        if (strcmp(name, "schemas") != 0)
            json_set(o, snake_case(a, name), snake_value(a, member));
    }
    return o;
}

static struct json_object *snake_value(struct arena *a, struct json_object *value) {
    if (json_object_is_type(value, json_type_object))
        return snake_object(a, value);
    if (!json_object_is_type(value, json_type_array))
        return value;
    struct json_object *list = json_new_array(a);
    for (size_t i = 0, n = json_object_array_length(value); i < n; i++)
        json_object_array_add(list, json_object_get(snake_value(a, json_object_array_get_idx(value, i))));
    return list;
}

static void put_roles(struct json_object *o, const char *role) {
    struct json_object *roles = json_object_new_array();
    json_object_object_add(o, "roles", roles);
    if (!role)
        return;
    struct json_object *one = json_object_new_object(), *sources = json_object_new_array();
    struct json_object *source = json_object_new_object();
    json_set_text(source, "type", "direct_assignment");
    json_object_object_add(source, "details", json_object_new_object());
    json_object_array_add(sources, source);
    json_set_text(one, "role_id", role);
    json_object_object_add(one, "sources", sources);
    json_object_array_add(roles, one);
}

/* Adds the fields that no identity provider sends. */
static void put_unknown(struct json_object *o) {
    static const char *const texts[] = {"default_mfa_method", "member_password_id", "mfa_phone_number",
                                        "totp_registration_id"};
    static const char *const flags[] = {"email_address_verified", "is_breakglass", "mfa_enrolled",
                                        "mfa_phone_number_verified"};
    static const char *const lists[] = {"oauth_registrations", "sso_registrations"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_set_text(o, texts[i], "");
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        json_object_object_add(o, flags[i], json_object_new_boolean(0));
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        json_object_object_add(o, lists[i], json_object_new_array());
}

static void put_registration(struct arena *a, struct json_object *o, const struct format_event *e) {
    struct json_object *registration = json_new_object(a);
    const char *external = json_get_string(e->user, "externalId");
    if (!e->user || !e->connection)
        return;
    json_set_text(registration, "connection_id", e->connection);
    json_set_text(registration, "registration_id", e->user_id);
    json_set_text(registration, "external_id", external ? external : "");
    json_set(registration, "scim_attributes", snake_value(a, e->user));
    json_set(o, "scim_registration", registration);
}

static const char *full_name(struct arena *a, const struct format_event *e) {
    const char *shown = json_get_string(e->member, "display_name");
    const char *first = format_first_name(e), *last = format_last_name(e);
    if (!shown)
        shown = json_get_string(e->user, "displayName");
    return shown ? shown : arena_printf(a, "%s%s%s", first, *first && *last ? " " : "", last);
}

static struct json_object *stytch_member(struct arena *a, const struct format_event *e) {
    struct json_object *o = json_new_object(a), *metadata = json_get(e->member, "public_metadata");
    const char *role = json_get_string(e->member, "organization_role");
    const char *created = json_get_string(e->member, "created_at");
    json_set_text(o, "organization_id", e->organization);
    json_set_text(o, "member_id", e->member_id);
    json_set_text(o, "email_address", format_email(e));
    json_set_text(o, "name", full_name(a, e));
    json_set_text(o, "status", format_active(e) ? "active" : "deleted");
    json_object_object_add(o, "is_admin", json_object_new_boolean(role && strcmp(role, "org:admin") == 0));
    put_roles(o, role);
    put_unknown(o);
    put_registration(a, o, e);
    json_set(o, "trusted_metadata", metadata ? metadata : json_new_object(a));
    json_object_object_add(o, "untrusted_metadata", json_object_new_object());
    json_set_text(o, "created_at", created ? created : e->time);
    json_set_text(o, "updated_at", e->time);
    return o;
}

static struct json_object *stytch_group(struct arena *a, const struct format_event *e) {
    struct json_object *o = json_new_object(a);
    const char *name = json_get_string(e->group, "displayName");
    if (!name)
        name = json_get_string(e->changes, "display_name");
    json_set_text(o, "group_id", e->group_id);
    json_set_text(o, "group_name", name ? name : "");
    json_set_text(o, "organization_id", e->organization);
    json_set_text(o, "connection_id", e->connection ? e->connection : "");
    return o;
}

static struct json_object *stytch_organization(struct arena *a, const struct format_event *e) {
    struct json_object *o = json_new_object(a), *told = json_get(e->data, "organization");
    json_set_text(o, "organization_id", e->organization);
    json_set(o, "organization_name", json_get(told, "name"));
    json_set(o, "organization_slug", json_get(told, "slug"));
    json_object_object_add(o, "trusted_metadata", json_object_new_object());
    return o;
}

static const char *provider_of(const char *ours) {
    static const char *const names[][2] = {{"entra", "microsoft-entra"}, {"okta", "okta"},
                                           {"onelogin", "onelogin"},     {"jumpcloud", "jumpcloud"},
                                           {"ping", "pingfederate"},     {"rippling", "rippling"}};
    for (size_t i = 0; ours && i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], ours) == 0)
            return names[i][1];
    return "generic";
}

static struct json_object *connection_of(struct arena *a, const struct format_event *e, const char *base_url) {
    struct json_object *o = json_new_object(a), *told = json_get(e->data, "connection");
    const char *status = json_get_string(json_get(e->changes, "after"), "status");
    json_set_text(o, "organization_id", e->organization);
    json_set_text(o, "connection_id", e->connection);
    json_set(o, "display_name", json_get(told, "name"));
    json_set_text(o, "identity_provider", provider_of(json_get_string(told, "identity_provider")));
    json_set_text(o, "status", status ? status : "active");
    json_set_text(o, "base_url", base_url);
    return o;
}

/* The id of the event's object, and the object if the event has it. NULL: no data. */
static const char *stytch_subject(struct arena *a, const struct format_event *e, const struct row *row,
                                  const char *base_url, struct json_object **object) {
    *object = NULL;
    if (e->erased && row->kind != LEAVER)
        return NULL;
    switch (row->kind) {
    case MEMBER:
        *object = e->member || e->user ? stytch_member(a, e) : NULL;
        return *object ? e->member_id : NULL;
    case LEAVER:
        return e->member_id;
    case JOINING:
        if (!e->user)
            return NULL; /* a group in a group, or a user who is gone */
        *object = stytch_group(a, e);
        return e->group_id;
    case GROUP:
        *object = stytch_group(a, e);
        return e->group_id;
    case GROUP_GONE:
        return e->group_id;
    case ORGANIZATION:
        *object = stytch_organization(a, e);
        return e->organization;
    case ORGANIZATION_GONE:
        return e->organization;
    case CONNECTION:
        *object = connection_of(a, e, base_url);
        return e->connection;
    case CONNECTION_GONE:
        return e->connection;
    case TEST:
        return e->id;
    }
    return NULL;
}

bool format_stytch(struct arena *a, const struct format_request *r, struct format_message *out) {
    struct format_event e;
    struct json_object *object, *root = json_new_object(a);
    format_event(a, r->event, &e);
    const struct row *row = find_stytch_row(&e);
    const char *id = row ? stytch_subject(a, &e, row, r->base_url, &object) : NULL;
    if (!id)
        return false;
    const char *source = source_of(row, &e);
    json_set_text(root, "project_id", format_audience(r));
    json_set_text(root, "event_id", e.id);
    json_set_text(root, "event_type", arena_printf(a, "%s.%s.%s", source, row->object, row->verb));
    json_set_text(root, "action", upper_case(a, row->verb));
    json_set_text(root, "object_type", row->object);
    json_set_text(root, "source", upper_case(a, source));
    json_set_text(root, "id", id);
    json_set_text(root, "timestamp", e.time);
    json_set_text(root, "vertical", "B2B");
    if (object)
        json_set(root, row->object, object);
    if (row->kind == JOINING)
        json_set_text(root, "member_id", e.member_id);
    format_body(a, root, out);
    struct signature_input in = {r->delivery_id, r->now, out->body, out->len};
    format_header(a, out, "svix-id: %s", r->delivery_id);
    format_header(a, out, "svix-timestamp: %" PRId64, r->now);
    format_header(a, out, "svix-signature: %s", format_signatures(a, r, &in, SIGNATURE_DECODED, " "));
    return true;
}
