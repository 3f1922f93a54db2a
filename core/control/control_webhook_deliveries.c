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

/* Locks the webhook for a replay: from now on nothing else is queued for it. */
static enum err begin_replay(struct control *c, const char *id) {
    struct json_object *webhook;
    struct db_rows rows = {0};
    control_owner(c);
    db_queue(c->db, sql_api_webhook_hold());
    enum err e = control_step(c, sql_api_webhook_show(.id = id), &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such webhook");
    if (e == OK)
        e = control_object(c, rows, OBJECT_OBJECT, &webhook);
    if (e == OK && strcmp(json_get_string(webhook, "status"), "enabled") != 0)
        return fail(&c->ctx, ERR_CONFLICT, "the webhook is disabled: enable it first");
    return e;
}

static enum err replay_one_work(struct control *c, void *arg) {
    const struct control_input *in = arg;
    struct db_rows rows = {0};
    enum err e = begin_replay(c, in->id);
    if (e == OK)
        e = control_step(c, sql_api_webhook_replay_one(.endpoint_id = in->id, .id = in->delivery), &rows);
    if (e != OK)
        return e;
    if (db_count(rows) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such delivery");
    int64_t made = db_int(rows, 0, API_WEBHOOK_REPLAY_ONE_MADE);
    db_queue(c->db, sql_api_webhook_due(.endpoint_id = in->id, .delivery_id = in->delivery));
    e = control_step(c, sql_api_webhook_delivery_show(.endpoint_id = in->id, .id = in->delivery), &rows);
    if (e == OK)
        e = control_object(c, rows, OBJECT_OBJECT, &c->result);
    if (e != OK)
        return e;
    if (made == 0 && strcmp(json_get_string(c->result, "state"), "pending") != 0)
        return fail(&c->ctx, ERR_CONFLICT, "the webhook does not want the event %s any more",
                    json_get_string(c->result, "action"));
    const char *data = arena_printf(
        c->ctx.arena, "{\"delivery_id\":\"%s\",\"event_id\":\"%s\",\"organization_id\":\"%s\",\"replayed\":1}",
        json_get_string(c->result, "id"), json_get_string(c->result, "event_id"),
        json_get_string(c->result, "organization_id"));
    control_event(c, "webhook.replayed", NULL, "webhook", in->id, data);
    return OK;
}

enum err control_webhook_delivery_replay(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_input copy = *in;
    struct control_write w = {.work = replay_one_work, .arg = &copy};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

/* A replay of many deliveries: the dead ones, or a range of an organization's events. */
struct replay {
    const char *id, *organization; /* organization of the range; NULL: the tenant */
    bool dead;
    int64_t from, to;
};

static enum err replay_dead(struct control *c, const struct replay *r, struct json_object *data) {
    const char *most = arena_printf(c->ctx.arena, "%d", REPLAY_MAX);
    struct db_rows rows = {0};
    enum err e = control_step(c, sql_api_webhook_replay_dead(.endpoint_id = r->id, .most = most), &rows);
    if (e != OK)
        return e;
    json_object_object_add(data, "state", json_object_new_string("dead"));
    json_object_object_add(data, "replayed", json_object_new_int64(db_int(rows, 0, API_WEBHOOK_REPLAY_DEAD_MADE)));
    return OK;
}

static enum err replay_range(struct control *c, const struct replay *r, struct json_object *data) {
    struct db_rows rows = {0};
    enum err e = control_step(c,
                              sql_api_webhook_replay_range(.endpoint_id = r->id, .organization = r->organization,
                                                           .from = arena_printf(c->ctx.arena, "%" PRId64, r->from),
                                                           .to = arena_printf(c->ctx.arena, "%" PRId64, r->to)),
                              &rows);
    if (e != OK)
        return e;
    if (db_count(rows) == 0) {
        control_wrong(c, "organization", "not_found", "there is no organization \"%s\"", r->organization);
        return control_refuse(c);
    }
    json_object_object_add(data, "organization_id",
                           json_object_new_string(db_text(rows, 0, API_WEBHOOK_REPLAY_RANGE_ORGANIZATION_ID)));
    json_object_object_add(data, "from_sequence", json_object_new_int64(r->from));
    json_object_object_add(data, "to_sequence", json_object_new_int64(r->to));
    json_object_object_add(data, "replayed", json_object_new_int64(db_int(rows, 0, API_WEBHOOK_REPLAY_RANGE_MADE)));
    return OK;
}

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

static enum err replay_work(struct control *c, void *arg) {
    const struct replay *r = arg;
    struct json_object *data = json_new_object(c->ctx.arena);
    enum err e = check_organization(c, r);
    if (e == OK)
        e = begin_replay(c, r->id);
    if (e == OK)
        e = r->dead ? replay_dead(c, r, data) : replay_range(c, r, data);
    if (e != OK)
        return e;
    if (json_object_get_int64(json_get(data, "replayed")) > 0)
        control_event(c, "webhook.replayed", NULL, "webhook", r->id, json_text(c->ctx.arena, data));
    c->result = json_new_object(c->ctx.arena);
    json_object_object_add(c->result, "replayed", json_object_get(json_get(data, "replayed")));
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
    struct control_write w = {.work = replay_work, .arg = &r};
    enum err e = control_fields_check(c, FIELDS(replayed), in->fields, false);
    if (e == OK)
        e = read_replay(c, in, &r);
    if (e == OK)
        e = control_write(c, &w);
    *out = c->result;
    return e;
}
