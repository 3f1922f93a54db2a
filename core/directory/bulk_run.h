#ifndef MUSTER_DIRECTORY_BULK_RUN_H
#define MUSTER_DIRECTORY_BULK_RUN_H

#include "directory/session.h"
#include "protocol/bulk.h"
#include "protocol/parts.h"

/*
 * Carries out the operations of a BulkRequest in one transaction, each as a single request would be (also in what the
 * token allows), with a savepoint and audit events of its own; the connection's lock is held exclusively, so that
 * operations of other requests neither come between nor deadlock. Each operation's outcome stands in its item; those
 * behind the one that makes `fail_on_errors` stay unprocessed. An error of the function itself (the token, a lost
 * database) means that nothing was done. `lost`: what failed before refuses every operation but the end of a user's
 * access.
 */
enum err bulk_run(struct session *s, struct bulk *b, const struct parts *lost) __attribute__((warn_unused_result));

#endif
