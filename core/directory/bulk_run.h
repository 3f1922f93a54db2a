#ifndef MUSTER_DIRECTORY_BULK_RUN_H
#define MUSTER_DIRECTORY_BULK_RUN_H

#include "directory/session.h"
#include "protocol/bulk.h"
#include "protocol/parts.h"

/*
 * Runs the operations of a BulkRequest in one transaction, each like a single request (with the same checks of the
 * token), with its own savepoint and audit events. Creations of users one after the other share a savepoint and
 * statements where that makes no difference (user_page.h). The connection's lock is held exclusively, so operations of
 * other requests can neither come between nor deadlock. Each item receives its result; items after the one that reaches
 * `fail_on_errors` are not processed. An error of the function itself (the token, a lost database) means that nothing
 * was done. `lost`: parts that failed before; they refuse every operation except the end of a user's access.
 */
enum err bulk_run(struct session *s, struct bulk *b, const struct parts *lost) __attribute__((warn_unused_result));

#endif
