/* Deliveries of a webhook: list, show, send again. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "sql/control.h"

#include <inttypes.h>
#include <string.h>

enum { REPLAY_MAX = 10000 };
#define SEQUENCE_MAX ((INT64_C(1) << 53) - 1)

static const struct field listed[] = {
    {.name = "limit", .kind = FIELD_QUERY},
    {.name = "cursor", .kind = FIELD_QUERY},
    {.name = "state", .kind = FIELD_CHOICE, .values = "pending|delivered|dead|superseded|skipped"},
    {.name = "event_id", .kind = FIELD_ID}};
static const struct field replayed[] = {{.name = "from_sequence", .kind = FIELD_NUMBER, .low = 1, .high = SEQUENCE_MAX},
                                        {.name = "to_sequence", .kind = FIELD_NUMBER, .low = 1, .high = SEQUENCE_MAX},
                                        {.name = "state", .kind = FIELD_CHOICE, .values = "dead"},
                                        {.name = "organization", .kind = FIELD_TEXT}};

/* Runs after control_show(), which checks that the webhook exists and who owns it. */
enum err control_webhook_delivery_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct json_object *webhook;
    struct control_page p;
    enum err e = control_fields_check(c, FIELDS(listed), in->fields, false);
    if (e == OK && !c->key_hash && !json_get(in->fields, "limit"))
        json_object_object_add(in->fields, "limit", json_object_new_string("100")); /* also for the operator */
    if (e == OK)
        e = control_show(c, sql_api_webhook_show(.id = in->id), "webhook", &webhook);
    if (e == OK)
        e = control_page(c, in->fields, &p);
    if (e != OK)
        return e;
    return control_list(c,
                        sql_api_webhook_delivery_list(.endpoint_id = in->id,
                                                      .state = json_get_string(in->fields, "state"),
                                                      .event_id = json_get_string(in->fields, "event_id"),
                                                      .before = p.after, .limit = p.limit),
                        &p, out);
}

enum err control_webhook_delivery_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    if (e != OK)
        return e;
    return control_show(c, sql_api_webhook_delivery_show(.endpoint_id = in->id, .id = in->delivery), "delivery", out);
}

/* Begins a replay of the webhook that `ask` read: from now on nothing else is queued for it. */
static enum err begin_replay(struct control *c) {
    struct json_object *webhook;
    control_owner(c);
    enum err e = control_found(c, 0, "webhook", &webhook);
    if (e == OK && strcmp(json_get_string(webhook, "status"), "enabled") != 0)
        return fail(&c->ctx, ERR_CONFLICT, "the webhook is disabled: enable it first");
    db_queue(c->db, sql_api_webhook_hold());
    return e;
}

static void ask_delivery(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_webhook_show(.id = in->id));
    db_queue(c->db, sql_api_webhook_delivery_wanted(.endpoint_id = in->id, .id = in->delivery));
}

static enum err replay_one_work(struct control *c, void *arg) {
    const struct control_input *in = arg;
    const struct db_rows delivery = c->found[1];
    enum err e = begin_replay(c);
    if (e != OK)
        return e;
    if (db_count(delivery) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such delivery");
    if (!db_bool(delivery, 0, API_WEBHOOK_DELIVERY_WANTED_WANTED))
        return fail(&c->ctx, ERR_CONFLICT, "the webhook does not want the event %s any more",
                    db_text(delivery, 0, API_WEBHOOK_DELIVERY_WANTED_ACTION));
    db_queue(c->db, sql_api_webhook_replay_one(.endpoint_id = in->id, .id = in->delivery));
    db_queue(c->db, sql_api_webhook_due(.endpoint_id = in->id, .delivery_id = in->delivery));
    control_result(c, sql_api_webhook_replay_told(.endpoint_id = in->id, .id = in->delivery, CONTROL_EVENT(c)),
                   "delivery that can be sent again");
    return OK;
}

enum err control_webhook_delivery_replay(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_input copy = *in;
    struct control_write w = {.ask = ask_delivery, .in = in, .work = replay_one_work, .arg = &copy};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

/* A replay of many deliveries: the dead ones, or a range of an organization's events. */
struct replay {
    const char *id, *organization; /* organization of the range; NULL: the tenant */
    bool dead;
    int64_t from, to;
};

/* Checks whose events: a webhook of the installation gets those of many organizations. */
static enum err check_organization(struct control *c, const struct replay *r) {
    if (!r->dead && !c->organization && !r->organization)
        control_wrong(c, "organization", "required",
                      "organization is missing: sequence numbers are those of one organization");
    if (c->organization && r->organization)
        control_wrong(c, "organization", "unknown_field",
                      "organization is for webhooks of the installation: this one gets only the events of its own");
    return control_refuse(c);
}

/* The named organization is that of a webhook of the installation. */
static void ask_replay(struct control *c, const struct control_input *in) {
    const char *organization = json_get_string(in->fields, "organization");
    db_queue(c->db, sql_api_webhook_show(.id = in->id));
    if (organization)
        db_queue(c->db, sql_api_organization_show(.slug_or_id = organization));
}

/* The id of the named organization. */
static enum err find_its_organization(struct control *c, const struct replay *r, const char **out) {
    struct json_object *organization;
    if (db_count(c->found[1]) == 0) {
        control_wrong(c, "organization", "not_found", "there is no organization \"%s\"", r->organization);
        return control_refuse(c);
    }
    enum err e = control_found(c, 1, "organization", &organization);
    if (e == OK)
        *out = json_get_string(organization, "id");
    return e;
}

static enum err replay_work(struct control *c, void *arg) {
    const struct replay *r = arg;
    struct arena *a = c->ctx.arena;
    const char *organization = c->organization;
    enum err e = check_organization(c, r);
    if (e == OK)
        e = begin_replay(c);
    if (e == OK && r->organization)
        e = find_its_organization(c, r, &organization);
    if (e != OK)
        return e;
    control_result(c,
                   r->dead ? sql_api_webhook_replay_dead(.endpoint_id = r->id,
                                                         .most = arena_printf(a, "%d", REPLAY_MAX), CONTROL_EVENT(c))
                           : sql_api_webhook_replay_range(.endpoint_id = r->id, .organization_id = organization,
                                                          .from = arena_printf(a, "%" PRId64, r->from),
                                                          .to = arena_printf(a, "%" PRId64, r->to), CONTROL_EVENT(c)),
                   "webhook");
    return OK;
}

/* Reads either the state, or both ends of a range that is not too long. */
static enum err read_replay(struct control *c, const struct control_input *in, struct replay *out) {
    struct json_object *from = json_get(in->fields, "from_sequence"), *to = json_get(in->fields, "to_sequence");
    *out = (struct replay){.id = in->id,
                           .organization = json_get_string(in->fields, "organization"),
                           .dead = json_get(in->fields, "state"),
                           .from = json_object_get_int64(from),
                           .to = json_object_get_int64(to)};
    if (out->dead && (from || to || out->organization))
        control_wrong(c, "state", "invalid", "state takes no other field: it means all dead deliveries");
    else if (!out->dead && (!from || !to))
        control_wrong(c, from ? "to_sequence" : "from_sequence", "required",
                      "from_sequence and to_sequence, or state, must say what to send again");
    else if (!out->dead && (out->to < out->from || out->to - out->from >= REPLAY_MAX))
        control_wrong(c, "to_sequence", "out_of_range",
                      "to_sequence must be from_sequence or more, and %d events at most are sent again at once",
                      REPLAY_MAX);
    return control_refuse(c);
}

enum err control_webhook_replay(struct control *c, const struct control_input *in, struct json_object **out) {
    struct replay r;
    struct control_write w = {.ask = ask_replay, .in = in, .work = replay_work, .arg = &r};
    enum err e = control_fields_check(c, FIELDS(replayed), in->fields, false);
    if (e == OK)
        e = read_replay(c, in, &r);
    if (e == OK)
        e = control_write(c, &w);
    *out = c->result;
    return e;
}
