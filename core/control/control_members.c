/* Members of an organization. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"

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

enum err control_member_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_member_list(.after = p.after, .limit = p.limit), &p, out) : e;
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
