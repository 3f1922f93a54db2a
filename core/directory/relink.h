#ifndef MUSTER_DIRECTORY_RELINK_H
#define MUSTER_DIRECTORY_RELINK_H

#include "directory/session.h"

/*
 * Links that an administrator changes, in a session that entered the connection. Each is one transaction.
 */

/*
 * Links a group to a team that exists: members added otherwise stay, those of its old link are replaced. The group that
 * was linked to it, and the team that the group had, are left by themselves: that group with a new team, that team with
 * the members added otherwise. `team_id` NULL: the group gets a new team, and the old one keeps its people.
 * ERR_NOT_FOUND; ERR_CONFLICT: the team is linked to a group of another connection.
 */
enum err relink_group(struct session *s, const char *group_id, const char *team_id) __attribute__((warn_unused_result));

/*
 * Parts a SCIM user from its member: the user gets a member of its own, whose email identifies nobody; the one it had
 * keeps its status, and loses the teams that it had by this link. ERR_NOT_FOUND.
 */
enum err relink_apart(struct session *s, const char *user_id) __attribute__((warn_unused_result));

#endif
