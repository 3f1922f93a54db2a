#ifndef MUSTER_DIRECTORY_ADOPT_H
#define MUSTER_DIRECTORY_ADOPT_H

#include "base/db.h"
#include "base/fail.h"

#include <stddef.h>

/*
 * Makes a SCIM user, linked and without externalId, for a batch of the members that have an email and none in this
 * connection, so that an identity provider that imports (Okta) finds them. One transaction; `adopted` receives how
 * many, 0 when none are left. The database role is the operator's.
 */
enum err adopt_members(struct ctx *ctx, struct db *db, const char *connection_id, size_t *adopted)
    __attribute__((warn_unused_result));

#endif
