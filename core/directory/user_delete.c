/* DELETE of a user. */

#include "directory/unique.h"
#include "directory/user.h"
#include "directory/user_facts.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/member_mapping.h"
#include "sql/scim.h"

#include <string.h>

struct removal {
    const char *id;
    const struct parts *lost;
    struct precondition when;
    unsigned overtaken; /* attempts so far to which a group or a report came while they waited for the locks */
    bool again;         /* this attempt is one of them */
};

/* Rows of user_groups, user_for_update, member_for_update, member_links and user_reports. */
struct found {
    struct db_rows groups, user, member, links, reports;
};

/* Whether each row, whose id is in `column`, is among those that were locked; both in the order of their ids. */
static bool are_locked(struct db_rows rows, int column, struct db_rows locked) {
    size_t at = 0, n = db_count(locked);
    for (size_t i = 0; i < db_count(rows); i++) {
        const char *id = db_text(rows, i, column);
        while (at < n && strcmp(db_text(locked, at, HELD_ID), id) < 0)
            at++;
        if (at == n || strcmp(db_text(locked, at, HELD_ID), id) != 0)
            return false;
    }
    return true;
}

/*
 * Locks the groups, then the user and its reports, like whoever changes a group and its members, and reads groups and
 * reports again behind these locks. Deletions do not wait for each other, except after two attempts that were
 * overtaken: then nobody else changes the connection's groups. If one of these locks did not come, groups and reports
 * are left to the background (left_behind_job.h).
 */
static enum err begin_user_delete(struct session *s, struct removal *r, struct found *out) {
    enum { SHARED_TRIES = 2 };
    struct db_rows rows[8] = {0};
    enum session_lock lock = r->overtaken < SHARED_TRIES ? SESSION_SHARED : SESSION_EXCLUSIVE;
    size_t entered = session_queue_write(s, lock, NULL, NULL);
    size_t groups_locked = 0, users_locked = 0, reports = 0;
    s->touches_others = !s->leaves_others;
    if (s->touches_others) {
        groups_locked = db_queue(s->db, sql_user_groups_for_update(.user_id = r->id));
        users_locked = db_queue(s->db, sql_user_reports_for_update(.id = r->id));
    }
    size_t groups = db_queue(s->db, sql_user_groups(.user_id = r->id));
    size_t user = db_queue(s->db, sql_user_for_update(.id = r->id));
    size_t member = db_queue(s->db, sql_member_for_update(.user_id = r->id));
    size_t links = db_queue(s->db, sql_member_links(.user_id = r->id));
    if (!s->leaves_others)
        reports = db_queue(s->db, sql_user_reports(.user_id = r->id));
    enum err e = db_run(&s->ctx, s->db, rows);
    *out = (struct found){.groups = rows[groups], .user = rows[user], .member = rows[member], .links = rows[links]};
    if (!s->leaves_others)
        out->reports = rows[reports];
    if (e != OK)
        return e;
    s->touches_others = false;
    e = session_accept(s, rows[entered]);
    if (e == OK && db_count(out->user) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    r->again = e == OK && !s->leaves_others &&
               !(are_locked(out->groups, HELD_ID, rows[groups_locked]) &&
                 are_locked(out->reports, STORED_ID, rows[users_locked]));
    return r->again ? fail(&s->ctx, ERR_UNAVAILABLE, NULL) : e;
}

/* The ids of the user's groups. */
static const char *row_ids(struct session *s, struct db_rows rows) {
    size_t n = db_count(rows);
    const char **ids = arena_array(s->ctx.arena, n + 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = db_text(rows, i, HELD_ID);
    return session_uuids(s, ids, n);
}

static void leave_groups(struct session *s, const struct removal *r, const struct found *found, const char *now) {
    if (s->keeps_members)
        db_queue(s->db, sql_member_keep_teams(.user_id = r->id));
    if (!s->leaves_others)
        db_queue(s->db, sql_member_leave_groups(.member_id = r->id, .type = "User", .at = now,
                                                .request_id = s->request_id, .client_address = s->client_address));
    db_queue(s->db, sql_team_sync(.group_ids = row_ids(s, found->groups), .user_ids = session_uuids(s, &r->id, 1)));
    db_queue(s->db, sql_team_sweep());
}

static void queue_user_removal(struct session *s, const struct removal *r, const struct found *found) {
    bool damaged;
    struct json_object *old = user_restore(s, found->user, &damaged);
    const char *now = session_now(s, db_int(found->user, 0, STORED_MODIFIED_US));
    struct member_state before = user_member_of(found->member), after = before;
    if (db_bool(found->user, 0, USER_FOR_UPDATE_ACTIVE) && !s->keeps_members)
        after.active = db_int(found->links, 0, MEMBER_LINKS_ACTIVE) > 0;
    const char *event = user_event(s, &after, old, NULL);
    session_event(s, "scim.user.deprovisioned", "scim_user", r->id,
                  r->lost ? parts_told(s->ctx.arena, r->lost, event) : event);
    db_queue(s->db, sql_user_remove(.id = r->id, .at = now));
    unique_queue(s, r->id, s->types->user->unique ? "" : NULL, NULL);
    if (db_count(found->groups))
        leave_groups(s, r, found, now);
    user_member_save(s, &before, &after);
    s->usage.users--;
}

/* A user whose manager is removed loses the manager. */
static enum err leave_manager(struct session *s, struct db_rows rows, size_t row) {
    struct json_object *old, *new;
    struct user_facts facts;
    const char *id = db_text(rows, row, STORED_ID);
    struct member_state member = {.id = db_text(rows, row, REPORT_MEMBER_ID),
                                  .active = strcmp(db_text(rows, row, REPORT_MEMBER_STATUS), "active") == 0};
    enum err e = answer_restore(s, db_text(rows, row, STORED_RESOURCE), &old);
    if (e != OK)
        return e;
    new = json_copy(s->ctx.arena, old);
    struct json_object *enterprise = json_get(new, SCHEMA_ENTERPRISE);
    json_object_object_del(enterprise, "manager");
    if (json_object_object_length(enterprise) == 0)
        json_object_object_del(new, SCHEMA_ENTERPRISE);
    e = resource_check(&s->ctx, s->types->user, new, new); /* compared with itself: a report never prevents a leaver */
    if (e != OK)
        return e;
    user_facts(s, id, new, &facts);
    facts.active = db_bool(rows, row, REPORT_ACTIVE);
    facts.former = db_text(rows, row, REPORT_FORMER_USER_NAME_KEY);
    user_save(s, id, &facts, true, rows, row);
    session_event(s, "scim.user.updated", "scim_user", id, user_event(s, &member, old, new));
    return OK;
}

/* Reports in the order of their ids; `n`: how many of them could be changed. */
struct reports {
    const char **ids;
    size_t n;
};

/* A report that is damaged is left to the background. */
static enum err leave_reports(struct session *s, struct db_rows rows, struct reports *done) {
    enum { STEP = 16 }; /* reports in one pipeline */
    size_t n = db_count(rows);
    *done = (struct reports){.ids = arena_array(s->ctx.arena, n + 1, sizeof *done->ids)};
    for (size_t i = 0; i < n; i++) {
        if (leave_manager(s, rows, i) == OK)
            done->ids[done->n++] = db_text(rows, i, STORED_ID);
        else
            fail_clear(&s->ctx);
        enum err e = i % STEP == STEP - 1 ? db_run(&s->ctx, s->db, NULL) : OK;
        if (e != OK)
            return e;
    }
    return OK;
}

/*
 * Groups and reports follow, and the members of the reports: what the mapping makes of their manager. Nothing here
 * prevents the end of access.
 */
static enum err part_from_others(struct session *s, const struct removal *r, const struct found *found) {
    struct reports done = {0};
    enum err e = OK;
    s->touches_others = !s->leaves_others;
    if (!s->leaves_others)
        e = leave_reports(s, found->reports, &done);
    if (e == OK && (s->leaves_others || done.n < db_count(found->reports)))
        db_queue(s->db, sql_left_behind_add(.user_id = r->id));
    if (e != OK || !member_mapping_any(s))
        return e;
    e = member_mapping_apply_others(s, &r->id, 1);
    return e == OK ? member_mapping_apply_others(s, done.ids, done.n) : e;
}

static enum err delete_user_work(struct session *s, void *arg) {
    struct removal *r = arg;
    struct found found = {0};
    enum err e = begin_user_delete(s, r, &found);
    if (e == OK)
        e = answer_precondition(s, r->when, db_int(found.user, 0, STORED_VERSION));
    if (e != OK)
        return e;
    queue_user_removal(s, r, &found);
    return part_from_others(s, r, &found);
}

enum err user_delete(struct session *s, const char *id, const struct parts *lost, struct precondition when) {
    struct removal r = {.id = id, .lost = lost, .when = when};
    struct session_write w = {.work = delete_user_work, .arg = &r};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    enum err e = session_write(s, &w);
    for (; e != OK && r.again; r.overtaken++) {
        r.again = false;
        fail_clear(&s->ctx);
        e = session_write(s, &w);
    }
    return e;
}

/* One user whom another one left behind, and who that was. */
struct behind {
    const char *left, *id;
    bool group;
};

static enum err left_behind_work(struct session *s, void *arg) {
    const struct behind *b = arg;
    struct db_rows rows[2] = {0};
    size_t entered = session_queue_write(s, SESSION_SHARED, NULL, NULL);
    size_t report = b->group ? 0 : db_queue(s->db, sql_user_report_for_update(.user_id = b->left, .id = b->id));
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e == OK && b->group)
        db_queue(s->db, sql_left_behind_groups(.user_id = b->left, .at = session_now(s, 0), .request_id = s->request_id,
                                               .client_address = s->client_address, .group_id = b->id));
    if (e != OK || b->group || db_count(rows[report]) == 0)
        return e;
    e = leave_manager(s, rows[report], 0);
    return e == OK && member_mapping_any(s) ? member_mapping_apply_others(s, &b->id, 1) : e;
}

enum err user_left_behind(struct session *s, const char *left, const char *id, bool group) {
    struct behind b = {.left = left, .id = id, .group = group};
    struct session_write w = {.work = left_behind_work, .arg = &b};
    return session_write(s, &w);
}
