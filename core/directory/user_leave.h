#ifndef MUSTER_DIRECTORY_USER_LEAVE_H
#define MUSTER_DIRECTORY_USER_LEAVE_H

#include "directory/session.h"
#include "protocol/parts.h"

#include <json-c/json.h>
#include <stdbool.h>

/* What others have of the keys that a leaver's request brings: how often an attempt has failed by each. */
struct leaving {
    unsigned user_name, external_id, values;
};

/* After ERR_UNIQUENESS: notes whose key it was. false: none that a leaver can do without. */
bool user_leave_yields(const struct session *s, struct leaving *l);

/*
 * Makes the new resource of a user who is inactive with it one that nothing refuses: what another live user holds, and
 * (lenient) a userName that can be none, stays as `old` has it and is noted in `parts`. May take a round trip of its
 * own, after a collision of values of extensions. ERR_INVALID_VALUE in strict dialect for such a userName.
 */
enum err user_leave(struct session *s, const char *id, const struct leaving *l, struct json_object *old,
                    struct json_object *resource, struct parts *parts) __attribute__((warn_unused_result));

#endif
