/* SCIM tokens: issue, list, revoke, rotate. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/token.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <string.h>

#define MANNERS                                                                                                        \
    FIELD(.name = "name", .kind = FIELD_TEXT), FIELD(.name = "expires_at", .kind = FIELD_END),                         \
        FIELD(.name = "scope", .kind = FIELD_CHOICE, .values = "full|read|users"),                                     \
        FIELD(.name = "allowed_addresses", .kind = FIELD_RANGES), FIELD(.name = "rate", .kind = FIELD_RATE),           \
        FIELD(.name = "burst", .kind = FIELD_RATE)

static const struct field issued[] = {{.name = "connection_id", .kind = FIELD_ID}, MANNERS};
static const struct field rotated[] = {MANNERS};

/* A token to issue. */
struct issue {
    const struct control_input *in;
    const char *connection;
    char id[UUID_TEXT + 1], token[TOKEN_MAX + 1], hash[TOKEN_HASH_HEX + 1];
};

static void prepare_token(struct issue *x) {
    uuid_new(x->id);
    token_new(TOKEN_SCIM, x->token);
    token_hash_hex(x->token, strlen(x->token), x->hash);
}

static struct sql_call insert_token(struct control *c, struct issue *x) {
    const char *prefix = arena_strndup(c->ctx.arena, x->token, TOKEN_SHOWN);
    struct json_object *ranges = json_get(x->in->fields, "allowed_addresses");
    if (ranges && json_object_array_length(ranges) == 0)
        json_object_object_del(x->in->fields, "allowed_addresses");
    return sql_api_token_issue(.id = x->id, .connection_id = x->connection, .hash = x->hash, .prefix = prefix,
                               .fields = json_text(c->ctx.arena, x->in->fields), CONTROL_EVENT(c));
}

/* Shows the token, for the only time. */
static void show_token(struct control *c, void *arg) {
    struct issue *x = arg;
    json_object_object_add(c->result, "token", json_object_new_string(x->token));
}

static void ask_connections(struct control *c, const struct control_input *in) {
    const char *given = json_get_string(in->fields, "connection_id");
    db_queue(c->db, given ? sql_api_connection_show(.id = given) : sql_api_connection_list(.limit = "2"));
}

/* The connection that the fields name, or the only one, or a new generic one. */
static enum err choose_connection(struct control *c, struct issue *x) {
    const char *given = json_get_string(x->in->fields, "connection_id");
    size_t n = db_count(c->found[0]);
    struct json_object *o;
    if (given && n == 0)
        control_wrong(c, "connection_id", "not_found", "the organization has no connection %s", given);
    if (n > 1)
        control_wrong(c, "connection_id", "required", "the organization has several connections: say which");
    enum err e = control_refuse(c);
    if (e != OK)
        return e;
    if (n == 0) {
        char *id = arena_alloc(c->ctx.arena, UUID_TEXT + 1);
        uuid_new(id);
        x->connection = id;
        db_queue(c->db, sql_api_connection_create(.id = id, .fields = "{}", CONTROL_EVENT(c)));
        return OK;
    }
    e = control_found(c, 0, "connection", &o);
    if (e == OK)
        x->connection = json_get_string(o, "id");
    return e;
}

static enum err issue_work(struct control *c, void *arg) {
    struct issue *x = arg;
    enum err e = choose_connection(c, x);
    if (e == OK)
        control_result(c, insert_token(c, x), "token");
    return e;
}

enum err control_token_issue(struct control *c, const struct control_input *in, struct json_object **out) {
    struct issue x = {.in = in};
    struct control_write w = {.ask = ask_connections, .in = in, .work = issue_work, .done = show_token, .arg = &x};
    prepare_token(&x);
    return control_fields_write(c, FIELDS(issued), in->fields, true, &w, out);
}

enum err control_token_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_token_list(.after = p.after, .limit = p.limit), &p, out) : e;
}

enum err control_token_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_token_show(.id = in->id), "token", out) : e;
}

static enum err revoke_work(struct control *c, void *arg) {
    struct issue *x = arg;
    control_result(c, sql_api_token_revoke(.id = x->in->id, CONTROL_EVENT(c)), "token");
    return OK;
}

enum err control_token_revoke(struct control *c, const struct control_input *in, struct json_object **out) {
    struct issue x = {.in = in};
    struct control_write w = {.work = revoke_work, .arg = &x};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

/* Nobody else starts or ends a rotation meanwhile. */
static void ask_its_connection(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_connection_lock(.id = in->id));
    db_queue(c->db, sql_api_connection_show(.id = in->id));
}

static enum err start_work(struct control *c, void *arg) {
    struct issue *x = arg;
    struct json_object *connection;
    enum err e = control_found(c, 1, "connection", &connection);
    if (e != OK)
        return e;
    if (json_get(connection, "rotation_token_id"))
        return fail(&c->ctx, ERR_CONFLICT, "a rotation is under way: complete or cancel it first");
    x->connection = x->in->id;
    control_result(c, insert_token(c, x), "token");
    db_queue(c->db, sql_api_rotation_start(.connection_id = x->in->id, .token_id = x->id));
    return OK;
}

enum err control_rotation_start(struct control *c, const struct control_input *in, struct json_object **out) {
    struct issue x = {.in = in};
    struct control_write w = {.ask = ask_its_connection, .in = in, .work = start_work, .done = show_token, .arg = &x};
    prepare_token(&x);
    return control_fields_write(c, FIELDS(rotated), in->fields, false, &w, out);
}

static const struct field completed[] = {{.name = "force", .kind = FIELD_FLAG}};

struct ending {
    const struct control_input *in;
    bool complete;
};

static void ask_rotation(struct control *c, const struct control_input *in) {
    ask_its_connection(c, in);
    db_queue(c->db, sql_api_rotation_show(.connection_id = in->id));
}

/* Fails unless the new token can take the place of the others. */
static enum err check_successor(struct control *c, struct db_rows new, bool force) {
    if (!db_bool(new, 0, API_ROTATION_SHOW_VALID))
        return fail(&c->ctx, ERR_CONFLICT,
                    "the new token has expired or was revoked: cancel this rotation and start another");
    if (!force && !db_bool(new, 0, API_ROTATION_SHOW_USED))
        return fail(&c->ctx, ERR_CONFLICT,
                    "the new token was never used: the identity provider would be locked out. Enter it there and let "
                    "it connect once, or force the end (--force; {\"force\": true})");
    return OK;
}

static enum err end_work(struct control *c, void *arg) {
    struct ending *x = arg;
    struct json_object *connection;
    enum err e = control_found(c, 1, "connection", &connection);
    if (e == OK && db_count(c->found[2]) == 0)
        return fail(&c->ctx, ERR_CONFLICT, "no rotation is under way: start one first");
    if (e == OK && x->complete)
        e = check_successor(c, c->found[2], json_object_get_boolean(json_get(x->in->fields, "force")));
    if (e == OK)
        control_result(c,
                       sql_api_rotation_end(.connection_id = x->in->id, .complete = x->complete ? "true" : "false",
                                            .request_id = c->request_id, .client_address = c->client_address),
                       "rotation");
    return e;
}

/* Shows the new token, with those that were revoked. */
static void show_ending(struct control *c, void *arg) {
    struct ending *x = arg;
    struct json_object *ended = c->result;
    c->result = json_get(ended, "token");
    json_object_object_add(c->result, "revoked", json_object_get(json_get(ended, "revoked")));
    if (x->complete && json_object_get_boolean(json_get(ended, "used_lately")))
        json_object_object_add(
            c->result, "warning",
            json_object_new_string("a token that was revoked had been used in the last five minutes: "
                                   "make sure that the identity provider has the new one"));
}

static enum err end_rotation(struct control *c, const struct control_input *in, bool complete,
                             struct json_object **out) {
    struct ending x = {.in = in, .complete = complete};
    struct control_write w = {.ask = ask_rotation, .in = in, .work = end_work, .done = show_ending, .arg = &x};
    return control_fields_write(c, (struct field_table){completed, complete ? 1 : 0}, in->fields, false, &w, out);
}

enum err control_rotation_complete(struct control *c, const struct control_input *in, struct json_object **out) {
    return end_rotation(c, in, true, out);
}

enum err control_rotation_cancel(struct control *c, const struct control_input *in, struct json_object **out) {
    return end_rotation(c, in, false, out);
}
