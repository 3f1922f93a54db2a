#ifndef MUSTER_DIRECTORY_MEMBER_MAPPING_H
#define MUSTER_DIRECTORY_MEMBER_MAPPING_H

#include "directory/session.h"

#include <stddef.h>

/*
 * What an attribute mapping (protocol/mapping.h) makes of members: fields, role and public metadata, from all their
 * live, active links; of several links the oldest connection that gives a value wins. A member without such a link
 * keeps what it has.
 */

/* Whether the session's organization has a mapping of its own; and one that reads groups. */
bool member_mapping_any(const struct session *s);
bool member_mapping_reads_groups(const struct session *s);

/*
 * Runs what is queued, then recomputes the members behind these users and queues what changes, with an event for each
 * role. Members are locked, users and groups have to be. One round trip more.
 */
enum err member_mapping_apply(struct session *s, const char *const *user_ids, size_t n)
    __attribute__((warn_unused_result));

/* The same for every user of these groups and of those below them, a page at a time. */
enum err member_mapping_apply_groups(struct session *s, const char *const *group_ids, size_t n)
    __attribute__((warn_unused_result));

#endif
