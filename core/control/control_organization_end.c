/* Ends an organization: tokens, users and members first, then itself. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <inttypes.h>
#include <string.h>

/*
 * Ends an organization in steps, each a transaction: its tokens are revoked, its SCIM users leave as by DELETE /Users,
 * its other members are deactivated, and then it is removed. So the events of members come before that of the
 * organization. After an interruption the same call goes on.
 */

enum { MEMBERS_AT_ONCE = 200, STEP_ID = UUID_TEXT + 1 };

static const struct field removed[] = {{.name = "confirm", .kind = FIELD_QUERY, .required = true}};

struct ending {
    const struct control_input *in;
    const char *after;   /* the last member of the steps before; NULL: begin with the first */
    const char *reached; /* the last member of this step, which may run again */
    size_t users, members, last;
    bool gone;
};

static void ask_ending(struct control *c, const struct control_input *in) {
    (void)in;
    db_queue(c->db, sql_api_organization_lock());
    db_queue(c->db, sql_api_organization_show(.slug_or_id = c->asked));
}

static enum err close_organization_work(struct control *c, void *arg) {
    struct ending *x = arg;
    struct json_object *before = NULL;
    enum err e = control_found(c, 1, "organization", &before);
    if (e == OK)
        e = control_confirm(c, x->in->fields, "organization's slug", json_get_string(before, "slug"),
                            "its tokens are revoked, everybody in it leaves, and it does not come back");
    if (e == OK)
        db_queue(c->db, sql_api_tokens_revoke(.request_id = c->request_id, .client_address = c->client_address));
    return e;
}

static enum err leave_users(struct control *c, struct ending *x) {
    struct db_rows rows = {0};
    enum err e = control_read(c, sql_api_connection_list(.after = NULL), &rows);
    for (size_t i = 0, n = e == OK ? db_count(rows) : 0; e == OK && i < n; i++)
        e = control_connection_empty(c, db_text(rows, i, LISTED_ID), CONNECTION_USERS, &x->users);
    return e;
}

/* Locks groups and links meanwhile. */
static enum err end_some(struct control *c, struct ending *x, const char *after) {
    const char *limit = arena_printf(c->ctx.arena, "%d", MEMBERS_AT_ONCE);
    struct db_rows rows = {0};
    db_queue(c->db, sql_api_directory_lock());
    enum err e =
        control_step(c,
                     sql_api_organization_members_end(.after = after, .limit = limit, .request_id = c->request_id,
                                                      .client_address = c->client_address),
                     &rows);
    if (e != OK)
        return e;
    x->last = db_count(rows);
    x->reached =
        x->last ? arena_strdup(c->ctx.arena, db_text(rows, x->last - 1, API_ORGANIZATION_MEMBERS_END_ID)) : NULL;
    return OK;
}

static enum err members_work(struct control *c, void *arg) {
    struct ending *x = arg;
    return end_some(c, x, x->after);
}

/* Members who came meanwhile end here; if they are many, another step runs first. */
static enum err remove_organization_work(struct control *c, void *arg) {
    struct ending *x = arg;
    struct json_object *before = NULL;
    x->gone = false;
    enum err e = control_found(c, 1, "organization", &before);
    if (e == OK)
        e = end_some(c, x, NULL);
    if (e != OK || x->last == MEMBERS_AT_ONCE)
        return e;
    c->events += x->last > 0; /* the first of them has the request's id */
    control_event(c, "organization.removed", NULL, "organization", c->organization, json_text(c->ctx.arena, before));
    db_queue(c->db, sql_api_organization_remove());
    x->gone = true;
    return OK;
}

/* Each step is a request of its own, whose event shows whether it happened. */
static enum err run_end_step(struct control *c, struct ending *x, struct control_write *w) {
    char *id = arena_alloc(c->ctx.arena, STEP_ID);
    uuid_new(id);
    c->request_id = id;
    w->arg = x;
    enum err e = control_write(c, w);
    if (e != OK)
        return e;
    x->after = x->reached;
    x->members += x->last;
    if (x->last)
        control_progress(c, "ended", x->members, "members");
    return OK;
}

enum err control_organization_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    struct ending x = {.in = in};
    struct control_write close = {.ask = ask_ending, .work = close_organization_work, .arg = &x};
    *out = NULL;
    enum err e = control_fields_check(c, FIELDS(removed), in->fields, true);
    if (e == OK)
        e = control_write(c, &close);
    if (e == OK)
        e = leave_users(c, &x);
    while (e == OK && !x.gone) {
        do
            e = run_end_step(c, &x, &(struct control_write){.work = members_work});
        while (e == OK && x.last);
        if (e == OK)
            e = run_end_step(c, &x, &(struct control_write){.ask = ask_ending, .work = remove_organization_work});
    }
    if (e != OK)
        return e;
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "id", json_object_new_string(c->organization));
    json_object_object_add(*out, "users", json_object_new_int64((int64_t)x.users));
    json_object_object_add(*out, "members", json_object_new_int64((int64_t)x.members));
    return OK;
}
