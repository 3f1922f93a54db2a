/* POST of a group. */

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
#include "sql/scim.h"

#include <inttypes.h>
#include <string.h>

/* The state of a POST /Groups. */
struct creation {
    const char *wanted; /* the id of a new one; NULL: any */
    struct json_object *body;
    const struct projection *p;
    struct session_write *w;
    char id[UUID_TEXT + 1];
};

/* The results of the first batch: rows of group_name_taken, team_names_like and usage. */
struct found {
    struct db_rows name, teams, usage;
    struct group_targets targets;
};

static enum err begin_group_create(struct session *s, struct json_object *resource, struct found *out) {
    struct db_rows rows[7] = {0};
    struct id_list named = {0};
    const char *name = json_get_string(resource, "displayName");
    group_members_ids(s, json_get(resource, "members"), &named);
    const char *key = fold_identity(s->ctx.arena, name, strlen(name));
    size_t entered = session_queue_write(s, SESSION_MEMBERS, session_uuids(s, named.ids, named.n), NULL);
    size_t taken = db_queue(s->db, sql_group_name_taken(.display_name_unique = key));
    size_t teams = group_team_queue(s, name), usage = db_queue(s->db, sql_usage());
    struct group_targets_at at = group_members_queue_targets(s, NULL, &named, false);
    enum err e = db_run(&s->ctx, s->db, rows);
    *out = (struct found){rows[taken], rows[teams], rows[usage], group_targets_of(rows, at, false)};
    return e == OK ? session_accept(s, rows[entered]) : e;
}

/* How many groups the organization has, with those that this transaction has made. */
static int64_t groups_used(struct session *s, const struct found *found) {
    return db_int(found->usage, 0, USAGE_GROUPS) + s->usage.groups;
}

static enum err check_new_group(struct session *s, const struct found *found) {
    int64_t cap = s->tenant.max_groups;
    if (s->tenant.unique_group_names && db_bool(found->name, 0, GROUP_NAME_TAKEN_TAKEN))
        return fail(&s->ctx, ERR_UNIQUENESS, "a group with this displayName exists already");
    if (cap != NO_CAP && groups_used(s, found) >= cap)
        return fail(&s->ctx, ERR_CAP, "the organization's limit of %" PRId64 " groups is reached", cap);
    return OK;
}

static const char *queue_new_team(struct session *s, const struct group_facts *f, struct db_rows taken) {
    char *id = arena_alloc(s->ctx.arena, UUID_TEXT + 1);
    const char *name = group_team_name(s, f->display_name, taken);
    uuid_new(id);
    db_queue(s->db, sql_team_insert(.id = id, .name = name, .name_key = fold_identity(s->ctx.arena, name, strlen(name)),
                                    .at = session_now(s, 0)));
    return id;
}

static void queue_group(struct session *s, const struct creation *c, const struct group_facts *f,
                        const struct found *found, const struct group_members_change *change,
                        const struct id_list *skipped) {
    const char *team = queue_new_team(s, f, found->teams);
    const char *members = arena_printf(s->ctx.arena, "%" PRId64, group_members_growth(change));
    db_queue(s->db,
             sql_group_insert(.id = c->id, .team_id = team, .display_name = f->display_name,
                              .display_name_key = f->display_name_key, .display_name_unique = f->display_name_unique,
                              .external_id = f->external_id, .resource = f->stored, .folded = f->folded,
                              .at = session_now(s, 0), .member_count = members));
    unique_queue(s, c->id, NULL, f->unique);
    session_event(s, "scim.group.created", "scim_group", c->id, group_event(s, NULL, f, skipped));
    session_note_usage(s, "max_groups", groups_used(s, found), s->tenant.max_groups);
    if (group_members_any(change))
        group_members_queue(s, c->id, change);
    s->usage.groups++;
}

static enum err create_group_work(struct session *s, void *arg) {
    struct creation *c = arg;
    struct found found = {0};
    struct json_object *resource, *members;
    struct group_facts f;
    struct group_members_change change = {0};
    struct id_list skipped = {0};
    enum err e =
        resource_from_body(&s->ctx, s->types->group, (struct dialect){.lenient = true}, c->body, NULL, &resource);
    if (e == OK)
        e = begin_group_create(s, resource, &found);
    if (e == OK && !s->tenant.dialect.lenient)
        e = resource_from_body(&s->ctx, s->types->group, s->tenant.dialect, c->body, NULL, &resource);
    if (e == OK)
        e = check_new_group(s, &found);
    if (e != OK)
        return e;
    members = json_keep(s->ctx.arena, json_get(resource, "members"));
    e = group_members_diff(s, NULL, members, &found.targets, &change, &skipped);
    if (c->wanted)
        memcpy(c->id, c->wanted, sizeof c->id);
    else
        uuid_new(c->id);
    if (e == OK)
        e = group_facts(s, c->id, resource, &f);
    if (e == OK)
        e = group_check_members_cap(s, 0, group_members_growth(&change));
    if (e != OK)
        return e;
    queue_group(s, c, &f, &found, &change, &skipped);
    const char *id = c->id;
    if (group_members_any(&change) && member_mapping_reads_groups(s))
        e = member_mapping_apply_groups(s, &id, 1);
    if (e != OK)
        return e;
    read_queue_answer(s, &read_groups, c->w, c->id, c->p);
    return OK;
}

enum err group_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                      struct answer *out) {
    struct creation c = {.wanted = id, .body = body, .p = p};
    struct session_write w = {.work = create_group_work, .arg = &c};
    c.w = &w;
    enum err e = session_write(s, &w);
    if (e == ERR_UNIQUENESS && unique_taken(s))
        return unique_refused(s, s->types->group);
    return e == OK ? read_answer(s, &read_groups, &w, c.id, p, out) : e;
}
