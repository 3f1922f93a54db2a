#include "directory/group.h"
#include "directory/group_facts.h"
#include "directory/group_members.h"
#include "directory/member_mapping.h"
#include "directory/read.h"
#include "directory/unique.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"

#include <inttypes.h>
#include <string.h>

/* A POST /Groups on its way. */
struct creation {
    const char *wanted; /* the id of a new one; NULL: any */
    struct json_object *body;
    const struct projection *p;
    struct session_write *w;
    char id[UUID_TEXT + 1];
};

enum { ROW_AUTH, ROW_NAME, ROW_TEAMS, ROW_USAGE, ROW_USERS, ROW_GROUPS, ROW_LEVELS, ROWS };

static enum err first_batch(struct session *s, struct json_object *resource, struct db_rows *rows) {
    struct id_list named = {0};
    const char *name = json_get_string(resource, "displayName");
    group_member_ids(s, json_get(resource, "members"), &named);
    const char *taken[] = {fold_identity(s->ctx.arena, name, strlen(name)), NULL};
    session_queue_write(s, SESSION_MEMBERS, session_uuids(s, named.ids, named.n), NULL);
    db_add(s->db, SQL_GROUP_NAME_TAKEN, taken);
    group_team_queue(s, name);
    db_add(s->db, SQL_USAGE, NULL);
    group_targets_queue(s, NULL, &named, false);
    enum err e = db_run(&s->ctx, s->db, rows);
    return e == OK ? session_accept(s, rows[ROW_AUTH]) : e;
}

static enum err check(struct session *s, struct db_rows *rows) {
    int64_t cap = s->tenant.max_groups;
    if (s->tenant.unique_group_names && db_bool(rows[ROW_NAME], 0, "taken"))
        return fail(&s->ctx, ERR_UNIQUENESS, "a group with this displayName exists already");
    if (cap != NO_CAP && db_int(rows[ROW_USAGE], 0, "groups") >= cap)
        return fail(&s->ctx, ERR_CAP, "the organization's limit of %" PRId64 " groups is reached", cap);
    return OK;
}

static const char *new_team(struct session *s, const struct group_facts *f, struct db_rows taken) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    const char *name = group_team_name(s, f->display_name, taken);
    uuid_new(id);
    const char *params[] = {id, name, fold_identity(s->ctx.arena, name, strlen(name)), session_now(s, 0)};
    db_add(s->db, SQL_TEAM_INSERT, params);
    return id;
}

static void queue_group(struct session *s, const struct creation *c, const struct group_facts *f, struct db_rows *rows,
                        const struct group_change *change, const struct id_list *skipped) {
    const char *team = new_team(s, f, rows[ROW_TEAMS]);
    const char *params[] = {c->id,
                            team,
                            f->display_name,
                            f->display_name_key,
                            f->display_name_unique,
                            f->external_id,
                            f->stored,
                            f->folded,
                            session_now(s, 0),
                            arena_printf(s->ctx.arena, "%" PRId64, group_change_growth(change))};
    const char *count[] = {arena_printf(s->ctx.arena, "%d", s->slot), "0", "1"};
    db_add(s->db, SQL_GROUP_INSERT, params);
    unique_queue(s, c->id, NULL, f->unique);
    session_event(s, "scim.group.created", "scim_group", c->id, group_event(s, NULL, f, skipped));
    session_note_usage(s, "max_groups", db_int(rows[ROW_USAGE], 0, "groups"), s->tenant.max_groups);
    if (group_change_any(change))
        group_change_queue(s, c->id, change);
    db_add(s->db, SQL_USAGE_ADD, count);
}

static enum err work(struct session *s, void *arg) {
    struct creation *c = arg;
    struct db_rows rows[ROWS] = {0};
    struct json_object *resource, *members;
    struct group_facts f;
    struct group_change change = {0};
    struct id_list skipped = {0};
    enum err e =
        resource_from_body(&s->ctx, s->types->group, (struct dialect){.lenient = true}, c->body, NULL, &resource);
    if (e == OK)
        e = first_batch(s, resource, rows);
    if (e == OK && !s->tenant.dialect.lenient)
        e = resource_from_body(&s->ctx, s->types->group, s->tenant.dialect, c->body, NULL, &resource);
    if (e == OK)
        e = check(s, rows);
    if (e != OK)
        return e;
    struct group_targets t = {.users = rows[ROW_USERS], .groups = rows[ROW_GROUPS], .levels = rows[ROW_LEVELS]};
    members = json_keep(s->ctx.arena, json_get(resource, "members"));
    e = group_members_diff(s, NULL, members, &t, &change, &skipped);
    if (c->wanted)
        memcpy(c->id, c->wanted, sizeof c->id);
    else
        uuid_new(c->id);
    if (e == OK)
        e = group_facts(s, c->id, resource, &f);
    if (e == OK)
        e = group_check_members_cap(s, 0, group_change_growth(&change));
    if (e != OK)
        return e;
    queue_group(s, c, &f, rows, &change, &skipped);
    const char *id = c->id;
    if (group_change_any(&change) && member_mapping_reads_groups(s))
        e = member_mapping_apply_groups(s, &id, 1);
    if (e != OK)
        return e;
    read_queue_answer(s, &read_groups, c->w, c->id, c->p);
    return OK;
}

enum err group_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                      struct answer *out) {
    struct creation c = {.wanted = id, .body = body, .p = p};
    struct session_write w = {.work = work, .arg = &c};
    c.w = &w;
    enum err e = session_write(s, &w);
    if (e == ERR_UNIQUENESS && unique_taken(s))
        return unique_refused(s, s->types->group);
    return e == OK ? read_answer(s, &read_groups, &w, c.id, p, out) : e;
}
