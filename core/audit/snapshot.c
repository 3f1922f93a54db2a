/* A read-only transaction that sees the database at one moment. */

#include "audit/snapshot.h"
#include "sql/operator.h"
#include "sql/transaction.h"

#include <assert.h>

enum err snapshot_begin(struct ctx *ctx, struct db *db) {
    assert(!db_in_transaction(db));
    db_queue(db, sql_op_export_settle(.isolation = "repeatable read", .read_only = "on"));
    enum err e = db_run(ctx, db, NULL);
    if (e != OK)
        return e;
    db_queue(db, sql_transaction_snapshot());
    return db_run(ctx, db, NULL);
}

enum err snapshot_end(struct ctx *ctx, struct db *db) {
    db_queue(db, sql_transaction_rollback());
    db_queue(db, sql_op_export_settle(.isolation = "read committed", .read_only = "off"));
    return db_run(ctx, db, NULL);
}
