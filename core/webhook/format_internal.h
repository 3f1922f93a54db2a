#ifndef MUSTER_WEBHOOK_FORMAT_INTERNAL_H
#define MUSTER_WEBHOOK_FORMAT_INTERNAL_H

#include "webhook/format.h"
#include "webhook/signature.h"

/* The renderers, as format_render. */
bool format_muster(struct arena *a, const struct format_request *r, struct format_message *out);
bool format_authn(struct arena *a, const struct format_request *r, struct format_message *out);
bool format_jackson(struct arena *a, const struct format_request *r, struct format_message *out);
bool format_stytch(struct arena *a, const struct format_request *r, struct format_message *out);

/* An event taken apart. Everything is borrowed from the event or in the arena; missing parts are NULL. */
struct format_event {
    const char *id, *action, *time;
    int64_t time_ms; /* since 1970 */
    struct json_object *data, *changes;
    const char *organization;         /* id */
    const char *connection;           /* id */
    const char *actor;                /* "token", "key", "session", "operator" */
    struct json_object *user, *group; /* SCIM resources: their present state, or else that in the event */
    struct json_object *member;       /* its present state */
    const char *user_id, *group_id;   /* SCIM ids, also of removed resources */
    const char *member_id;            /* id of the person: the user's id if no member is known */
    bool erased;                      /* the event's data was erased */
};

void format_event(struct arena *a, struct json_object *event, struct format_event *out);

/* The user's primary email, or else the first one; NULL: none. */
const char *format_listed_email(struct json_object *user);

/* Whether the person was erased, so that only an id is left. */
bool format_is_erased(const struct format_event *e);

/* The member's email, or else the user's; "" if unknown. */
const char *format_email(const struct format_event *e);
const char *format_first_name(const struct format_event *e);
const char *format_last_name(const struct format_event *e);

/* Whether the person has access now: neither the identity provider's user nor the member is deactivated. */
bool format_active(const struct format_event *e);

/* Whether somebody who left one connection is still a member through another one. */
bool format_stays(const struct format_event *e);

/* Writes the numbers in a value as JavaScript does (1.0 as 1, 1e21 as 1e+21). The value is changed. */
void format_number_js(struct json_object *o);

/* r->audience, or its default. */
const char *format_audience(const struct format_request *r);

/* Makes `root` the body, and adds the Content-Type. */
void format_body(struct arena *a, struct json_object *root, struct format_message *out);

/* Adds a header (printf form: "Name: value"). */
void format_header(struct arena *a, struct format_message *out, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The signatures with all secrets, each "v1,<base64>", separated by `sep`. */
const char *format_signatures(struct arena *a, const struct format_request *r, const struct signature_input *in,
                              enum signature_key kind, const char *sep);

#endif
