#include "audit/snapshot.h"

enum err snapshot_begin(struct ctx *ctx, struct db *db) {
    static const char *const snapshot[] = {"repeatable read", "on"};
    db_add(db, SQL_OP_EXPORT_SETTLE, snapshot);
    enum err e = db_run(ctx, db, NULL);
    if (e != OK)
        return e;
    db_add(db, SQL_TRANSACTION_SNAPSHOT, NULL);
    return db_run(ctx, db, NULL);
}

enum err snapshot_end(struct ctx *ctx, struct db *db) {
    static const char *const usual[] = {"read committed", "off"};
    db_add(db, SQL_TRANSACTION_ROLLBACK, NULL);
    db_add(db, SQL_OP_EXPORT_SETTLE, usual);
    return db_run(ctx, db, NULL);
}
