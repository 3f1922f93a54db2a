#ifndef MUSTER_DB_DB_INTERNAL_H
#define MUSTER_DB_DB_INTERNAL_H

#include "base/arena.h"
#include "base/settings.h"
#include "db/db.h"

#include <libpq-fe.h>

enum { DB_SHAPES = 64, DB_SEEN = 256, DB_NAME = 24, DB_MESSAGE = 1024, PLANS_MS = 2000 };

/* How the last batch ended, as far as it decides what may be done next. */
enum db_outcome {
    DB_DONE,
    DB_LOST,      /* the connection is gone (SQLSTATE missing, class 08, 57P01 to 57P03, 25006) */
    DB_DEADLINE,  /* given up by us; the connection was dropped */
    DB_CONFLICT,  /* 40001, 40P01: the same work may succeed now */
    DB_LOCKED,    /* 55P03: a lock did not come in time */
    DB_DUPLICATE, /* 23505 */
    DB_REFUSED,   /* everything else */
};

struct db_queued {
    enum sql statement;
    const char *name; /* prepared under this name; "" is never prepared */
    const char *text;
    const char *own[SQL_PARAMS]; /* the statement's parameters */
    const char *const *params;   /* those, or with more behind them */
    int n_params;
    bool *prepared; /* where it is remembered that this connection has it; NULL: never prepared */
};

struct db {
    const struct settings *settings;
    const char *application;
    PGconn *conn;
    struct arena *queue_arena; /* what is queued, until it ran */
    struct db_queued queue[DB_BATCH];
    size_t n_queued;
    struct {
        const struct sql_statement *statement; /* NULL: none */
        int param;
    } null_refused;        /* the first parameter of what is queued that is null and must not be */
    size_t hidden;         /* statements at the front of the queue that are ours, not the caller's */
    struct db_rows opened; /* of the last of them, in a transaction's first batch; good until the next batch */
    int64_t deadline;
    int64_t plans_until; /* when the plans that the server keeps for us are made anew */
    enum db_outcome outcome;
    unsigned depth; /* db_transaction() calls that are running: the inner ones are savepoints */
    bool in_transaction;
    bool begin_queued;
    bool budget; /* of time, for the statements that are queued */
    bool commit_queued;
    bool commit_sent;
    bool committed;
    bool synchronous;  /* this transaction's commit waits for a standby */
    bool unreplicated; /* the wait of the last batch's commit was cut short: the standby may not have it */
    bool prepared[SQL_COUNT];
    struct db_shape {
        char *text;
        char name[DB_NAME];
        bool prepared;
    } shapes[DB_SHAPES];
    unsigned next_shape;
    uint64_t seen[DB_SEEN];            /* hashes of the shapes that were run, each at its own place */
    char forgotten[DB_BATCH][DB_NAME]; /* statements that gave up their slot and stand on the server still */
    size_t n_forgotten;
    char message[DB_MESSAGE];
    char constraint[64];
    struct db_patience patience;
    int64_t lock_ms; /* how long this attempt waits for a lock */
    unsigned locked; /* attempts of the transaction that ended because a lock did not come */
    struct db_counts counts;
    struct metrics *metrics; /* NULL: none */
    const char *service;
};

/* Counts a failure by its kind (db_metrics()). */
void db_count_failure(struct db *db, const char *kind);

/* Connects if there is no connection; within the deadline and MUSTER_CONNECT_MS. */
enum err db_connect(struct ctx *ctx, struct db *db);

/* Drops the connection and all that was remembered of it. */
void db_drop(struct db *db);

/* Forgets what is queued. */
void db_queue_clear(struct db *db);

/* Waits until the socket can be read (or written too, with `write`); false: the deadline passed. */
bool db_wait(struct db *db, bool write, int64_t deadline);

/* It is done here, but no standby has said so. ERR_UNAVAILABLE. */
enum err db_unconfirmed(struct ctx *ctx, struct db *db);

/* What a transaction's first batch learned of the standbys; see db_transaction(). */
enum err db_opened(struct ctx *ctx, struct db *db, struct db_rows mark);

/* Sends the queue once; `rows` may be NULL. Sets db->outcome; leaves the queue as it is. */
enum err db_send_batch(struct ctx *ctx, struct db *db, struct db_rows *rows);

/* Names what went wrong by its SQLSTATE (NULL: the connection is gone), logs it, and records it in ctx. */
enum err db_classify(struct ctx *ctx, struct db *db, const char *sqlstate, const char *constraint);

#endif
