#ifndef MUSTER_DIRECTORY_GROUP_H
#define MUSTER_DIRECTORY_GROUP_H

#include "directory/answer.h"
#include "directory/session.h"

/* SCIM groups and their linked teams. Each function is one request, as in user.h. */

/* `id`: the id for the new group, NULL: any. */
enum err group_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                      struct answer *out) __attribute__((warn_unused_result));

enum err group_replace(struct session *s, const struct change_request *r, struct answer *out)
    __attribute__((warn_unused_result));

/*
 * PATCH. `out->json` is NULL if the answer has no body: in lenient dialect for a group with more than 100 members after
 * the change, unless the projection leaves them out or a body is asked for. A change of n members costs O(n).
 */
enum err group_patch(struct session *s, const struct change_request *r, struct answer *out)
    __attribute__((warn_unused_result));

enum err group_delete(struct session *s, const char *id, struct precondition when) __attribute__((warn_unused_result));

#endif
