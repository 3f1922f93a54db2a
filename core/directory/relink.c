#include "directory/relink.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/answer.h"
#include "directory/group_facts.h"
#include "directory/member_mapping.h"
#include "directory/user_facts.h"

#include <string.h>

/* Runs what is queued; the rows of the last statement. */
static enum err run_last(struct session *s, struct db_rows *out) {
    struct db_rows rows[DB_BATCH] = {0};
    size_t last = db_queued(s->db) - 1;
    enum err e = db_run(&s->ctx, s->db, rows);
    *out = rows[last];
    return e;
}

static enum err enter(struct session *s) {
    struct db_rows row;
    session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    enum err e = run_last(s, &row);
    return e == OK ? session_accept(s, row) : e;
}

/* The teams of groups, made of their effective members anew. */
static void queue_sync(struct session *s, const char *group_id) {
    const char *group = session_uuids(s, &group_id, 1), *sync[] = {group, "{}", group};
    db_add_once(s->db, SQL_TEAM_SYNC, sync);
}

/* A group that has no team any more gets one of its name, or of the next free one. */
static enum err new_team(struct session *s, const char *group_id, const char *name) {
    struct db_rows taken;
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    group_team_queue(s, name);
    enum err e = run_last(s, &taken);
    if (e != OK)
        return e;
    uuid_new(id);
    const char *free_name = group_team_name(s, name, taken);
    const char *insert[] = {id, free_name, fold_identity(s->ctx.arena, free_name, strlen(free_name)),
                            session_now(s, 0)};
    const char *link[] = {group_id, id};
    db_add(s->db, SQL_TEAM_INSERT, insert);
    db_add(s->db, SQL_GROUP_TEAM_SET, link);
    queue_sync(s, group_id);
    return OK;
}

struct relink {
    const char *group, *team;
};

static enum err group_name(struct session *s, const char *group_id, struct db_rows *group, const char **out) {
    struct json_object *resource;
    db_add(s->db, SQL_GROUP_FOR_UPDATE, &group_id);
    enum err e = run_last(s, group);
    if (e == OK && db_count(*group) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, "there is no such group");
    if (e == OK)
        e = answer_restore(s, db_text(*group, 0, "resource"), &resource);
    if (e == OK)
        *out = json_get_string(resource, "displayName");
    return e;
}

/* The team as it shall be linked; its group, if it is another one, gets a team of its own. */
static enum err free_team(struct session *s, const struct relink *r) {
    struct db_rows team;
    db_add(s->db, SQL_TEAM_FOR_UPDATE, &r->team);
    enum err e = run_last(s, &team);
    if (e == OK && db_count(team) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, "there is no such team");
    const char *other = e == OK ? db_text(team, 0, "group_id") : NULL;
    if (e != OK || !other)
        return e;
    if (strcmp(db_text(team, 0, "group_connection_id"), s->tenant.connection_id) != 0)
        return fail(&s->ctx, ERR_CONFLICT,
                    "the team is linked to the group \"%s\" of another connection: unlink that first",
                    db_text(team, 0, "group_name"));
    db_add(s->db, SQL_TEAM_CLEAR, &r->team);
    return new_team(s, other, db_text(team, 0, "group_name"));
}

static void tell(struct session *s, const char *action, const char *team, const char *group) {
    session_event(s, action, "team", team, arena_printf(s->ctx.arena, "{\"scim_group\":\"%s\"}", group));
}

static enum err relink_work(struct session *s, void *arg) {
    struct relink *r = arg;
    struct db_rows group;
    const char *name = NULL;
    enum err e = enter(s);
    if (e == OK)
        e = group_name(s, r->group, &group, &name);
    if (e != OK)
        return e;
    const char *old = db_text(group, 0, "team_id"), *link[] = {r->group, r->team};
    if (r->team && strcmp(old, r->team) == 0)
        return OK;
    tell(s, "team.unlinked", old, r->group);
    db_add(s->db, r->team ? SQL_TEAM_CLEAR : SQL_TEAM_KEEP, &old);
    if (!r->team)
        return new_team(s, r->group, name);
    e = free_team(s, r);
    if (e != OK)
        return e;
    tell(s, "team.linked", r->team, r->group);
    db_add(s->db, SQL_GROUP_TEAM_SET, link);
    queue_sync(s, r->group);
    db_add(s->db, SQL_TEAM_SWEEP, NULL);
    return OK;
}

enum err relink_group(struct session *s, const char *group_id, const char *team_id) {
    struct relink r = {.group = group_id, .team = team_id};
    struct session_write w = {.work = relink_work, .arg = &r};
    return session_write(s, &w);
}

/* The new member is what the user says; the email stays with the old one. */
static enum err queue_member(struct session *s, const struct user_facts *f, const char *id) {
    const char *params[] = {id,
                            f->email,
                            NULL,
                            f->first_name,
                            f->last_name,
                            f->display_name,
                            f->external_id,
                            f->active ? "active" : "deactivated",
                            session_now(s, 0)};
    db_add(s->db, SQL_MEMBER_INSERT, params);
    return OK;
}

static enum err apart_work(struct session *s, void *arg) {
    const char *user = arg, *for_update[] = {user, s->base_url};
    struct json_object *resource;
    struct user_facts facts;
    struct db_rows row;
    char *member = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    enum err e = enter(s);
    if (e != OK)
        return e;
    db_add(s->db, SQL_USER_FOR_UPDATE, for_update);
    e = run_last(s, &row);
    if (e == OK && db_count(row) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, "there is no such link");
    if (e == OK)
        e = answer_restore(s, db_text(row, 0, "resource"), &resource);
    if (e != OK)
        return e;
    uuid_new(member);
    user_facts(s, user, resource, &facts);
    const char *old = db_text(row, 0, "member_id"), *link[] = {user, member};
    e = queue_member(s, &facts, member);
    db_add(s->db, SQL_MEMBER_CLEAR, &old);
    db_add(s->db, SQL_USER_MEMBER_SET, link);
    user_sync_teams(s, user);
    session_event(s, "scim.user.unlinked", "scim_user", user,
                  arena_printf(s->ctx.arena, "{\"member\":\"%s\",\"before\":{\"member\":\"%s\"}}", member, old));
    return e == OK && member_mapping_any(s) ? member_mapping_apply(s, (const char *const[]){user}, 1) : e;
}

enum err relink_apart(struct session *s, const char *user_id) {
    struct session_write w = {.work = apart_work, .arg = (void *)user_id};
    return session_write(s, &w);
}
