/* Links a group to another team, and separates a user from its member. */

#include "directory/relink.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/answer.h"
#include "directory/group_facts.h"
#include "directory/member_mapping.h"
#include "directory/user_facts.h"
#include "sql/scim.h"

#include <assert.h>
#include <string.h>

/* Runs the queued statements; returns the rows at this index of the batch. */
static enum err run(struct session *s, size_t at, struct db_rows *out) {
    struct db_rows rows[DB_BATCH] = {0};
    enum err e = db_run(&s->ctx, s->db, rows);
    *out = rows[at];
    return e;
}

/* Enters the connection, and runs a statement that locks what is to be changed. */
static enum err enter_relink(struct session *s, struct sql_call lock, struct db_rows *out) {
    struct db_rows rows[DB_BATCH] = {0};
    size_t entered = session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL), locked = db_queue(s->db, lock);
    enum err e = db_run(&s->ctx, s->db, rows);
    *out = rows[locked];
    return e == OK ? session_accept(s, rows[entered]) : e;
}

/* Recomputes the teams of groups from their effective members. */
static void queue_sync(struct session *s, const char *group_id) {
    const char *group = session_uuids(s, &group_id, 1);
    db_queue(s->db, sql_team_sync(.group_ids = group, .user_ids = "{}", .below_ids = group));
}

/* A group without a team gets one with its name, or the next free name. */
static enum err give_new_team(struct session *s, const char *group_id, const char *name) {
    struct db_rows taken;
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    enum err e = run(s, group_team_queue(s, name), &taken);
    if (e != OK)
        return e;
    uuid_new(id);
    const char *free_name = group_team_name(s, name, taken);
    db_queue(s->db, sql_team_insert(.id = id, .name = free_name,
                                    .name_key = fold_identity(s->ctx.arena, free_name, strlen(free_name)),
                                    .at = session_now(s, 0)));
    db_queue(s->db, sql_group_team_set(.group_id = group_id, .team_id = id));
    queue_sync(s, group_id);
    return OK;
}

struct relink {
    const char *group, *team;
};

static enum err group_name(struct session *s, struct db_rows group, const char **out) {
    struct json_object *resource;
    if (db_count(group) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, "there is no such group");
    enum err e = answer_restore(s, db_text(group, 0, STORED_RESOURCE), &resource);
    if (e == OK)
        *out = json_get_string(resource, "displayName");
    return e;
}

/* Frees the team for the link: another group that has it gets a team of its own. */
static enum err free_team(struct session *s, const struct relink *r) {
    struct db_rows team;
    enum err e = run(s, db_queue(s->db, sql_team_for_update(.id = r->team)), &team);
    if (e == OK && db_count(team) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, "there is no such team");
    const char *other = e == OK ? db_text(team, 0, TEAM_FOR_UPDATE_GROUP_ID) : NULL;
    if (e != OK || !other)
        return e;
    if (strcmp(db_text(team, 0, TEAM_FOR_UPDATE_GROUP_CONNECTION_ID), s->tenant.connection_id) != 0)
        return fail(&s->ctx, ERR_CONFLICT,
                    "the team is linked to the group \"%s\" of another connection: unlink that first",
                    db_text(team, 0, TEAM_FOR_UPDATE_GROUP_NAME));
    db_queue(s->db, sql_team_clear(.team_id = r->team));
    return give_new_team(s, other, db_text(team, 0, TEAM_FOR_UPDATE_GROUP_NAME));
}

static void queue_team_event(struct session *s, const char *action, const char *team, const char *group) {
    session_event(s, action, "team", team, arena_printf(s->ctx.arena, "{\"scim_group\":\"%s\"}", group));
}

/* The link ends: the old team keeps its people. The recomputation also looks at the teams of groups above. */
static enum err keep_old_team(struct session *s, const struct relink *r, const char *old, const char *name) {
    db_queue(s->db, sql_team_keep(.team_id = old));
    enum err e = give_new_team(s, r->group, name);
    if (e == OK)
        db_queue(s->db, sql_team_sweep());
    return e;
}

static enum err relink_work(struct session *s, void *arg) {
    struct relink *r = arg;
    struct db_rows group;
    const char *name = NULL;
    enum err e = enter_relink(s, sql_group_for_update(.id = r->group), &group);
    if (e == OK)
        e = group_name(s, group, &name);
    if (e != OK)
        return e;
    const char *old = db_text(group, 0, GROUP_FOR_UPDATE_TEAM_ID);
    if (r->team && strcmp(old, r->team) == 0)
        return OK;
    queue_team_event(s, "team.unlinked", old, r->group);
    if (!r->team)
        return keep_old_team(s, r, old, name);
    e = free_team(s, r);
    if (e != OK)
        return e;
    db_queue(s->db, sql_team_clear(.team_id = old)); /* by then: the other group may be one within this one */
    queue_team_event(s, "team.linked", r->team, r->group);
    db_queue(s->db, sql_group_team_set(.group_id = r->group, .team_id = r->team));
    queue_sync(s, r->group);
    db_queue(s->db, sql_team_sweep());
    return OK;
}

enum err relink_group(struct session *s, const char *group_id, const char *team_id) {
    assert(uuid_valid(group_id, strlen(group_id)));
    struct relink r = {.group = group_id, .team = team_id};
    struct session_write w = {.work = relink_work, .arg = &r};
    return session_write(s, &w);
}

/* The new member gets the user's data; the email stays with the old one. */
static void queue_member(struct session *s, const struct user_facts *f, const char *id) {
    db_queue(s->db,
             sql_member_insert(.id = id, .email = f->email, .first_name = f->first_name, .last_name = f->last_name,
                               .display_name = f->display_name, .external_id = f->external_id,
                               .status = f->active ? "active" : "deactivated", .at = session_now(s, 0)));
}

static enum err apart_work(struct session *s, void *arg) {
    const char *user = arg;
    struct json_object *resource;
    struct user_facts facts;
    struct db_rows row;
    char *member = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    enum err e = enter_relink(s, sql_user_for_update(.id = user), &row);
    if (e == OK && db_count(row) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, "there is no such link");
    if (e == OK)
        e = answer_restore(s, db_text(row, 0, STORED_RESOURCE), &resource);
    if (e != OK)
        return e;
    uuid_new(member);
    user_facts(s, user, resource, &facts);
    const char *old = db_text(row, 0, USER_FOR_UPDATE_MEMBER_ID);
    queue_member(s, &facts, member);
    db_queue(s->db, sql_member_clear(.member_id = old));
    db_queue(s->db, sql_user_member_set(.user_id = user, .member_id = member));
    user_sync_teams(s, user);
    session_event(s, "scim.user.unlinked", "scim_user", user,
                  arena_printf(s->ctx.arena, "{\"member\":\"%s\",\"before\":{\"member\":\"%s\"}}", member, old));
    return member_mapping_any(s) ? member_mapping_apply(s, (const char *const[]){user}, 1) : OK;
}

enum err relink_apart(struct session *s, const char *user_id) {
    struct session_write w = {.work = apart_work, .arg = (void *)user_id};
    return session_write(s, &w);
}
