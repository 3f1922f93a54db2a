/* The webhook format "authn". */

#include "webhook/format_internal.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

/*
 * authn.sh: its documentation (Webhooks, Verify webhook signatures) and its server and PHP library differ in envelope
 * and headers. We send both forms, so receivers written for either understand. A user there is a member here. Groups
 * have no events there; they only change roles.
 */
enum kind { USER, LEAVER, MEMBERSHIP, ORGANIZATION, TOKEN, TEST };

static const struct row {
    const char *action, *type;
    enum kind kind;
} rows[] = {
    {"scim.user.provisioned", "scimUser.provisioned", USER},
    {"scim.user.linked", "scimUser.provisioned", USER},
    {"scim.user.unlinked", "scimUser.provisioned", USER},
    {"scim.user.updated", "scimUser.updated", USER},
    {"scim.user.reactivated", "scimUser.provisioned", USER},
    {"scim.user.deactivated", "scimUser.deprovisioned", LEAVER},
    {"scim.user.deprovisioned", "scimUser.deprovisioned", LEAVER},
    {"member.added", "organizationMembership.created", MEMBERSHIP},
    {"member.updated", "organizationMembership.updated", MEMBERSHIP},
    {"member.role_changed", "organizationMembership.updated", MEMBERSHIP},
    {"member.deactivated", "organizationMembership.deleted", MEMBERSHIP},
    {"member.reactivated", "organizationMembership.created", MEMBERSHIP},
    {"member.erased", "organizationMembership.deleted", MEMBERSHIP},
    {"organization.created", "organization.created", ORGANIZATION},
    {"organization.updated", "organization.updated", ORGANIZATION},
    {"organization.removed", "organization.deleted", ORGANIZATION},
    {"scim.token.issued", "scimToken.issued", TOKEN},
    {"scim.token.revoked", "scimToken.revoked", TOKEN},
    {"scim.token.rotated", "scimToken.revoked", TOKEN},
    {"webhook.test", "webhook.test", TEST},
};

static const struct row *find_authn_row(const struct format_event *e) {
    static const struct row stays = {NULL, "scimUser.updated", USER};
    for (size_t i = 0; e->action && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].action, e->action) == 0)
            return rows[i].kind == LEAVER && format_stays(e) ? &stays : &rows[i];
    return NULL;
}

static const char *text_or_null(const char *s) {
    return s && *s ? s : NULL;
}

static void put_time(struct json_object *o, const char *name, const char *time) {
    json_object_object_add(o, name, time ? json_object_new_int64(clock_parse_ms(time)) : NULL);
}

static void put_bool(struct json_object *o, const char *name, bool value) {
    json_object_object_add(o, name, json_object_new_boolean(value));
}

/* Adds when the resource was made and when it last changed; the time of the change is that of the event. */
static void put_times(struct json_object *o, const struct format_event *e, const char *created) {
    put_time(o, "created_at", created ? created : e->time);
    put_time(o, "updated_at", e->time);
}

static struct json_object *authn_object(struct arena *a, const char *type, const char *id) {
    struct json_object *o = json_new_object(a);
    json_set_text(o, "object", type);
    json_set_text(o, "id", id);
    return o;
}

static const char *joined_at(const struct format_event *e) {
    return json_get_string(e->member, "created_at");
}

/* A user has one address, whose id is made from the user's. */
static void put_emails(struct arena *a, struct json_object *o, const struct format_event *e) {
    struct json_object *list = json_object_new_array();
    const char *email = text_or_null(format_email(e)), *id = arena_printf(a, "email_%s", e->member_id);
    json_set_text(o, "primary_email_address_id", email ? id : NULL);
    json_object_object_add(o, "email_addresses", list);
    if (!email)
        return;
    struct json_object *address = authn_object(a, "email_address", id);
    json_set_text(address, "email_address", email);
    json_set_text(address, "verification", NULL);
    json_object_object_add(address, "linked_to", json_object_new_array());
    put_bool(address, "reserved", false);
    put_times(address, e, joined_at(e));
    json_object_array_add(list, json_object_get(address));
}

static void put_metadata(struct json_object *o, struct json_object *public) {
    if (public)
        json_set(o, "public_metadata", public);
    else
        json_object_object_add(o, "public_metadata", json_object_new_object());
    json_object_object_add(o, "private_metadata", json_object_new_object());
}

static struct json_object *authn_user(struct arena *a, const struct format_event *e, bool active) {
    struct json_object *o = authn_object(a, "user", e->member_id);
    const char *external = json_get_string(e->member, "external_id");
    json_set_text(o, "external_id", external ? external : json_get_string(e->user, "externalId"));
    json_set_text(o, "username", format_is_erased(e) ? NULL : json_get_string(e->user, "userName"));
    json_set_text(o, "first_name", text_or_null(format_first_name(e)));
    json_set_text(o, "last_name", text_or_null(format_last_name(e)));
    json_set_text(o, "image_url", NULL);
    put_bool(o, "has_image", false);
    put_emails(a, o, e);
    put_bool(o, "banned", !active);
    put_bool(o, "locked", false);
    put_metadata(o, json_get(e->member, "public_metadata"));
    json_set_text(o, "locale", json_get_string(e->user, "locale"));
    put_times(o, e, joined_at(e));
    return o;
}

static struct json_object *scim_user_of(struct arena *a, const struct format_event *e, bool active) {
    struct json_object *o = json_new_object(a);
    json_set(o, "user", authn_user(a, e, active));
    json_set_text(o, "enterprise_connection_id", e->connection);
    json_set_text(o, "organization_id", e->organization);
    return o;
}

static struct json_object *authn_organization(struct arena *a, const struct format_event *e) {
    struct json_object *o = authn_object(a, "organization", e->organization), *told = json_get(e->data, "organization");
    struct json_object *after = json_get(e->changes, "after");
    json_set(o, "name", json_get(told, "name"));
    json_set(o, "slug", json_get(told, "slug"));
    json_set_text(o, "image_url", NULL);
    put_bool(o, "has_image", false);
    put_metadata(o, NULL);
    put_times(o, e, json_get_string(after ? after : e->changes, "created_at"));
    return o;
}

static struct json_object *membership_of(struct arena *a, const struct format_event *e) {
    struct json_object *o = authn_object(a, "organization_membership", e->member_id), *who = json_new_object(a);
    json_set(o, "role", json_get(e->member, "organization_role"));
    put_metadata(o, json_get(e->member, "public_metadata"));
    json_set_text(who, "user_id", e->member_id);
    json_set_text(who, "first_name", text_or_null(format_first_name(e)));
    json_set_text(who, "last_name", text_or_null(format_last_name(e)));
    json_set_text(who, "identifier", text_or_null(format_email(e)));
    json_set_text(who, "image_url", NULL);
    put_bool(who, "has_image", false);
    struct json_object *organization = authn_object(a, "organization", e->organization);
    json_set(organization, "name", json_get(json_get(e->data, "organization"), "name"));
    json_set(organization, "slug", json_get(json_get(e->data, "organization"), "slug"));
    json_set(o, "organization", organization);
    json_set(o, "public_user_data", who);
    put_times(o, e, joined_at(e));
    return o;
}

static struct json_object *token_of(struct arena *a, const struct format_event *e) {
    struct json_object *o = authn_object(a, "scim_token", json_get_string(e->changes, "id"));
    json_set_text(o, "organization_id", e->organization);
    json_set(o, "name", json_get(e->changes, "name"));
    json_set(o, "prefix", json_get(e->changes, "prefix"));
    put_time(o, "created_at", json_get_string(e->changes, "created_at"));
    put_time(o, "revoked_at", json_get_string(e->changes, "revoked_at"));
    return o;
}

/* NULL: no data. */
static struct json_object *authn_data(struct arena *a, const struct format_event *e, enum kind kind) {
    if (e->erased && kind != LEAVER)
        return NULL;
    switch (kind) {
    case USER:
        return e->user ? scim_user_of(a, e, format_active(e)) : NULL;
    case LEAVER:
        return e->member_id ? scim_user_of(a, e, false) : NULL;
    case MEMBERSHIP:
        return e->member_id ? membership_of(a, e) : NULL;
    case ORGANIZATION:
        return authn_organization(a, e);
    case TOKEN:
        return json_get(e->changes, "id") ? token_of(a, e) : NULL;
    case TEST:
        return json_new_object(a);
    }
    return NULL;
}

/*
 * The server signs with the text after "whsec_", but its library and Svix's verify with the decoded bytes: so
 * svix-signature has both. The documentation's headers use milliseconds, and the whole text as the key.
 */
static void sign_authn(struct arena *a, const struct format_request *r, struct format_message *out) {
    struct signature_input in = {r->delivery_id, r->now, out->body, out->len};
    format_header(a, out, "svix-id: %s", r->delivery_id);
    format_header(a, out, "svix-timestamp: %" PRId64, r->now);
    format_header(a, out, "svix-signature: %s %s", format_signatures(a, r, &in, SIGNATURE_DECODED, " "),
                  format_signatures(a, r, &in, SIGNATURE_BARE, " "));
    in.timestamp = r->now * 1000;
    format_header(a, out, "Authn-Webhook-Id: %s", r->delivery_id);
    format_header(a, out, "Authn-Webhook-Timestamp: %" PRId64, in.timestamp);
    format_header(a, out, "Authn-Signature: %s", format_signatures(a, r, &in, SIGNATURE_WHOLE, ","));
}

bool format_authn(struct arena *a, const struct format_request *r, struct format_message *out) {
    struct format_event e;
    format_event(a, r->event, &e);
    const struct row *row = find_authn_row(&e);
    struct json_object *data = row ? authn_data(a, &e, row->kind) : NULL, *root = json_new_object(a);
    if (!data)
        return false;
    json_set_text(root, "object", "event");
    json_set_text(root, "id", e.id);
    json_set_text(root, "type", row->type);
    json_object_object_add(root, "occurred_at", json_object_new_int64(e.time_ms));
    json_object_object_add(root, "timestamp", json_object_new_int64(e.time_ms / 1000));
    json_set_text(root, "environment_id", format_audience(r));
    json_set_text(root, "instance_id", format_audience(r));
    json_set(root, "data", data);
    format_body(a, root, out);
    sign_authn(a, r, out);
    return true;
}
