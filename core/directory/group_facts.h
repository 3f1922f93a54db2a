#ifndef MUSTER_DIRECTORY_GROUP_FACTS_H
#define MUSTER_DIRECTORY_GROUP_FACTS_H

#include "directory/group_members.h"
#include "directory/session.h"

#include <json-c/json.h>

/* The columns of scim_group, derived from a group's resource. */
struct group_facts {
    struct json_object *resource; /* normal form without members */
    const char *display_name;
    const char *display_name_key;
    const char *display_name_unique; /* NULL if names need not be unique */
    const char *external_id;
    const char *stored;
    const char *folded;
    const char *unique; /* unique_values() */
};

/*
 * Derives the facts; removes `members` from the resource. ERR_INVALID_VALUE for a blank name or one with control
 * characters.
 */
enum err group_facts(struct session *s, const char *id, struct json_object *resource, struct group_facts *out)
    __attribute__((warn_unused_result));

/* ERR_CAP if the group grows and would have more members than the organization allows. */
enum err group_check_members_cap(struct session *s, int64_t before, int64_t growth) __attribute__((warn_unused_result));

/* {"display_name", "before", "after", "skipped_members"}: the data of a group's event; NULL: absent. */
const char *group_event(struct session *s, const struct group_facts *before, const struct group_facts *after,
                        const struct id_list *skipped);

/* The first of "Name", "Name (SCIM)", "Name (SCIM 2)", ... that no team has, by the rows of team_names_like. */
const char *group_team_name(struct session *s, const char *name, struct db_rows taken);

/*
 * Queues team_names_like with the folded name and the folded beginning of its suffixed forms; returns the index of its
 * rows.
 */
size_t group_team_queue(struct session *s, const char *name);

#endif
