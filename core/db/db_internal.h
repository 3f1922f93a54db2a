#ifndef MUSTER_DB_DB_INTERNAL_H
#define MUSTER_DB_DB_INTERNAL_H

#include "base/arena.h"
#include "base/settings.h"
#include "db/db.h"

#include <libpq-fe.h>

enum { DB_SHAPES = 32, DB_SEEN = 256, DB_NAME = 24, DB_MESSAGE = 1024 };

/* How the last batch ended; decides what may be done next. */
enum db_outcome {
    DB_DONE,
    DB_LOST,      /* the connection is gone (SQLSTATE missing, class 08, 57P01 to 57P03, 25006) */
    DB_DEADLINE,  /* given up by us; the connection was dropped */
    DB_CONFLICT,  /* 40001, 40P01: the same work may succeed now */
    DB_LOCKED,    /* 55P03: a lock did not come in time */
    DB_DUPLICATE, /* 23505 */
    DB_STALE,     /* 0A000, 26000: what the server prepared is gone, or another row than before comes of it */
    DB_REFUSED,   /* any other error */
};

struct db_queued {
    enum sql statement;
    const char *name; /* prepared under this name; "" is never prepared */
    const char *text;
    const char *own[SQL_PARAMS]; /* the statement's parameters */
    const char *const *params;   /* `own`, or a longer list that begins with it */
    int n_params;
    bool *prepared; /* whether this connection has prepared it; NULL: never prepared */
};

struct db {
    const struct settings *settings;
    const char *application;
    PGconn *conn;
    struct arena *queue_arena; /* the queued statements, until they ran */
    struct db_queued queue[DB_BATCH];
    size_t n_queued;
    struct {
        const struct sql_statement *statement; /* NULL: none */
        int param;
    } null_refused; /* the first queued parameter that is null but must not be */
    size_t hidden;  /* statements at the front of the queue that the caller did not queue */
    struct db_rows
        opened; /* rows of the last hidden statement of a transaction's first batch; valid until the next batch */
    int64_t deadline;
    int64_t most[DB_GROWTHS]; /* how many rows there were when db_grown() asked for statistics */
    bool outgrown;            /* statistics are to be made */
    enum db_outcome outcome;
    unsigned depth; /* running calls of db_transaction(); the inner ones are savepoints */
    bool in_transaction;
    bool begin_queued;
    bool budget; /* the queued statements have a time limit */
    bool commit_queued;
    bool commit_sent;
    bool committed;
    bool synchronous;  /* this transaction's commit waits for a standby */
    bool unreplicated; /* the wait of the last batch's commit was cut short: the standby may not have it */
    bool prepared[SQL_COUNT];
    bool stale; /* nothing is prepared any more; what the server still has is taken from it before the next transaction
                 */
    struct db_shape {
        char *text;
        char name[DB_NAME];
        bool prepared;
    } shapes[DB_SHAPES];
    unsigned next_shape;
    uint64_t seen[DB_SEEN];            /* hashes of the shapes that were run, each at the place of its hash */
    char forgotten[DB_BATCH][DB_NAME]; /* replaced statements that the server still has */
    size_t n_forgotten;
    char message[DB_MESSAGE];
    char constraint[64];
    struct db_patience patience;
    int64_t lock_ms; /* how long this attempt waits for a lock */
    unsigned locked; /* attempts of the transaction that ended because a lock did not come */
    struct db_counts counts;
    size_t largest;          /* db_largest() */
    struct metrics *metrics; /* NULL: none */
    const char *service;
};

/* Counts a failure by its kind (db_metrics()). */
void db_count_failure(struct db *db, const char *kind);

/* Connects if there is no connection; within the deadline and MUSTER_CONNECT_MS. */
enum err db_connect(struct ctx *ctx, struct db *db);

/* Nothing counts as prepared any more; what the server has under our names is taken from it. */
void db_forget(struct db *db);

/* Clears the queue. */
void db_queue_clear(struct db *db);

/* Waits until the socket can be read (with `write`: read or written); false: the deadline passed. */
bool db_wait(struct db *db, bool write, int64_t deadline);

/* For a change that is committed here, but not confirmed by a standby: ERR_UNAVAILABLE. */
enum err db_unconfirmed(struct ctx *ctx, struct db *db);

/* Checks what a transaction's first batch says about the standbys; see db_transaction(). */
enum err db_opened(struct ctx *ctx, struct db *db, struct db_rows mark);

#endif
