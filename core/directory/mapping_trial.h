#ifndef MUSTER_DIRECTORY_MAPPING_TRIAL_H
#define MUSTER_DIRECTORY_MAPPING_TRIAL_H

#include "directory/member_mapping.h"

/* What a mapping that is not in force would do to a member. */
struct mapping_trial {
    struct member_outcome outcome;
    bool active;       /* then */
    const char *email; /* that the member would take; NULL: theirs stays */
};

/*
 * Tries the session's mapping on a row of api_mapping_members: what mapping_job.h would do, without writing. An email
 * that another member has is not noticed: the act leaves such a user as it is. A user whose stored resource is broken
 * counts as no link. ERR_INTERNAL.
 */
enum err mapping_trial_member(struct session *s, struct db_rows rows, size_t row, struct mapping_trial *out)
    __attribute__((warn_unused_result));

#endif
