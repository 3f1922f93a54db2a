/* The webhook format "set": security event tokens of SCIM (RFC 9967). */

#include "webhook/format_set.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "webhook/jwt.h"

#include <string.h>

#define PROVISIONING "urn:ietf:params:scim:event:prov:"
#define CREATE PROVISIONING "create:full"
#define PATCH PROVISIONING "patch:notice"
#define ACTIVATE PROVISIONING "activate"
#define DEACTIVATE PROVISIONING "deactivate"
#define DELETE PROVISIONING "delete"
#define VERIFICATION "https://schemas.openid.net/secevent/ssf/event-type/verification"

const char *const format_set_uris[] = {CREATE, PATCH, ACTIVATE, DEACTIVATE, DELETE, NULL};

/* The token's data, taken from the event. */
struct telling {
    struct arena *a;
    const struct format_request *r;
    struct json_object *data, *changes, *resource; /* resource: its present state; NULL: removed */
    const char *endpoint;                          /* "/Users" */
    const char *id;
    struct json_object *events; /* out */
};

static void add_event(struct telling *t, const char *uri, struct json_object *payload) {
    json_object_object_add(t->events, uri, payload);
}

/* A payload with the version of the change, or a later one, because it has the present state of the resource. */
static struct json_object *new_payload(const struct telling *t) {
    struct json_object *payload = json_object_new_object();
    const char *version = json_get_string(json_get(t->resource, "meta"), "version");
    if (version)
        json_set_text(payload, "version", version);
    return payload;
}

static bool is_object(struct json_object *v) {
    return json_object_is_type(v, json_type_object);
}

/*
 * Adds the paths, after `prefix`, of members of an object that another object lacks or has with another value; objects
 * that both have are compared member by member. `alone`: only missing members.
 */
static void add_differing(struct arena *a, struct json_object *out, const char *prefix, struct json_object *object,
                          struct json_object *other, bool alone);

static void add_changed(struct arena *a, struct json_object *out, const char *prefix, struct json_object *before,
                        struct json_object *after) {
    add_differing(a, out, prefix, before, after, false);
    add_differing(a, out, prefix, after, before, true);
}

static void add_differing(struct arena *a, struct json_object *out, const char *prefix, struct json_object *object,
                          struct json_object *other, bool alone) {
    if (!is_object(object))
        return;
    json_object_object_foreach(object, name, value) {
        struct json_object *there = json_get(other, name);
        if (there && (alone || json_same(value, there)))
            continue;
        const char *end = strncmp(name, "urn:", 4) == 0 ? ":" : ".";
        if (is_object(value) && is_object(there))
            add_changed(a, out, arena_printf(a, "%s%s%s", prefix, name, end), value, there);
        else
            json_object_array_add(out, json_object_new_string(arena_printf(a, "%s%s", prefix, name)));
    }
}

/* The changed paths of the event (EV-16: never a value). */
static struct json_object *changed_attributes(const struct telling *t) {
    struct json_object *out = json_new_array(t->a);
    add_changed(t->a, out, "", json_get(t->changes, "before"), json_get(t->changes, "after"));
    return out;
}

static bool tell_notice(struct telling *t, struct json_object *attributes) {
    if (json_object_array_length(attributes) == 0)
        return false;
    struct json_object *payload = new_payload(t);
    json_object_object_add(payload, "attributes", json_object_get(attributes));
    add_event(t, PATCH, payload);
    return true;
}

static bool tell_created(struct telling *t) {
    if (!t->resource)
        return false;
    struct json_object *payload = new_payload(t), *data = json_copy(t->a, t->resource), *meta = json_get(data, "meta");
    if (meta)
        json_set_text(meta, "location", arena_printf(t->a, "%s%s/%s", t->r->base_url, t->endpoint, t->id));
    json_object_object_add(payload, "data", json_object_get(data));
    add_event(t, CREATE, payload);
    return true;
}

static bool tell_updated(struct telling *t) {
    return tell_notice(t, changed_attributes(t));
}

static bool tell_members(struct telling *t) {
    struct json_object *attributes = json_new_array(t->a);
    json_object_array_add(attributes, json_object_new_string("members"));
    return tell_notice(t, attributes);
}

/* `active` has an event of its own; other changes of the same request are in a second one. */
static bool tell_switched(struct telling *t, const char *uri) {
    struct json_object *attributes = changed_attributes(t);
    add_event(t, uri, json_object_new_object());
    if (json_object_array_length(attributes) > 1)
        tell_notice(t, attributes);
    return true;
}

static bool tell_activated(struct telling *t) {
    return tell_switched(t, ACTIVATE);
}

static bool tell_deactivated(struct telling *t) {
    return tell_switched(t, DEACTIVATE);
}

/* The receiver deleted a removed user, so a user who comes back is new to it. */
static bool tell_back(struct telling *t) {
    return json_object_get_boolean(json_get(t->changes, "revived")) ? tell_created(t) : tell_activated(t);
}

static bool tell_deleted(struct telling *t) {
    add_event(t, DELETE, json_object_new_object());
    return true;
}

/* Shared Signals Framework 1.0, section 8.1.4.1: the test event that receivers know. */
static bool tell_verification(struct telling *t) {
    add_event(t, VERIFICATION, json_object_new_object());
    return true;
}

static const struct {
    const char *action, *endpoint;
    bool (*tell)(struct telling *t);
    bool erased; /* needs no personal data */
} actions[] = {
    {.action = "scim.user.provisioned", .endpoint = "/Users", .tell = tell_created},
    {.action = "scim.user.linked", .endpoint = "/Users", .tell = tell_created},
    {.action = "scim.user.updated", .endpoint = "/Users", .tell = tell_updated},
    {.action = "scim.user.deactivated", .endpoint = "/Users", .tell = tell_deactivated, .erased = true},
    {.action = "scim.user.reactivated", .endpoint = "/Users", .tell = tell_back},
    {.action = "scim.user.deprovisioned", .endpoint = "/Users", .tell = tell_deleted, .erased = true},
    {.action = "scim.group.created", .endpoint = "/Groups", .tell = tell_created},
    {.action = "scim.group.updated", .endpoint = "/Groups", .tell = tell_updated},
    {.action = "scim.group.deleted", .endpoint = "/Groups", .tell = tell_deleted, .erased = true},
    {.action = "scim.group.member_added", .endpoint = "/Groups", .tell = tell_members, .erased = true},
    {.action = "scim.group.member_removed", .endpoint = "/Groups", .tell = tell_members, .erased = true},
    {.action = "webhook.test", .tell = tell_verification, .erased = true},
};

static bool tell_event(struct telling *t, const char *action) {
    bool erased = json_object_get_boolean(json_get(t->changes, "erased"));
    for (size_t i = 0; action && i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].action, action) != 0)
            continue;
        t->endpoint = actions[i].endpoint;
        t->resource = !t->endpoint ? NULL : json_get(t->data, strcmp(t->endpoint, "/Users") == 0 ? "user" : "group");
        return (!erased || actions[i].erased) && actions[i].tell(t);
    }
    return false;
}

/*
 * RFC 9967, section 2.1. The subject of a test is the endpoint, which is no resource of SCIM (RFC 9493, section 3.2.6).
 */
static struct json_object *subject_identifier(const struct telling *t) {
    struct json_object *out = json_object_new_object();
    const char *external = json_get_string(t->resource, "externalId");
    for (size_t i = 0; !external && i < 2; i++)
        external = json_get_string(json_get(t->changes, i ? "before" : "after"), "externalId");
    json_set_text(out, "format", t->endpoint ? "scim" : "opaque");
    if (t->endpoint)
        json_set_text(out, "uri", arena_printf(t->a, "%s/%s", t->endpoint, t->id));
    if (t->endpoint && external)
        json_set_text(out, "externalId", external);
    json_set_text(out, "id", t->id);
    return out;
}

/* "https://scim.example.com/scim/v2" → "https://scim.example.com" */
static const char *url_origin(struct arena *a, const char *url) {
    const char *host = strstr(url, "://");
    return host ? arena_strndup(a, url, (size_t)(host + 3 - url) + strcspn(host + 3, "/")) : url;
}

static struct json_object *claims_of(struct telling *t) {
    const struct format_request *r = t->r;
    struct json_object *out = json_new_object(t->a), *aud = json_object_new_array();
    const char *txn = json_get_string(t->data, "request_id");
    const char *organization = json_get_string(json_get(t->data, "organization"), "id");
    int64_t happened = clock_parse_ms(json_get_string(r->event, "timestamp")) / 1000;
    json_object_array_add(aud, json_object_new_string(r->audience ? r->audience : r->url));
    json_set_text(out, "iss", url_origin(t->a, r->base_url));
    json_object_object_add(out, "aud", aud);
    json_object_object_add(out, "iat", json_object_new_int64(r->now));
    if (happened)
        json_object_object_add(out, "toe", json_object_new_int64(happened));
    json_set_text(out, "jti", r->delivery_id);
    json_set_text(out, "txn", txn ? txn : json_get_string(r->event, "id"));
    if (organization)
        json_set_text(out, "organization_id", organization);
    json_object_object_add(out, "sub_id", subject_identifier(t));
    json_object_object_add(out, "events", json_object_get(t->events));
    return out;
}

bool format_set(struct arena *a, const struct format_request *r, struct format_message *out) {
    struct json_object *data = json_get(r->event, "data"), *header = json_new_object(a);
    struct telling t = {.a = a,
                        .r = r,
                        .data = data,
                        .changes = json_get(data, "changes"),
                        .id = json_get_string(json_get(data, "target"), "id"),
                        .events = json_new_object(a)};
    if (!t.id || !tell_event(&t, json_get_string(r->event, "type")))
        return false;
    json_set_text(header, "alg", "ES256");
    json_set_text(header, "typ", "secevent+jwt");
    json_set_text(header, "kid", r->key_id);
    const char *token = jwt_sign(a, r->signing_key, header, claims_of(&t));
    *out = (struct format_message){.body = token,
                                   .len = strlen(token),
                                   .headers = {"Content-Type: application/secevent+jwt", "Accept: application/json"},
                                   .n_headers = 2};
    return true;
}
