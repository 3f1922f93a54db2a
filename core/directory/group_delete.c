/* DELETE of a group. */

#include "directory/group.h"
#include "directory/group_facts.h"
#include "directory/member_mapping.h"
#include "directory/unique.h"

#include "base/arena.h"
#include "base/uuid.h"
#include "sql/scim.h"

#include <string.h>

struct removal {
    const char *id;
    struct precondition when;
};

/* Rows of group_parents_for_update and group_for_update. */
struct found {
    struct db_rows parents, group;
};

static enum err begin_group_delete(struct session *s, const struct removal *r, struct found *out) {
    struct db_rows rows[3] = {0};
    size_t entered = session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    size_t parents = db_queue(s->db, sql_group_parents_for_update(.group_id = r->id));
    size_t group = db_queue(s->db, sql_group_for_update(.id = r->id));
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e == OK && db_count(rows[group]) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    *out = (struct found){rows[parents], rows[group]};
    return e == OK ? answer_precondition(s, r->when, db_int(out->group, 0, STORED_VERSION)) : e;
}

/*
 * First the groups above lose the members that came through this one. Then its team keeps its people, and the group is
 * removed.
 */
static enum err queue_group_removal(struct session *s, const struct removal *r, const struct found *found) {
    struct json_object *old;
    struct group_facts facts;
    size_t n = db_count(found->parents);
    const char **parents = arena_array(s->ctx.arena, n + 1, sizeof *parents);
    for (size_t i = 0; i < n; i++)
        parents[i] = db_text(found->parents, i, GROUP_PARENTS_FOR_UPDATE_ID);
    enum err e = answer_restore(s, db_text(found->group, 0, STORED_RESOURCE), &old);
    if (e == OK)
        e = group_facts(s, r->id, old, &facts);
    if (e != OK)
        return e;
    session_event(s, "scim.group.deleted", "scim_group", r->id, group_event(s, &facts, NULL, NULL));
    db_queue(s->db, sql_member_leave_groups(.member_id = r->id, .type = "Group", .at = session_now(s, 0),
                                            .request_id = s->request_id, .client_address = s->client_address));
    db_queue(s->db, sql_team_sync(.group_ids = session_uuids(s, parents, n), .user_ids = "{}",
                                  .below_ids = session_uuids(s, &r->id, 1)));
    db_queue(s->db, sql_team_sweep());
    db_queue(s->db, sql_team_keep(.team_id = db_text(found->group, 0, GROUP_FOR_UPDATE_TEAM_ID)));
    unique_queue(s, r->id, facts.unique, NULL);
    db_queue(s->db, sql_group_empty(.group_id = r->id));
    db_queue(s->db, sql_group_delete(.id = r->id));
    s->usage.groups--;
    return OK;
}

/* If a mapping reads groups: the people who lose this group, before it is removed. */
static enum err people_of(struct session *s, const char *id, const char ***ids, size_t *n) {
    struct db_rows rows[1] = {0};
    *n = 0;
    if (!member_mapping_reads_groups(s))
        return OK;
    size_t people = db_queue(s->db, sql_group_people(.group_ids = session_uuids(s, &id, 1),
                                                     .after = "00000000-0000-0000-0000-000000000000"));
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e != OK)
        return e;
    *ids = arena_array(s->ctx.arena, db_count(rows[people]) + 1, sizeof **ids);
    for (; *n < db_count(rows[people]); ++*n)
        (*ids)[*n] = db_text(rows[people], *n, GROUP_PEOPLE_ID);
    return OK;
}

static enum err delete_group_work(struct session *s, void *arg) {
    struct removal *r = arg;
    struct found found = {0};
    const char **people = NULL;
    size_t n = 0;
    enum err e = begin_group_delete(s, r, &found);
    if (e == OK)
        e = people_of(s, r->id, &people, &n);
    if (e == OK)
        e = queue_group_removal(s, r, &found);
    return e == OK ? member_mapping_apply_others(s, people, n) : e;
}

enum err group_delete(struct session *s, const char *id, struct precondition when) {
    struct removal r = {.id = id, .when = when};
    struct session_write w = {.work = delete_group_work, .arg = &r};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return session_write(s, &w);
}
