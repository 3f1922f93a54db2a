/* Finds who joins and leaves a group when its members change. */

#include "directory/group_members.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "directory/member_mapping.h"
#include "sql/scim.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void push_id(struct session *s, struct id_list *l, const char *id) {
    if (l->n == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 16;
        const char **more = arena_array(s->ctx.arena, l->cap, sizeof *more);
        for (size_t i = 0; i < l->n; i++)
            more[i] = l->ids[i];
        l->ids = more;
    }
    l->ids[l->n++] = id;
}

static int compare_ids(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_unique(struct id_list *l) {
    size_t kept = 0;
    if (l->n)
        qsort(l->ids, l->n, sizeof *l->ids, compare_ids);
    for (size_t i = 0; i < l->n; i++)
        if (i == 0 || strcmp(l->ids[i], l->ids[kept - 1]) != 0)
            l->ids[kept++] = l->ids[i];
    l->n = kept;
}

static bool has_id(const struct id_list *l, const char *id) {
    return l->n && bsearch(&id, l->ids, l->n, sizeof *l->ids, compare_ids);
}

static size_t length_of(struct json_object *members) {
    return json_object_is_type(members, json_type_array) ? json_object_array_length(members) : 0;
}

static const char *value_at(struct json_object *members, size_t i) {
    const char *value = json_get_string(json_object_array_get_idx(members, i), "value");
    return value ? value : "";
}

void group_members_ids(struct session *s, struct json_object *members, struct id_list *out) {
    for (size_t i = 0, n = length_of(members); i < n; i++) {
        const char *value = value_at(members, i);
        if (uuid_valid(value, strlen(value)))
            push_id(s, out, value);
    }
    sort_unique(out);
}

struct group_targets_at group_members_queue_targets(struct session *s, const char *group_id,
                                                    const struct id_list *named, bool all) {
    const char *ids = session_uuids(s, named->ids, named->n), *all_members = all ? "true" : "false";
    struct group_targets_at at;
    at.users = db_queue(s->db, sql_group_target_users(.group_id = group_id, .ids = ids, .all_members = all_members));
    at.groups = db_queue(s->db, sql_group_target_groups(.group_id = group_id, .ids = ids, .all_members = all_members));
    at.levels = db_queue(s->db, sql_group_levels_above(.group_id = group_id));
    return at;
}

struct group_targets group_targets_of(const struct db_rows *rows, struct group_targets_at at, bool all) {
    return (struct group_targets){
        .users = rows[at.users], .groups = rows[at.groups], .levels = rows[at.levels], .all = all};
}

/* One member. If all members are there it has all shown parts, so that a filter in a path can use any of them. */
static struct json_object *member_object(struct session *s, const struct group_targets *t, struct db_rows rows,
                                         size_t row) {
    struct json_object *member = json_object_new_object();
    bool user = rows.result == t->users.result;
    const char *id = db_text(rows, row, TARGET_ID), *display = db_text(rows, row, TARGET_DISPLAY_NAME);
    const char *ref = arena_printf(s->ctx.arena, "%s/%s/%s", s->base_url, user ? "Users" : "Groups", id);
    json_object_object_add(member, "value", json_object_new_string(id));
    json_object_object_add(member, "type", json_object_new_string(user ? "User" : "Group"));
    if (t->all)
        json_object_object_add(member, "$ref", json_object_new_string(ref));
    if (t->all && display)
        json_object_object_add(member, "display", json_object_new_string(display));
    return member;
}

struct json_object *group_members_present(struct session *s, const struct group_targets *t) {
    struct json_object *members = json_new_array(s->ctx.arena);
    const struct db_rows both[] = {t->users, t->groups};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0, n = db_count(both[k]); i < n; i++) {
            if (!db_bool(both[k], i, TARGET_PRESENT))
                continue;
            json_object_array_add(members, member_object(s, t, both[k], i));
        }
    return members;
}

/* Checks that a joining group closes no circle and makes no chain too long. */
static enum err check_group_nesting(struct session *s, const char *group_id, const struct group_targets *t,
                                    size_t row) {
    int64_t above = group_id ? db_int(t->levels, 0, GROUP_LEVELS_ABOVE_LEVELS) : 1;
    if (db_bool(t->groups, row, GROUP_TARGET_GROUPS_CIRCLE))
        return fail(&s->ctx, ERR_INVALID_VALUE, "nested group would create a cycle");
    if (above + db_int(t->groups, row, GROUP_TARGET_GROUPS_DOWN) > NESTING_LEVELS)
        return fail(&s->ctx, ERR_INVALID_VALUE, "nested group depth exceeds %d", NESTING_LEVELS);
    return OK;
}

/* Sorts the known targets into joining and leaving; `known` receives all ids that exist. */
static enum err sort_targets(struct session *s, const char *group_id, const struct id_list *wanted,
                             const struct group_targets *t, struct group_members_change *out, struct id_list *known) {
    const struct db_rows both[] = {t->users, t->groups};
    struct id_list *in[] = {&out->users_in, &out->groups_in}, *gone[] = {&out->users_out, &out->groups_out};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0, n = db_count(both[k]); i < n; i++) {
            const char *id = db_text(both[k], i, TARGET_ID);
            bool is = db_bool(both[k], i, TARGET_PRESENT), shall = has_id(wanted, id);
            push_id(s, known, id);
            if (is && !shall)
                push_id(s, gone[k], id);
            if (is || !shall)
                continue;
            enum err e = k == 1 ? check_group_nesting(s, group_id, t, i) : OK;
            if (e != OK)
                return e;
            push_id(s, in[k], id);
        }
    sort_unique(known);
    return OK;
}

/*
 * Ids of removed users are stored but not shown, so a client cannot list them. If only such ids would leave, nobody
 * leaves.
 */
static void keep_hidden(const struct group_targets *t, struct group_members_change *c) {
    bool hidden = !c->users_in.n && !c->groups_in.n && !c->groups_out.n;
    for (size_t i = 0, n = db_count(t->users); hidden && i < n; i++)
        if (db_bool(t->users, i, GROUP_TARGET_USERS_LIVE) && has_id(&c->users_out, db_text(t->users, i, TARGET_ID)))
            hidden = false;
    if (hidden)
        c->users_out.n = 0;
}

/* Finds the display that came with each joining member. */
static void find_displays(struct session *s, struct json_object *wanted, struct group_members_change *c) {
    const struct id_list *in[] = {&c->users_in, &c->groups_in};
    struct id_list *displays[] = {&c->user_displays, &c->group_displays};
    struct json_object *by_id = json_new_object(s->ctx.arena);
    for (size_t i = 0, n = length_of(wanted); i < n; i++)
        json_object_object_add(by_id, value_at(wanted, i), json_object_get(json_object_array_get_idx(wanted, i)));
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < in[k]->n; i++)
            push_id(s, displays[k], json_get_string(json_get(by_id, in[k]->ids[i]), "display"));
}

enum err group_members_diff(struct session *s, const char *group_id, struct json_object *wanted,
                            const struct group_targets *t, struct group_members_change *out, struct id_list *skipped) {
    struct id_list ids = {0}, known = {0};
    group_members_ids(s, wanted, &ids);
    enum err e = sort_targets(s, group_id, &ids, t, out, &known);
    if (e == OK && t->all)
        keep_hidden(t, out);
    if (e == OK && (out->users_in.n || out->groups_in.n))
        find_displays(s, wanted, out);
    for (size_t i = 0, n = length_of(wanted); e == OK && i < n; i++) {
        const char *value = value_at(wanted, i);
        if (has_id(&known, value))
            continue;
        if (!s->tenant.skip_unknown_members)
            e = fail(&s->ctx, ERR_INVALID_VALUE, "members: \"%s\" is no user or group of this connection", value);
        else
            push_id(s, skipped, value);
    }
    return e;
}

bool group_members_any(const struct group_members_change *c) {
    return c->users_in.n || c->users_out.n || c->groups_in.n || c->groups_out.n;
}

int64_t group_members_growth(const struct group_members_change *c) {
    return (int64_t)(c->users_in.n + c->groups_in.n) - (int64_t)(c->users_out.n + c->groups_out.n);
}

static void queue_in(struct session *s, bool users, const char *group_id, const struct id_list *l,
                     const struct id_list *displays) {
    if (!l->n)
        return;
    const char **keys = arena_array(s->ctx.arena, l->n, sizeof *keys);
    for (size_t i = 0; i < l->n; i++) {
        const char *display = displays->ids[i];
        keys[i] = display ? fold_caseless(s->ctx.arena, display, strlen(display)) : NULL;
    }
    const char *ids = session_uuids(s, l->ids, l->n), *shown = session_texts(s, displays->ids, l->n);
    const char *folded = session_texts(s, keys, l->n);
    db_queue(s->db,
             users ? sql_group_users_add(.group_id = group_id, .ids = ids, .displays = shown, .display_keys = folded)
                   : sql_group_groups_add(.group_id = group_id, .ids = ids, .displays = shown, .display_keys = folded));
}

static void queue_out(struct session *s, bool users, const char *group_id, const struct id_list *l) {
    const char *ids = session_uuids(s, l->ids, l->n);
    if (l->n)
        db_queue(s->db, users ? sql_group_users_remove(.group_id = group_id, .ids = ids)
                              : sql_group_groups_remove(.group_id = group_id, .ids = ids));
}

void group_members_queue(struct session *s, const char *group_id, const struct group_members_change *c) {
    assert(db_in_transaction(s->db));
    struct id_list users = {0}, groups = {0};
    const struct id_list *from[] = {&c->users_in, &c->users_out, &c->groups_in, &c->groups_out};
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < from[k]->n; i++)
            push_id(s, k < 2 ? &users : &groups, from[k]->ids[i]);
    queue_in(s, true, group_id, &c->users_in, &c->user_displays);
    queue_out(s, true, group_id, &c->users_out);
    queue_in(s, false, group_id, &c->groups_in, &c->group_displays);
    queue_out(s, false, group_id, &c->groups_out);
    db_queue(s->db, sql_team_sync(.group_ids = session_uuids(s, &group_id, 1),
                                  .user_ids = session_uuids(s, users.ids, users.n),
                                  .below_ids = session_uuids(s, groups.ids, groups.n)));
    db_queue(s->db, sql_team_sweep());
    session_member_events(s, "scim.group.member_added", group_id, "User", c->users_in.ids, c->users_in.n);
    session_member_events(s, "scim.group.member_added", group_id, "Group", c->groups_in.ids, c->groups_in.n);
    session_member_events(s, "scim.group.member_removed", group_id, "User", c->users_out.ids, c->users_out.n);
    session_member_events(s, "scim.group.member_removed", group_id, "Group", c->groups_out.ids, c->groups_out.n);
}

enum err group_members_map(struct session *s, const struct group_members_change *c) {
    assert(db_in_transaction(s->db));
    const struct id_list *users[] = {&c->users_in, &c->users_out}, *groups[] = {&c->groups_in, &c->groups_out};
    enum err e = OK;
    for (size_t k = 0; e == OK && k < 2 && member_mapping_reads_groups(s); k++) {
        e = member_mapping_apply_others(s, users[k]->ids, users[k]->n);
        if (e == OK && groups[k]->n)
            e = member_mapping_apply_groups(s, groups[k]->ids, groups[k]->n);
    }
    return e;
}
