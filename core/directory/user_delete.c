#include "directory/unique.h"
#include "directory/user.h"
#include "directory/user_facts.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/member_mapping.h"

#include <string.h>

struct removal {
    const char *id;
    const struct parts *lost;
    struct precondition when;
};

enum { ROW_AUTH, ROW_GROUPS, ROW_USER, ROW_MEMBER, ROW_LINKS, ROW_REPORTS, ROWS };

static enum err first_batch(struct session *s, const char *id, struct db_rows *rows) {
    const char *user[] = {id, s->base_url};
    const char *links[] = {NULL, id};
    session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    db_add(s->db, SQL_USER_GROUPS_FOR_UPDATE, user);
    db_add(s->db, SQL_USER_FOR_UPDATE, user);
    db_add(s->db, SQL_MEMBER_FOR_UPDATE, user);
    db_add(s->db, SQL_MEMBER_LINKS, links);
    db_add(s->db, SQL_USER_REPORTS_FOR_UPDATE, user);
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[ROW_AUTH]);
    if (e == OK && db_count(rows[ROW_USER]) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return e;
}

/* The ids of a result's rows. */
static const char *ids_of(struct session *s, struct db_rows rows) {
    size_t n = db_count(rows);
    const char **ids = arena_array(s->ctx.arena, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = db_text(rows, i, "id");
    return session_uuids(s, ids, n);
}

static enum err queue_removal(struct session *s, const struct removal *r, struct db_rows *rows) {
    struct json_object *old;
    enum err e = answer_restore(s, db_text(rows[ROW_USER], 0, "resource"), &old);
    if (e != OK)
        return e;
    const char *now = session_now(s, db_int(rows[ROW_USER], 0, "modified_us"));
    struct member_state before = user_member_of(rows[ROW_MEMBER]), after = before;
    if (db_bool(rows[ROW_USER], 0, "active"))
        after.active = db_int(rows[ROW_LINKS], 0, "active") > 0;
    const char *remove[] = {r->id, now};
    const char *no_emails[] = {r->id, "[]"};
    const char *end[] = {r->id, now, s->request_id, s->client_address};
    const char *sync[] = {ids_of(s, rows[ROW_GROUPS]), session_uuids(s, &r->id, 1), NULL};
    const char *count[] = {arena_printf(s->ctx.arena, "%d", s->slot), "-1", "0"};
    const char *event = user_event(s, &after, old, NULL);
    session_event(s, "scim.user.deprovisioned", "scim_user", r->id,
                  r->lost ? parts_told(s->ctx.arena, r->lost, event) : event);
    db_add(s->db, SQL_USER_REMOVE, remove);
    db_add(s->db, SQL_USER_EMAILS_SET, no_emails);
    unique_queue(s, r->id, s->types->user->unique ? "" : NULL, NULL);
    db_add(s->db, SQL_USER_MEMBERSHIPS_END, end);
    db_add(s->db, SQL_TEAM_SYNC, sync);
    db_add(s->db, SQL_TEAM_SWEEP, NULL);
    user_member_save(s, &before, &after);
    db_add(s->db, SQL_USAGE_ADD, count);
    return OK;
}

/* Somebody whose manager goes has none. */
static enum err leave_manager(struct session *s, struct db_rows rows, size_t row) {
    struct json_object *old, *new;
    struct user_facts facts;
    const char *id = db_text(rows, row, "id");
    struct member_state member = {.id = db_text(rows, row, "member_id"),
                                  .active = strcmp(db_text(rows, row, "member_status"), "active") == 0};
    enum err e = answer_restore(s, db_text(rows, row, "resource"), &old);
    if (e != OK)
        return e;
    new = json_copy(s->ctx.arena, old);
    struct json_object *enterprise = json_get(new, SCHEMA_ENTERPRISE);
    json_object_object_del(enterprise, "manager");
    if (json_object_object_length(enterprise) == 0)
        json_object_object_del(new, SCHEMA_ENTERPRISE);
    e = resource_check(&s->ctx, s->types->user, new, new); /* held to itself: a report never holds up a leaver */
    if (e != OK)
        return e;
    user_facts(s, id, new, &facts);
    facts.active = db_bool(rows, row, "active");
    facts.former = db_text(rows, row, "former_user_name_key");
    user_save(s, id, &facts, true, rows, row);
    session_event(s, "scim.user.updated", "scim_user", id, user_event(s, &member, old, new));
    return OK;
}

static enum err leave_reports(struct session *s, struct db_rows rows) {
    enum { STEP = 16 }; /* of one pipeline */
    enum err e = OK;
    for (size_t i = 0, n = db_count(rows); e == OK && i < n; i++) {
        e = leave_manager(s, rows, i);
        if (e == OK && i % STEP == STEP - 1)
            e = db_run(&s->ctx, s->db, NULL);
    }
    return e;
}

static enum err work(struct session *s, void *arg) {
    struct removal *r = arg;
    struct db_rows rows[ROWS] = {0};
    enum err e = first_batch(s, r->id, rows);
    if (e == OK)
        e = answer_precondition(s, r->when, db_int(rows[ROW_USER], 0, "version"));
    if (e == OK)
        e = queue_removal(s, r, rows);
    if (e == OK)
        e = leave_reports(s, rows[ROW_REPORTS]);
    return e == OK && member_mapping_any(s) ? member_mapping_apply(s, &r->id, 1) : e;
}

enum err user_delete(struct session *s, const char *id, const struct parts *lost, struct precondition when) {
    struct removal r = {.id = id, .lost = lost, .when = when};
    struct session_write w = {.work = work, .arg = &r};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return session_write(s, &w);
}
