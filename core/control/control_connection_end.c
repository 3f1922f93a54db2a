/* The end of a connection: what it would do, and doing it. */

#include "control/control_dry_run.h"
#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/group.h"
#include "directory/user.h"
#include "sql/control.h"

#include <string.h>

static const struct field ended[] = {{.name = "confirm", .kind = FIELD_QUERY},
                                     {.name = "members", .kind = FIELD_CHOICE, .values = "deactivate|keep"},
                                     DRY_RUN_FIELD,
                                     DRY_RUN_CURSOR};

struct ending_connection {
    const struct control_input *in;
    struct json_object *before;
    bool keeps;
};

static void ask_ended(struct control *c, const struct control_input *in) {
    db_queue(c->db, sql_api_connection_lock(.id = in->id));
    db_queue(c->db, sql_api_connection_show(.id = in->id));
}

/*
 * The end of a connection: new writes are refused, its tokens are revoked, then its users leave one by one, as by
 * DELETE /Users. So it is many transactions: one would hold the locks of thousands of users until the end.
 */
static enum err close_connection_work(struct control *c, void *arg) {
    struct ending_connection *x = arg;
    enum err e = control_found(c, 1, "connection", &x->before);
    if (e == OK)
        e = control_confirm(c, x->in->fields, "connection's name", json_get_string(x->before, "name"),
                            "its tokens are revoked and its users leave");
    if (e != OK)
        return e;
    db_queue(c->db, sql_api_connection_close(.id = x->in->id, .keeps = x->keeps ? "true" : "false"));
    db_queue(c->db, sql_api_tokens_revoke(.connection_id = x->in->id, .request_id = c->request_id,
                                          .client_address = c->client_address));
    return OK;
}

/* The remaining users and groups, page by page. */
struct leaving {
    struct db_rows rows;
    bool users;
};

static enum err leave_page(struct session *s, void *arg) {
    struct leaving *l = arg;
    enum err e = OK;
    for (size_t i = 0, n = db_count(l->rows); e == OK && i < n; i++) {
        const char *id = db_text(l->rows, i, LISTED_ID);
        char request[UUID_TEXT + 1];
        uuid_new(request);
        s->request_id = request;
        s->events = 0;
        e = l->users ? user_delete(s, id, NULL, (struct precondition){0})
                     : group_delete(s, id, (struct precondition){0});
        if (e == ERR_NOT_FOUND) {
            fail_clear(&s->ctx);
            e = OK; /* somebody else removed it */
        }
    }
    return e;
}

static struct sql_call those_left(const char *connection, bool users) {
    return users ? sql_api_connection_users(.connection_id = connection, .limit = "100")
                 : sql_api_connection_groups(.connection_id = connection, .limit = "100");
}

enum err control_connection_empty(struct control *c, const char *connection, enum connection_rest rest, size_t *total) {
    bool users = rest != CONNECTION_GROUPS;
    for (;;) {
        struct leaving l = {.users = users};
        enum err e = control_read(c, those_left(connection, users), &l.rows);
        if (e != OK || db_count(l.rows) == 0)
            return e;
        struct session s = control_session(c, connection);
        s.keeps_members = rest == CONNECTION_USERS_KEPT;
        e = control_directory(c, &s, leave_page, &l);
        if (e != OK)
            return e;
        *total += db_count(l.rows);
        control_progress(c, "removed", *total, "users and groups");
    }
}

static enum err remove_connection_work(struct control *c, void *arg) {
    struct ending_connection *x = arg;
    db_queue(c->db, sql_api_connection_remove(.id = x->in->id));
    control_event(c, "scim.connection.deleted", x->in->id, "connection", x->in->id,
                  arena_printf(c->ctx.arena, "{\"before\":%s,\"members\":\"%s\"}", json_text(c->ctx.arena, x->before),
                               x->keeps ? "kept" : "left"));
    return OK;
}

/* Those who would be deactivated, and those who would stay. */
static enum err count_page(struct control *c, const char *connection, struct dry_run_walk *w,
                           struct dry_run_people people[2]) {
    enum { PAGE_USERS = 5000 };
    static const int counts[] = {API_CONNECTION_END_PEOPLE_LEAVE, API_CONNECTION_END_PEOPLE_STAY},
                     firsts[] = {API_CONNECTION_END_PEOPLE_LEAVE_FIRST, API_CONNECTION_END_PEOPLE_STAY_FIRST};
    struct db_rows rows = {0};
    enum err e = control_read(c,
                              sql_api_connection_end_people(.connection_id = connection, .after = w->after,
                                                            .limit = arena_printf(c->ctx.arena, "%d", PAGE_USERS)),
                              &rows);
    for (size_t i = 0; e == OK && i < 2; i++) {
        struct json_object *some = NULL;
        if (!db_null(rows, 0, firsts[i]))
            e = control_object(c, rows, firsts[i], &some);
        if (e == OK)
            control_dry_run_add(c, &people[i], db_int(rows, 0, counts[i]), some);
    }
    if (e != OK)
        return e;
    int64_t n = db_int(rows, 0, API_CONNECTION_END_PEOPLE_CHECKED);
    w->checked += n;
    w->complete = n < PAGE_USERS;
    w->after = n ? arena_strdup(c->ctx.arena, db_text(rows, 0, API_CONNECTION_END_PEOPLE_LAST)) : w->after;
    return OK;
}

/* Nobody is deactivated where all are kept. */
static enum err tell_end(struct control *c, const struct control_input *in, bool keeps, struct json_object **out) {
    struct dry_run_walk w = {.until = clock_monotonic_ms() + DRY_RUN_MS};
    struct dry_run_people people[2] = {{0}};
    struct json_object *whole, *teams = json_new_object(c->ctx.arena);
    enum err e = control_dry_run_after(c, in->fields, &w.after);
    if (e == OK)
        e = control_show(c, sql_api_connection_end(.connection_id = in->id), "connection", &whole);
    while (e == OK && !w.complete && clock_monotonic_ms() < w.until)
        e = count_page(c, in->id, &w, people);
    if (e != OK)
        return e;
    *out = json_new_object(c->ctx.arena);
    c->foretold = true;
    if (keeps) {
        control_dry_run_add(c, &people[0], people[1].count, people[1].first);
        people[1] = people[0];
        people[0] = (struct dry_run_people){0};
    }
    control_dry_run_told(*out, &w);
    json_set(*out, "users", json_get(whole, "users"));
    json_set(*out, "tokens", json_get(whole, "tokens"));
    control_dry_run_tell(*out, "deactivated", &people[0]);
    control_dry_run_tell(*out, "stay", &people[1]);
    json_set(teams, "count", json_get(whole, "groups"));
    json_set(teams, "first", json_get(whole, "teams_first"));
    json_set(*out, "teams", teams);
    return OK;
}

static enum err dry_end(struct control *c, const struct control_input *in, bool keeps, struct json_object **out) {
    struct json_object *connection;
    const struct control_input named = {.id = in->id, .fields = json_new_object(c->ctx.arena)};
    enum err e = control_connection_show(c, &named, &connection);
    const struct control_input found = {.id = json_get_string(connection, "id"), .fields = in->fields};
    return e == OK ? tell_end(c, &found, keeps, out) : e;
}

/* After an interruption the same call goes on. */
enum err control_connection_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    struct ending_connection x = {.in = in};
    struct control_write close = {.ask = ask_ended, .in = in, .work = close_connection_work, .arg = &x},
                         remove = {.work = remove_connection_work, .arg = &x};
    size_t total = 0;
    const char *members = json_get_string(in->fields, "members"), *after;
    *out = NULL;
    enum err e = control_fields_check(c, FIELDS(ended), in->fields, true);
    bool keeps = members && strcmp(members, "keep") == 0, dry = control_dry_run_asked(in->fields);
    if (e == OK && !dry && !json_get(in->fields, "confirm"))
        control_wrong(c, "confirm", "required", "confirm is missing");
    if (e == OK)
        e = control_dry_run_after(c, in->fields, &after);
    if (e != OK || dry)
        return e == OK ? dry_end(c, in, keeps, out) : e;
    x.keeps = keeps;
    e = control_write(c, &close);
    if (e == OK)
        e = control_connection_empty(c, in->id, keeps ? CONNECTION_USERS_KEPT : CONNECTION_USERS, &total);
    if (e == OK)
        e = control_connection_empty(c, in->id, CONNECTION_GROUPS, &total);
    char *event = arena_alloc(c->ctx.arena, UUID_TEXT + 1);
    uuid_new(event);
    c->request_id = event;
    return e == OK ? control_write(c, &remove) : e;
}
