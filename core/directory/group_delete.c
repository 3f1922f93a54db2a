#include "directory/group.h"
#include "directory/group_facts.h"
#include "directory/member_mapping.h"
#include "directory/unique.h"

#include "base/arena.h"
#include "base/uuid.h"

#include <string.h>

struct removal {
    const char *id;
    struct precondition when;
};

enum { ROW_AUTH, ROW_PARENTS, ROW_GROUP, ROWS };

static enum err first_batch(struct session *s, const struct removal *r, struct db_rows *rows) {
    const char *id[] = {r->id};
    session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    db_add(s->db, SQL_GROUP_PARENTS_FOR_UPDATE, id);
    db_add(s->db, SQL_GROUP_FOR_UPDATE, id);
    enum err e = db_run(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[ROW_AUTH]);
    if (e == OK && db_count(rows[ROW_GROUP]) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return e == OK ? answer_precondition(s, r->when, db_int(rows[ROW_GROUP], 0, "version")) : e;
}

/* First the groups above lose what came through this one; then its team keeps its people, and it goes. */
static enum err queue_removal(struct session *s, const struct removal *r, struct db_rows *rows) {
    struct json_object *old;
    struct group_facts facts;
    size_t n = db_count(rows[ROW_PARENTS]);
    const char **parents = arena_array(s->ctx.arena, n + 1, sizeof *parents);
    for (size_t i = 0; i < n; i++)
        parents[i] = db_text(rows[ROW_PARENTS], i, "id");
    enum err e = answer_restore(s, db_text(rows[ROW_GROUP], 0, "resource"), &old);
    if (e == OK)
        e = group_facts(s, r->id, old, &facts);
    if (e != OK)
        return e;
    const char *now = session_now(s, 0);
    const char *leave[] = {r->id, now, s->request_id, s->client_address};
    const char *sync[] = {session_uuids(s, parents, n), "{}", session_uuids(s, &r->id, 1)};
    const char *team[] = {db_text(rows[ROW_GROUP], 0, "team_id")};
    const char *id[] = {r->id};
    const char *count[] = {arena_printf(s->ctx.arena, "%d", s->slot), "0", "-1"};
    session_event(s, "scim.group.deleted", "scim_group", r->id, group_event(s, &facts, NULL, NULL));
    db_add(s->db, SQL_GROUP_LEAVE_PARENTS, leave);
    db_add_once(s->db, SQL_TEAM_SYNC, sync);
    db_add(s->db, SQL_TEAM_SWEEP, NULL);
    db_add(s->db, SQL_TEAM_KEEP, team);
    unique_queue(s, r->id, facts.unique, NULL);
    db_add(s->db, SQL_GROUP_EMPTY, id);
    db_add(s->db, SQL_GROUP_DELETE, id);
    db_add(s->db, SQL_USAGE_ADD, count);
    return OK;
}

/* Where a mapping reads groups: the people who lose this one, before it goes. */
static enum err people_of(struct session *s, const char *id, const char ***ids, size_t *n) {
    struct db_rows rows = {0};
    const char *params[] = {session_uuids(s, &id, 1), "00000000-0000-0000-0000-000000000000", NULL};
    *n = 0;
    if (!member_mapping_reads_groups(s))
        return OK;
    db_add(s->db, SQL_GROUP_PEOPLE, params);
    enum err e = db_run(&s->ctx, s->db, &rows);
    if (e != OK)
        return e;
    *ids = arena_array(s->ctx.arena, db_count(rows) + 1, sizeof **ids);
    for (; *n < db_count(rows); ++*n)
        (*ids)[*n] = db_text(rows, *n, "id");
    return OK;
}

static enum err work(struct session *s, void *arg) {
    struct removal *r = arg;
    struct db_rows rows[ROWS] = {0};
    const char **people = NULL;
    size_t n = 0;
    enum err e = first_batch(s, r, rows);
    if (e == OK)
        e = people_of(s, r->id, &people, &n);
    if (e == OK)
        e = queue_removal(s, r, rows);
    return e == OK ? member_mapping_apply(s, people, n) : e;
}

enum err group_delete(struct session *s, const char *id, struct precondition when) {
    struct removal r = {.id = id, .when = when};
    struct session_write w = {.work = work, .arg = &r};
    if (!uuid_valid(id, strlen(id)))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    return session_write(s, &w);
}
