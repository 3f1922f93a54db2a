#ifndef MUSTER_DIRECTORY_USER_H
#define MUSTER_DIRECTORY_USER_H

#include "directory/answer.h"
#include "directory/session.h"
#include "protocol/patch.h"

/*
 * SCIM users, as the identity provider writes them, and their members. Each function is one request: it authenticates,
 * acts and audits in one transaction. `p` NULL: the default set of attributes.
 */

/*
 * POST, with the parsed body. `id`: the id for a new user, NULL: any; a returning user keeps the old id.
 * ERR_UNIQUENESS, ERR_CAP, and the errors of resource_from_body().
 */
enum err user_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                     struct answer *out) __attribute__((warn_unused_result));

/* PUT. ERR_NOT_FOUND, ERR_PRECONDITION, ERR_MUTABILITY (identity), ERR_UNIQUENESS. */
enum err user_replace(struct session *s, const struct change_request *r, struct answer *out)
    __attribute__((warn_unused_result));

/* PATCH, with the errors of PUT and of patch_parse() and patch_apply(). */
enum err user_patch(struct session *s, const struct change_request *r, struct answer *out)
    __attribute__((warn_unused_result));

/* DELETE; `lost`: parts that failed before (NULL: none), which are reported but never prevent it. */
enum err user_delete(struct session *s, const char *id, const struct parts *lost, struct precondition when)
    __attribute__((warn_unused_result));

/*
 * Does what the DELETE of the user `left` could not do to others, in the connection that the session entered: `id`, a
 * group or a report, loses it as a member or as the manager. Nothing if that is so already, or `left` came back.
 */
enum err user_left_behind(struct session *s, const char *left, const char *id, bool group)
    __attribute__((warn_unused_result));

/*
 * Changes a user whose email or status differs under a new attribute mapping, in the connection that the session
 * entered. ERR_UNIQUENESS: another member has the email.
 */
enum err user_remap(struct session *s, const char *id) __attribute__((warn_unused_result));

#endif
