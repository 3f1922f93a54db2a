#ifndef MUSTER_DIRECTORY_ADOPT_H
#define MUSTER_DIRECTORY_ADOPT_H

#include "directory/session.h"

#include <stddef.h>

/*
 * Makes linked SCIM users without externalId for a batch of members that have an email but no user in the session's
 * connection, so that an identity provider that imports (Okta) finds them. One transaction; `adopted` receives the
 * number, 0 when none are left. Members whose email is another's userName there are left out. ERR_CAP: the organization
 * has as many users as it may have.
 */
enum err adopt_members(struct session *s, size_t *adopted) __attribute__((warn_unused_result));

#endif
