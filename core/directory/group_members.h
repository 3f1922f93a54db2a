#ifndef MUSTER_DIRECTORY_GROUP_MEMBERS_H
#define MUSTER_DIRECTORY_GROUP_MEMBERS_H

#include "directory/session.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

enum { NESTING_LEVELS = 3 };

/* A list of ids that grows in the arena. */
struct id_list {
    const char **ids;
    size_t n, cap;
};

/* What the first batch of a group's write found about the users and groups that it names or has. */
struct group_targets {
    struct db_rows users;  /* rows of group_target_users, in the order of the ids */
    struct db_rows groups; /* rows of group_target_groups */
    struct db_rows levels; /* rows of group_levels_above; no result: a new group, one level */
    bool all;              /* they include every member */
};

/*
 * The changes: the ids that join and leave, and the client's names for those who join, in the same order (NULL: none
 * given).
 */
struct group_members_change {
    struct id_list users_in, users_out, groups_in, groups_out;
    struct id_list user_displays, group_displays;
};

/* The ids of `members` (normal form) that are UUIDs of our form, without duplicates. Other ids cannot exist. */
void group_members_ids(struct session *s, struct json_object *members, struct id_list *out);

/* The indexes of the rows about targets in a batch. */
struct group_targets_at {
    size_t users, groups, levels;
};

/* Queues the statements about the targets; `group_id` NULL: a new group (levels then has no meaning). */
struct group_targets_at group_members_queue_targets(struct session *s, const char *group_id,
                                                    const struct id_list *named, bool all);

/* The targets, from the rows of the batch. */
struct group_targets group_targets_of(const struct db_rows *rows, struct group_targets_at at, bool all);

/* Those targets that are members of the group, as `members` of a resource in normal form. */
struct json_object *group_members_present(struct session *s, const struct group_targets *t);

/*
 * Compares the wanted members with the present ones. ERR_INVALID_VALUE: an id that is unknown in this connection (with
 * unknown_members: skip it is left out and listed in `skipped`), a cycle, or a chain of more than NESTING_LEVELS.
 */
enum err group_members_diff(struct session *s, const char *group_id, struct json_object *wanted,
                            const struct group_targets *t, struct group_members_change *out, struct id_list *skipped)
    __attribute__((warn_unused_result));

bool group_members_any(const struct group_members_change *c);

/* By how many members the group grows (or shrinks, if negative). */
int64_t group_members_growth(const struct group_members_change *c);

/* Runs the queued statements, then recomputes the members whose groups changed, if a mapping reads groups. */
enum err group_members_map(struct session *s, const struct group_members_change *c) __attribute__((warn_unused_result));

/* Queues the rows, the audit events and the teams of a change. */
void group_members_queue(struct session *s, const char *group_id, const struct group_members_change *c);

#endif
