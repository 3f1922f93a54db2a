#ifndef MUSTER_DIRECTORY_RELINK_H
#define MUSTER_DIRECTORY_RELINK_H

#include "directory/session.h"

/* Changes of links by an administrator, in a session that entered the connection. Each is one transaction. */

/*
 * Links a group to an existing team: members from the team's old link are replaced, others stay. The group that was
 * linked to the team before gets a new team. The group's old team keeps only members added otherwise. `team_id` NULL:
 * the group gets a new team, and the old one keeps its people. ERR_NOT_FOUND; ERR_CONFLICT: the team is linked to a
 * group of another connection.
 */
enum err relink_group(struct session *s, const char *group_id, const char *team_id) __attribute__((warn_unused_result));

/*
 * Separates a SCIM user from its member. The user gets a new member, whose email identifies nobody. The old member
 * keeps its status, and loses the teams that it had through this link. ERR_NOT_FOUND.
 */
enum err relink_apart(struct session *s, const char *user_id) __attribute__((warn_unused_result));

#endif
