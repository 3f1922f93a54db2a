/* Erases a person: member, SCIM users, and the data in the audit log. */

#include "control/control_fields.h"
#include "control/control_operations.h"
#include "directory/user.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"
#include "sql/operator.h"

#include <string.h>

static const struct field erased[] = {{.name = "confirm", .kind = FIELD_QUERY, .required = true},
                                      {.name = "force", .kind = FIELD_FLAG}};

struct erasure {
    const struct control_input *in;
    const char *member;
};

static enum err delete_user(struct session *s, void *arg) {
    return user_delete(s, arg, NULL, (struct precondition){0});
}

/* The live SCIM users leave as by DELETE /Users, so that groups, teams, managers and counts follow. */
static enum err leave_all_users(struct control *c, struct json_object *users) {
    for (size_t i = 0, n = json_object_array_length(users); i < n; i++) {
        struct json_object *user = json_object_array_get_idx(users, i);
        char request[UUID_TEXT + 1];
        struct session s = control_session(c, json_get_string(user, "connection_id"));
        uuid_new(request);
        s.request_id = request;
        enum err e = control_directory(c, &s, delete_user, (void *)json_get_string(user, "id"));
        if (e != OK)
            return e;
    }
    return OK;
}

static enum err find_person(struct control *c, struct erasure *x, struct json_object **users) {
    const char *who = x->in->id;
    size_t len = strlen(who);
    struct json_object *force = json_get(x->in->fields, "force");
    struct db_rows rows = {0};
    db_queue(c->db, sql_api_directory_lock());
    enum err e = control_step(
        c,
        sql_op_erase_find(.email_key = fold_identity(c->ctx.arena, who, len), .id = uuid_valid(who, len) ? who : NULL),
        &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such member");
    if (e != OK)
        return e;
    x->member = db_text(rows, 0, OP_ERASE_FIND_ID);
    if (!db_null(rows, 0, OP_ERASE_FIND_ACTIVE) && !json_object_get_boolean(force))
        return fail(
            &c->ctx, ERR_CONFLICT,
            "%s is active at an identity provider (%s), whose next sync would bring them back: end their access "
            "there first, or use --force",
            who, db_text(rows, 0, OP_ERASE_FIND_ACTIVE));
    return control_object(c, rows, OP_ERASE_FIND_USERS, users);
}

/* The events of the leaving itself are erased, too. */
static enum err erase_work(struct control *c, void *arg) {
    static const struct {
        const char *name;
        int column;
    } counts[] = {{"scim_users", OP_ERASE_SCIM_USERS},
                  {"link_requests", OP_ERASE_LINK_REQUESTS},
                  {"audit_events", OP_ERASE_AUDIT_EVENTS}};
    struct erasure *x = arg;
    struct json_object *users = NULL;
    struct db_rows rows = {0};
    enum err e = find_person(c, x, &users);
    if (e == OK)
        e = leave_all_users(c, users);
    if (e == OK)
        e = control_step(c, sql_op_erase(.member_id = x->member), &rows);
    if (e != OK)
        return e;
    struct json_object *data = json_new_object(c->ctx.arena);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_object_add(data, counts[i].name, json_object_new_int64(db_int(rows, 0, counts[i].column)));
    control_event(c, "member.erased", NULL, "member", x->member, json_text(c->ctx.arena, data));
    c->result = json_new_object(c->ctx.arena);
    json_object_object_add(c->result, "id", json_object_new_string(x->member));
    json_object_object_foreach(data, name, value) json_object_object_add(c->result, name, json_object_get(value));
    return OK;
}

enum err control_erase(struct control *c, const struct control_input *in, struct json_object **out) {
    struct erasure x = {.in = in};
    struct control_write w = {.work = erase_work, .arg = &x};
    enum err e = control_fields_check(c, FIELDS(erased), in->fields, true);
    if (e == OK)
        e = control_confirm(c, in->fields, "email or id once more", in->id, "what is erased does not come back");
    if (e != OK)
        return e;
    c->removed = true;
    e = control_write(c, &w);
    *out = c->result;
    return e;
}
