#ifndef MUSTER_DIRECTORY_USER_H
#define MUSTER_DIRECTORY_USER_H

#include "directory/answer.h"
#include "directory/session.h"
#include "protocol/patch.h"

/*
 * SCIM users: what the identity provider writes, reconciled with members. Each function is one request: it
 * authenticates, acts and audits in one transaction. `p` NULL: the default set of attributes.
 */

/* The parsed body of a POST. `id`: what a new user gets, NULL: any; one who comes back keeps his. ERR_UNIQUENESS,
 * ERR_CAP, and the errors of resource_from_body(). */
enum err user_create(struct session *s, const char *id, struct json_object *body, const struct projection *p,
                     struct answer *out) __attribute__((warn_unused_result));

/* PUT. ERR_NOT_FOUND, ERR_PRECONDITION, ERR_MUTABILITY (identity), ERR_UNIQUENESS. */
enum err user_replace(struct session *s, const struct change_request *r, struct answer *out)
    __attribute__((warn_unused_result));

/* PATCH, with the errors of PUT and of patch_parse() and patch_apply(). */
enum err user_patch(struct session *s, const struct change_request *r, struct answer *out)
    __attribute__((warn_unused_result));

/* DELETE; what failed before (NULL: nothing) is told, and never stands in its way. */
enum err user_delete(struct session *s, const char *id, const struct parts *lost, struct precondition when)
    __attribute__((warn_unused_result));

/*
 * A user whose email or status another attribute mapping makes another: as a change of it, in the connection that the
 * session entered. ERR_UNIQUENESS: another member has the email.
 */
enum err user_remap(struct session *s, const char *id) __attribute__((warn_unused_result));

#endif
