/* The worker's part in the audit log: seals events, and makes partitions. */

#include "base/arena.h"
#include "base/log.h"
#include "deliver/deliver_work.h"
#include "sql/deliver.h"

#include <inttypes.h>
#include <stdio.h>

enum { SEAL_MOST = 1000, SETTLE_PENDING = 10000, MAKE_MOST = 1000 };

/*
 * On a new connection: what waits must have its event, before anything is numbered. The database may be a copy, or have
 * lost a partition.
 */
static enum err settle_pending(struct deliver *d, struct ctx *ctx) {
    struct db_rows rows = {0};
    db_queue(d->db, sql_deliver_settle_pending(.from_place = arena_printf(ctx->arena, "%" PRId64, d->unsettled),
                                               .most = arena_printf(ctx->arena, "%d", SETTLE_PENDING)));
    enum err e = db_run(ctx, d->db, &rows);
    if (e == OK)
        d->unsettled = db_null(rows, 0, DELIVER_SETTLE_PENDING_PLACE) ? DELIVER_SETTLED
                                                                      : db_int(rows, 0, DELIVER_SETTLE_PENDING_PLACE);
    return e;
}

enum err deliver_seal(struct deliver *d, struct arena *a, bool *more, bool *made) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    enum err e = OK;
    *more = *made = false;
    while (e == OK && d->unsettled != DELIVER_SETTLED)
        e = settle_pending(d, &ctx);
    if (e == OK) {
        db_queue(d->db, sql_deliver_seal(.from_place = arena_printf(a, "%" PRId64, d->from_place),
                                         .most = arena_printf(a, "%d", SEAL_MOST)));
        e = db_run(&ctx, d->db, &rows);
    }
    if (e != OK) {
        d->from_place = 0;
        log_line(LOG_WARN, "seal", "error", fail_name(e), NULL);
        return e;
    }
    int64_t sealed = db_int(rows, 0, DELIVER_SEAL_SEALED);
    metrics_count(d->metrics, METRIC_EVENTS_SEALED, "", (uint64_t)sealed);
    *more = sealed == SEAL_MOST;
    if (*more)
        db_grown(d->db, DB_EVENTS, sealed);
    *made = db_int(rows, 0, DELIVER_SEAL_DELIVERIES) > 0;
    if (!db_null(rows, 0, DELIVER_SEAL_CLEAR))
        d->from_place = db_int(rows, 0, DELIVER_SEAL_CLEAR);
    return OK;
}

enum err deliver_make_kept(struct deliver *d, struct arena *a, bool *more, bool *made) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    *more = *made = false;
    db_queue(d->db,
             sql_deliver_make_kept(.behind = *d->making ? d->making : NULL, .most = arena_printf(a, "%d", MAKE_MOST)));
    enum err e = db_run(&ctx, d->db, &rows);
    if (e != OK || db_count(rows) == 0)
        return e;
    snprintf(d->making, sizeof d->making, "%s", db_text(rows, 0, DELIVER_MAKE_KEPT_TURN));
    *more = !db_null(rows, 0, DELIVER_MAKE_KEPT_DELIVERIES);
    *made = *more && db_int(rows, 0, DELIVER_MAKE_KEPT_DELIVERIES) > 0;
    return OK;
}

enum err deliver_file_members(struct deliver *d, struct arena *a, bool *more) {
    enum { FILED_AT_ONCE = 100 };
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    db_queue(d->db, sql_deliver_file_members(.most = arena_printf(a, "%d", FILED_AT_ONCE)));
    enum err e = db_run(&ctx, d->db, &rows);
    *more = e == OK && db_int(rows, 0, DELIVER_FILE_MEMBERS_FILED) == FILED_AT_ONCE;
    return e;
}

enum err deliver_partitions(struct deliver *d, struct arena *a, bool *busy) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    db_queue(d->db, sql_deliver_partitions());
    enum err e = db_run(&ctx, d->db, &rows);
    *busy = e == OK && db_bool(rows, 0, DELIVER_PARTITIONS_BUSY);
    if (e == OK && db_int(rows, 0, DELIVER_PARTITIONS_KEPT))
        log_line(LOG_WARN, "partitions", "months", db_text(rows, 0, DELIVER_PARTITIONS_KEPT), "hint",
                 "the default partition has events of them: muster audit partitions --repair", NULL);
    return e;
}
