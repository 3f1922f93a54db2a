#ifndef MUSTER_DIRECTORY_USER_LEAVE_H
#define MUSTER_DIRECTORY_USER_LEAVE_H

#include "directory/session.h"
#include "protocol/parts.h"

#include <json-c/json.h>
#include <stdbool.h>

/* How often an attempt failed by each kind of key that others have. */
struct leaving {
    unsigned user_name, external_id, values;
};

/* After ERR_UNIQUENESS: records which kind of key it was. false: a kind that cannot be left out. */
bool user_leave_yields(const struct session *s, struct leaving *l);

/*
 * Makes the new resource of an inactive user acceptable: values that another live user holds, and (lenient) an invalid
 * userName, stay as in `old`, and `parts` records that. After a collision of extension values it may need a round trip
 * of its own. ERR_INVALID_VALUE in strict dialect for an invalid userName.
 */
enum err user_leave(struct session *s, const char *id, const struct leaving *l, struct json_object *old,
                    struct json_object *resource, struct parts *parts) __attribute__((warn_unused_result));

#endif
