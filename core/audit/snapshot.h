#ifndef MUSTER_AUDIT_SNAPSHOT_H
#define MUSTER_AUDIT_SNAPSHOT_H

#include "base/fail.h"
#include "db/db.h"

/*
 * Begins a read-only transaction that sees the database as it is at its first statement, however long it takes; for the
 * command line. After an error there is nothing to end.
 */
enum err snapshot_begin(struct ctx *ctx, struct db *db) __attribute__((warn_unused_result));
enum err snapshot_end(struct ctx *ctx, struct db *db) __attribute__((warn_unused_result));

#endif
