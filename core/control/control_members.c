/* Members of an organization. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"
#include "sql/scim.h"

#include <string.h>

#define NAMES                                                                                                          \
    FIELD(.name = "first_name", .kind = FIELD_NAME), FIELD(.name = "last_name", .kind = FIELD_NAME),                   \
        FIELD(.name = "display_name", .kind = FIELD_NAME), FIELD(.name = "organization_role", .kind = FIELD_ROLE)

static const struct field added[] = {{.name = "email", .kind = FIELD_EMAIL, .required = true}, NAMES};
static const struct field changed[] = {NAMES};

struct change {
    char id[UUID_TEXT + 1];
    const struct control_input *in;
};

static const char *fold_email(struct control *c, const char *s) {
    return fold_identity(c->ctx.arena, s, strlen(s));
}

static enum err add_member_work(struct control *c, void *arg) {
    struct change *x = arg;
    const char *email = json_get_string(x->in->fields, "email");
    control_result(c,
                   sql_api_member_add(.id = x->id, .email = email, .email_key = fold_email(c, email),
                                      .fields = json_text(c->ctx.arena, x->in->fields), CONTROL_EVENT(c)),
                   "member");
    return OK;
}

enum err control_member_add(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = add_member_work, .arg = &x, .final_duplicate = true};
    uuid_new(x.id);
    enum err e = control_fields_write(c, FIELDS(added), in->fields, true, &w, out);
    if (e != ERR_UNIQUENESS)
        return e;
    const char *email = json_get_string(in->fields, "email");
    control_wrong(c, "email", "conflict", "a member with the email %s exists already", email);
    return fail(&c->ctx, e, "a member with the email %s exists already", email);
}

/* By email or id. */
static struct sql_call member_show(struct control *c, const char *who) {
    return sql_api_member_show(.email_key = fold_email(c, who), .id = who);
}

enum err control_member_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, member_show(c, in->id), "member", out) : e;
}

/* Locks the member until the transaction ends. */
static void queue_member(struct control *c, const char *who) {
    db_queue(c->db, sql_api_member_lock(.email_key = fold_email(c, who), .id = who));
    db_queue(c->db, member_show(c, who));
}

static void ask_member(struct control *c, const struct control_input *in) {
    queue_member(c, in->id);
}

static enum err set_member_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *before;
    enum err e = control_found(c, 1, "member", &before);
    if (e == OK)
        e = control_precondition(c, x->in->if_match, before);
    if (e == OK)
        control_result(c,
                       sql_api_member_set(.id = json_get_string(before, "id"),
                                          .changes = json_text(c->ctx.arena, x->in->fields), CONTROL_EVENT(c)),
                       "member");
    return e;
}

enum err control_member_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_member, .in = in, .work = set_member_work, .arg = &x};
    return control_fields_write(c, FIELDS(changed), in->fields, false, &w, out);
}

static bool is_active(struct json_object *member) {
    return strcmp(json_get_string(member, "status"), "active") == 0;
}

/* Whether someone holds the status: then nothing that is set here would last. */
static enum err check_holders(struct control *c, struct json_object *member) {
    struct db_rows rows = {0};
    if (json_object_array_length(json_get(member, "links")) == 0)
        return OK;
    enum err e = control_step(c, sql_api_member_holders(.id = json_get_string(member, "id")), &rows);
    if (e != OK)
        return e;
    return fail(
        &c->ctx, ERR_CONFLICT,
        "the status of %s is held by the connection \"%s\": change it at the identity provider, or end the link",
        json_get_string(member, "email"), db_text(rows, 0, API_MEMBER_HOLDERS_NAMES));
}

/* The last org:admin of an organization that protects it stays. */
static enum err check_last_admin(struct control *c, struct json_object *member) {
    struct db_rows rows[DB_BATCH] = {0};
    if (strcmp(json_get_string(member, "organization_role"), "org:admin") != 0)
        return OK;
    db_queue(c->db, sql_admins_lock());
    size_t left = db_queue(
        c->db, sql_admins_left(.member_ids = arena_printf(c->ctx.arena, "{%s}", json_get_string(member, "id"))));
    size_t protects = db_queue(c->db, sql_organization_protects());
    enum err e = db_run(&c->ctx, c->db, rows);
    if (e != OK || db_int(rows[left], 0, ADMINS_LEFT_LEFT) > 0 ||
        !db_bool(rows[protects], 0, ORGANIZATION_PROTECTS_PROTECT_LAST_ADMIN))
        return e;
    return fail(&c->ctx, ERR_CONFLICT,
                "%s is the organization's last org:admin, whom it protects: give somebody else the role first",
                json_get_string(member, "email"));
}

struct turn {
    const struct control_input *in;
    bool active; /* the status to be */
};

static enum err turn_member_work(struct control *c, void *arg) {
    struct turn *t = arg;
    struct json_object *member;
    enum err e = control_found(c, 1, "member", &member);
    if (e == OK)
        e = control_precondition(c, t->in->if_match, member);
    if (e != OK)
        return e;
    const char *id = json_get_string(member, "id");
    if (is_active(member) != t->active) {
        e = check_holders(c, member);
        if (e == OK && t->active && !json_get(member, "email"))
            return fail(&c->ctx, ERR_CONFLICT, "the person was erased: add a new member");
        if (e == OK && !t->active)
            e = check_last_admin(c, member);
        if (e != OK)
            return e;
        db_queue(c->db, t->active ? sql_api_member_reactivate(.id = id, CONTROL_EVENT(c))
                                  : sql_api_member_deactivate(.id = id, CONTROL_EVENT(c)));
    }
    control_result(c, sql_api_member_show(.id = id), "member");
    return OK;
}

static enum err turn_member(struct control *c, const struct control_input *in, bool active, struct json_object **out) {
    struct turn t = {.in = in, .active = active};
    struct control_write w = {.ask = ask_member, .in = in, .work = turn_member_work, .arg = &t};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

enum err control_member_deactivate(struct control *c, const struct control_input *in, struct json_object **out) {
    return turn_member(c, in, false, out);
}

enum err control_member_reactivate(struct control *c, const struct control_input *in, struct json_object **out) {
    return turn_member(c, in, true, out);
}
