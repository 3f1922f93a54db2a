#ifndef MUSTER_DIRECTORY_MEMBER_MAPPING_H
#define MUSTER_DIRECTORY_MEMBER_MAPPING_H

#include "directory/session.h"

#include <stddef.h>

/*
 * Applies an attribute mapping (protocol/mapping.h) to members: fields, role and public metadata come from all their
 * live, active links. If several links give a value, the oldest connection wins. A member without such a link keeps its
 * values.
 */

/* Whether the session's organization has a mapping of its own; and whether it reads groups. */
bool member_mapping_any(const struct session *s);
bool member_mapping_reads_groups(const struct session *s);

/* One member: the present state and that which the mapping makes. */
struct member_outcome {
    const char *id, *role_before, *role;
    struct json_object *before, *fields; /* the names and public_metadata; both empty without a link */
    bool active, changed;                /* active: now; changed: role or fields */
};

/*
 * What the session's mapping, with what it resets, makes of a member: a row of MAPPED_*, and the live and active links
 * as {"resource", "groups"}, the oldest connection first; NULL: there are none, so everything stays. Writes nothing.
 * ERR_TOO_MANY, ERR_INTERNAL (the stored row is broken).
 */
enum err member_mapping_outcome(struct session *s, struct db_rows rows, size_t row, struct json_object *links,
                                struct member_outcome *o) __attribute__((warn_unused_result));

/* ERR_TOO_MANY: the time that the session has for a mapping is over. */
enum err member_mapping_in_time(struct session *s) __attribute__((warn_unused_result));

/*
 * Runs the queued statements, then recomputes the members of these users and queues the changes, with an event for each
 * role. Locks the members; the caller has locked users and groups. One more round trip.
 */
enum err member_mapping_apply(struct session *s, const char *const *user_ids, size_t n)
    __attribute__((warn_unused_result));

/*
 * The same for others than those whom the request is about, a page at a time, and for at most two seconds of a request:
 * nothing is refused because of them. Those who are left are mapped in the background (mapping_job.h).
 */
enum err member_mapping_apply_others(struct session *s, const char *const *user_ids, size_t n)
    __attribute__((warn_unused_result));

/* member_mapping_apply_others() for every user of these groups and of those below them. */
enum err member_mapping_apply_groups(struct session *s, const char *const *group_ids, size_t n)
    __attribute__((warn_unused_result));

#endif
