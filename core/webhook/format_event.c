/* Takes an event apart for the webhook formats. */

#include "webhook/format_internal.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

#include <string.h>

static const char *target_of(struct json_object *data, const char *type) {
    struct json_object *target = json_get(data, "target");
    const char *what = json_get_string(target, "type");
    return what && strcmp(what, type) == 0 ? json_get_string(target, "id") : NULL;
}

static const char *first_text(const char *a, const char *b) {
    return a ? a : b;
}

/* Rebuilds a removed resource from its state in the event. */
static struct json_object *rebuild_resource(struct arena *a, const struct format_event *e, const char *schema,
                                            const char *id) {
    struct json_object *before = json_get(e->changes, "before");
    if (!id || !json_object_is_type(before, json_type_object))
        return NULL;
    struct json_object *o = json_new_object(a), *schemas = json_object_new_array();
    json_object_array_add(schemas, json_object_new_string(schema));
    json_object_object_add(o, "schemas", schemas);
    json_set_text(o, "id", id);
    json_object_object_foreach(before, name, value) json_set(o, name, value);
    return o;
}

/* The user of an event about a membership. */
static const char *joined_user(const struct format_event *e) {
    const char *type = json_get_string(e->changes, "type");
    return type && strcmp(type, "User") == 0 ? json_get_string(e->changes, "value") : NULL;
}

void format_event(struct arena *a, struct json_object *event, struct format_event *out) {
    struct json_object *data = json_get(event, "data");
    *out = (struct format_event){
        .id = json_get_string(event, "id"),
        .action = json_get_string(event, "type"),
        .time = json_get_string(event, "timestamp"),
        .data = data,
        .changes = json_get(data, "changes"),
        .organization = json_get_string(json_get(data, "organization"), "id"),
        .connection = json_get_string(json_get(data, "connection"), "id"),
        .actor = json_get_string(json_get(data, "actor"), "type"),
        .user = json_get(data, "user"),
        .group = json_get(data, "group"),
        .member = json_get(data, "member"),
    };
    const char *user = target_of(data, "scim_user"), *group = target_of(data, "scim_group");
    out->time_ms = clock_parse_ms(out->time);
    out->erased = json_object_get_boolean(json_get(out->changes, "erased"));
    out->user_id = first_text(user, first_text(joined_user(out), json_get_string(out->user, "id")));
    out->group_id = first_text(group, json_get_string(out->group, "id"));
    out->member_id = first_text(json_get_string(out->member, "id"), json_get_string(out->changes, "member"));
    out->member_id = first_text(out->member_id, first_text(target_of(data, "member"), out->user_id));
    if (!out->user)
        out->user = rebuild_resource(a, out, "urn:ietf:params:scim:schemas:core:2.0:User", user);
    if (!out->group)
        out->group = rebuild_resource(a, out, "urn:ietf:params:scim:schemas:core:2.0:Group", group);
}

const char *format_listed_email(struct json_object *user) {
    struct json_object *emails = json_get(user, "emails");
    size_t n = json_object_is_type(emails, json_type_array) ? json_object_array_length(emails) : 0;
    const char *first = NULL;
    for (size_t i = 0; i < n; i++) {
        struct json_object *email = json_object_array_get_idx(emails, i);
        const char *value = json_get_string(email, "value");
        if (value && json_object_get_boolean(json_get(email, "primary")))
            return value;
        first = first_text(first, value);
    }
    return first;
}

bool format_is_erased(const struct format_event *e) {
    const char *name = json_get_string(e->user, "userName");
    return e->erased || (name && e->user_id && strncmp(name, "erased ", 7) == 0 && strcmp(name + 7, e->user_id) == 0);
}

const char *format_email(const struct format_event *e) {
    const char *email = first_text(json_get_string(e->member, "email"), format_listed_email(e->user));
    const char *name = json_get_string(e->user, "userName");
    if (!email && name && strchr(name, '@'))
        email = name;
    return first_text(email, "");
}

static const char *name_of(const struct format_event *e, const char *field, const char *attribute) {
    const char *name = json_get_string(e->member, field);
    return first_text(name, first_text(json_get_string(json_get(e->user, "name"), attribute), ""));
}

const char *format_first_name(const struct format_event *e) {
    return name_of(e, "first_name", "givenName");
}

const char *format_last_name(const struct format_event *e) {
    return name_of(e, "last_name", "familyName");
}

bool format_active(const struct format_event *e) {
    struct json_object *active = json_get(e->user, "active");
    const char *status = json_get_string(e->member, "status");
    return (!active || json_object_get_boolean(active)) && (!status || strcmp(status, "active") == 0);
}

bool format_stays(const struct format_event *e) {
    const char *status = json_get_string(e->changes, "member_status");
    return status && strcmp(status, "active") == 0;
}
