/* The webhook format "jackson": the directory sync of SAML Jackson (Ory Polis). */

#include "webhook/format_internal.h"

#include "base/arena.h"
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

/*
 * Directory sync of SAML Jackson (BoxyHQ), now Ory Polis: its documentation, "Directory Sync", pages Events and
 * Webhooks. A user there belongs to the identity provider, so changes by the application have no events.
 */
enum kind { USER, LEAVER, GROUP, MEMBERSHIP, TEST };

static const struct row {
    const char *action, *event;
    enum kind kind;
} rows[] = {
    {"scim.user.provisioned", "user.created", USER},
    {"scim.user.linked", "user.created", USER},
    {"scim.user.unlinked", "user.updated", USER},
    {"scim.user.updated", "user.updated", USER},
    {"scim.user.reactivated", "user.updated", USER},
    {"scim.user.deactivated", "user.updated", LEAVER},
    {"scim.user.deprovisioned", "user.deleted", LEAVER},
    {"scim.group.created", "group.created", GROUP},
    {"scim.group.updated", "group.updated", GROUP},
    {"scim.group.deleted", "group.deleted", GROUP},
    {"scim.group.member_added", "group.user_added", MEMBERSHIP},
    {"scim.group.member_removed", "group.user_removed", MEMBERSHIP},
    {"webhook.test", "webhook.test", TEST},
};

static const struct row *find_jackson_row(const char *action) {
    for (size_t i = 0; action && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].action, action) == 0)
            return &rows[i];
    return NULL;
}

/* Like Jackson: the listed email, or else the userName, whatever it is. */
static const char *email_of(const struct format_event *e) {
    const char *listed = format_listed_email(e->user), *name = json_get_string(e->user, "userName");
    if (listed || !name || format_is_erased(e))
        return listed ? listed : format_email(e);
    return name;
}

static void put_name(struct json_object *o, const char *field, const struct format_event *e, const char *attribute) {
    const char *name = json_get_string(json_get(e->user, "name"), attribute);
    json_set_text(o, field, name ? name : "");
}

static struct json_object *jackson_user(struct arena *a, const struct format_event *e, bool active) {
    struct json_object *o = json_new_object(a), *raw = json_copy(a, e->user);
    format_number_js(raw);
    json_set_text(o, "id", e->user_id);
    put_name(o, "first_name", e, "givenName");
    put_name(o, "last_name", e, "familyName");
    json_set_text(o, "email", email_of(e));
    json_object_object_add(o, "active", json_object_new_boolean(active));
    if (raw)
        json_set(o, "raw", raw);
    else
        json_object_object_add(o, "raw", json_object_new_object());
    return o;
}

static struct json_object *jackson_group(struct arena *a, const struct format_event *e) {
    struct json_object *o = json_new_object(a), *raw = e->group ? json_copy(a, e->group) : json_new_object(a);
    const char *name = json_get_string(e->group, "displayName");
    if (!name)
        name = json_get_string(e->changes, "display_name");
    format_number_js(raw);
    json_set_text(raw, "id", e->group_id);
    json_set_text(raw, "displayName", name ? name : "");
    json_object_object_add(raw, "members", json_object_new_array());
    json_set_text(o, "id", e->group_id);
    json_set_text(o, "name", name ? name : "");
    json_set(o, "raw", raw);
    return o;
}

/* NULL: no data. */
static struct json_object *jackson_data(struct arena *a, const struct format_event *e, enum kind kind) {
    struct json_object *o;
    switch (kind) {
    case USER:
        return e->user && !e->erased ? jackson_user(a, e, format_active(e)) : NULL;
    case LEAVER:
        return e->user_id ? jackson_user(a, e, false) : NULL;
    case GROUP:
        return e->group_id && !e->erased ? jackson_group(a, e) : NULL;
    case MEMBERSHIP:
        /* Jackson has no groups in groups, and a user who is gone is not reported again. */
        if (!e->user || !e->group_id)
            return NULL;
        o = jackson_user(a, e, format_active(e));
        json_set(o, "group", jackson_group(a, e));
        return o;
    case TEST:
        return json_new_object(a);
    }
    return NULL;
}

/* The body is formatted like JSON.stringify's output, because receivers parse it, write it again and sign that. */
bool format_jackson(struct arena *a, const struct format_request *r, struct format_message *out) {
    struct format_event e;
    format_event(a, r->event, &e);
    const struct row *row = find_jackson_row(e.action);
    struct json_object *data = row ? jackson_data(a, &e, row->kind) : NULL, *root = json_new_object(a);
    const char *tenant = json_get_string(json_get(e.data, "organization"), "slug");
    if (!data)
        return false;
    json_set_text(root, "event", row->event);
    json_set_text(root, "tenant", tenant ? tenant : "");
    json_set_text(root, "product", format_audience(r));
    json_set_text(root, "directory_id", e.connection ? e.connection : "");
    json_set(root, "data", data);
    format_body(a, root, out);
    struct signature_input in = {NULL, r->now * 1000, out->body, out->len};
    /* One signature: Jackson has no time during which two secrets are valid. */
    if (r->secrets[0])
        format_header(a, out, "BoxyHQ-Signature: t=%" PRId64 ",s=%s", in.timestamp,
                      signature_hex(a, SIGNATURE_WHOLE, r->secrets[0], &in));
    return true;
}
