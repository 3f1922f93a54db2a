#ifndef MUSTER_DIRECTORY_ADOPT_H
#define MUSTER_DIRECTORY_ADOPT_H

#include "directory/session.h"

#include <stddef.h>

/*
 * Makes a SCIM user, linked and without externalId, for a batch of the members that have an email and none in this
 * connection that the session entered, so that an identity provider that imports (Okta) finds them. One transaction;
 * `adopted` receives how many, 0 when none are left.
 */
enum err adopt_members(struct session *s, size_t *adopted) __attribute__((warn_unused_result));

#endif
