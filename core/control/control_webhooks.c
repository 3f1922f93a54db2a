/* Webhooks: create, change, end, test, rotate the secret. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/token.h"
#include "base/uuid.h"
#include "sql/control.h"
#include "webhook/url.h"

#include <inttypes.h>
#include <string.h>

enum { PREVIOUS_VALID = 86400 }; /* seconds */

#define MANNERS                                                                                                        \
    FIELD(.name = "name", .kind = FIELD_NAME), FIELD(.name = "events", .kind = FIELD_EVENTS),                          \
        FIELD(.name = "format", .kind = FIELD_CHOICE, .values = "muster|authn|jackson|stytch|set"),                    \
        FIELD(.name = "audience", .kind = FIELD_NAME), FIELD(.name = "allow_private", .kind = FIELD_FLAG)

static const struct field created[] = {{.name = "url", .kind = FIELD_URL, .required = true}, MANNERS};
static const struct field changed[] = {{.name = "url", .kind = FIELD_URL},
                                       MANNERS,
                                       {.name = "status", .kind = FIELD_CHOICE, .values = "enabled|disabled"}};
static const struct field removed[] = {{.name = "confirm", .kind = FIELD_QUERY}};
static const struct field rotated[] = {{.name = "previous_valid_for", .kind = FIELD_NUMBER, .high = 604800}};

struct change {
    char id[UUID_TEXT + 1], secret[TOKEN_MAX + 1];
    const struct control_input *in;
};

static bool flag_of(struct json_object *o, const char *name) {
    return json_object_get_boolean(json_get(o, name));
}

static enum err check_webhook_url(struct control *c, const char *url, bool allow_private) {
    const char *problem = url_problem(c->ctx.arena, url, allow_private);
    if (problem)
        control_wrong(c, "url", "invalid", "url must %s", problem);
    return control_refuse(c);
}

/* Checks who may allow private addresses. */
static enum err check_private(struct control *c, bool asked) {
    if (!asked || !c->bound)
        return OK;
    return fail(
        &c->ctx, ERR_FORBIDDEN,
        "the API key is bound to one organization: a webhook that may reach private addresses (allow_private) is "
        "set up with a key of the installation");
}

/* Makes a new secret, and encrypts it for the row. */
static const char *seal_secret(struct control *c, const char *id, struct change *x) {
    token_new_webhook(x->secret);
    return secret_seal(c->ctx.arena, c->secret_keys, arena_printf(c->ctx.arena, "%s/%s", c->organization, id),
                       x->secret, strlen(x->secret));
}

/* Shows the secret, for the only time. */
static void show_secret(struct control *c, void *arg) {
    struct change *x = arg;
    json_object_object_add(c->result, "secret", json_object_new_string(x->secret));
}

static void ask_webhook_lock(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_webhook_lock(.id = in->id));
    control_signing_key_ask(c);
}

static void ask_webhook(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_webhook_show(.id = in->id));
}

static enum err find_webhook(struct control *c, struct json_object **out) {
    control_owner(c);
    return control_found(c, 0, "webhook", out);
}

/* Tokens are signed with a key of the installation, which the first endpoint of this format makes. */
static enum err need_signing_key(struct control *c, struct json_object *fields, struct db_rows exists) {
    const char *format = json_get_string(fields, "format");
    return format && strcmp(format, "set") == 0 ? control_signing_key(c, exists) : OK;
}

/* Two that are created at the same time are counted one after the other. */
static void ask_webhook_count(struct control *c, const struct control_input *in) {
    (void)in;
    db_queue(c->db, sql_api_organization_lock());
    db_queue(c->db, sql_api_webhook_count());
    control_signing_key_ask(c);
}

/* The installation's own webhooks are the operator's, and have no limit. */
static enum err check_webhook_count(struct control *c) {
    if (!c->organization || db_int(c->found[1], 0, API_WEBHOOK_COUNT_WEBHOOKS) < c->webhooks_max)
        return OK;
    return fail(&c->ctx, ERR_CONFLICT,
                "the organization has %" PRId64 " webhooks, as many as it may have (MUSTER_WEBHOOKS_MAX): "
                "remove one that is not needed, or let one receiver pass events on",
                db_int(c->found[1], 0, API_WEBHOOK_COUNT_WEBHOOKS));
}

static enum err create_webhook_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *fields = x->in->fields;
    enum err e = check_private(c, flag_of(fields, "allow_private"));
    if (e == OK)
        e = check_webhook_count(c);
    if (e == OK)
        e = control_need_secrets(c);
    if (e == OK)
        e = need_signing_key(c, fields, c->found[2]);
    if (e != OK)
        return e;
    control_owner(c);
    control_result(c,
                   sql_api_webhook_create(.id = x->id, .fields = json_text(c->ctx.arena, fields),
                                          .secret = seal_secret(c, x->id, x), CONTROL_EVENT(c)),
                   "webhook");
    return OK;
}

enum err control_webhook_create(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_webhook_count, .work = create_webhook_work, .done = show_secret, .arg = &x};
    enum err e = control_fields_check(c, FIELDS(created), in->fields, true);
    if (e == OK)
        e = check_webhook_url(c, json_get_string(in->fields, "url"), flag_of(in->fields, "allow_private"));
    if (e != OK)
        return e;
    uuid_new(x.id);
    e = control_write(c, &w);
    *out = c->result;
    return e;
}

enum err control_webhook_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_webhook_list(.after = p.after, .limit = p.limit), &p, out) : e;
}

enum err control_webhook_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_webhook_show(.id = in->id), "webhook", out) : e;
}

/* Checks the changed webhook. A bound key must not redirect a webhook that may use private addresses, either. */
static enum err check_change(struct control *c, struct json_object *before, struct json_object *fields) {
    bool private = flag_of(json_get(fields, "allow_private") ? fields : before, "allow_private");
    bool moved = json_get(fields, "url") || json_get(fields, "allow_private");
    enum err e = check_private(c, private && moved);
    if (e != OK || !moved)
        return e;
    return check_webhook_url(c, json_get_string(json_get(fields, "url") ? fields : before, "url"), private);
}

static bool is_field_changed(struct json_object *before, struct json_object *fields, const char *field) {
    const char *now = json_get_string(fields, field);
    return now && strcmp(json_get_string(before, field), now) != 0;
}

/* Waiting deliveries are tried at once if the change may help them. */
static enum err set_webhook_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *before = NULL, *fields = x->in->fields;
    enum err e = find_webhook(c, &before);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, before);
    if (e == OK)
        e = check_change(c, before, fields);
    if (e == OK)
        e = need_signing_key(c, fields, c->found[1]);
    if (e != OK)
        return e;
    control_result(c,
                   sql_api_webhook_set(.id = x->in->id, .changes = json_text(c->ctx.arena, fields), CONTROL_EVENT(c)),
                   "webhook");
    if (is_field_changed(before, fields, "status") || is_field_changed(before, fields, "url"))
        db_queue(c->db, sql_api_webhook_due(.endpoint_id = x->in->id));
    return OK;
}

enum err control_webhook_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_webhook_lock, .in = in, .work = set_webhook_work, .arg = &x};
    return control_fields_write(c, FIELDS(changed), in->fields, false, &w, out);
}

/* Locks in the worker's order: the queue, the deliveries, the webhook. */
static enum err remove_webhook_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *before = NULL;
    enum err e = find_webhook(c, &before);
    if (e == OK)
        e = control_confirm(c, x->in->fields, "webhook's URL", json_get_string(before, "url"),
                            "what is undelivered is not sent");
    if (e != OK)
        return e;
    db_queue(c->db, sql_api_webhook_hold());
    db_queue(c->db, sql_api_webhook_unqueue(.endpoint_id = x->in->id));
    db_queue(c->db, sql_api_webhook_skip(.endpoint_id = x->in->id));
    control_result(c, sql_api_webhook_remove(.id = x->in->id, CONTROL_EVENT(c)), "webhook");
    return OK;
}

enum err control_webhook_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_webhook, .in = in, .work = remove_webhook_work, .arg = &x};
    *out = NULL;
    enum err e = control_fields_check(c, FIELDS(removed), in->fields, false);
    return e == OK ? control_write(c, &w) : e;
}

static enum err rotate_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *valid = json_get(x->in->fields, "previous_valid_for");
    enum err e = control_need_secrets(c);
    if (e != OK)
        return e;
    control_owner(c);
    int64_t seconds = valid ? json_object_get_int64(valid) : (int64_t)PREVIOUS_VALID;
    control_result(c,
                   sql_api_webhook_rotate(.id = x->in->id, .secret = seal_secret(c, x->in->id, x),
                                          .seconds = arena_printf(c->ctx.arena, "%" PRId64, seconds), CONTROL_EVENT(c)),
                   "webhook");
    return OK;
}

enum err control_webhook_rotate(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = rotate_work, .done = show_secret, .arg = &x};
    return control_fields_write(c, FIELDS(rotated), in->fields, false, &w, out);
}

/* The event goes to this webhook alone (muster.webhook_wants). */
static enum err test_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *webhook = NULL;
    enum err e = find_webhook(c, &webhook);
    if (e != OK)
        return e;
    const char *url = json_text(c->ctx.arena, json_get(webhook, "url"));
    if (strcmp(json_get_string(webhook, "status"), "enabled") != 0)
        return fail(&c->ctx, ERR_CONFLICT, "the webhook is disabled: enable it first");
    control_event(c, "webhook.test", NULL, "webhook", x->in->id, arena_printf(c->ctx.arena, "{\"url\":%s}", url));
    c->result = json_new_object(c->ctx.arena);
    json_object_object_add(c->result, "event_id", json_object_new_string(c->request_id));
    return OK;
}

enum err control_webhook_test(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_webhook, .in = in, .work = test_work, .arg = &x};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}
