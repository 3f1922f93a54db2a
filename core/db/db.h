#ifndef MUSTER_DB_DB_H
#define MUSTER_DB_DB_H

#include "base/fail.h"
#include "db/sql.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct metrics;
struct settings;

/*
 * One connection to PostgreSQL. Statements are queued with db_queue() and sent together in one libpq pipeline: one
 * network round trip for a batch. All SQL comes from sql/queries/, except filter and order of a list.
 */
struct db;

/* The rows of one statement. They live as long as the arena of the work that ran it. */
struct db_rows {
    void *result;
    enum sql statement;
};

/* Connects at the first use. `application` is shown in pg_stat_activity. */
struct db *db_create(const struct settings *settings, const char *application);
void db_destroy(struct db *db);

/*
 * Drops the connection and everything stored about it; the next batch makes another one. libpq's buffers grow with what
 * is sent and received, and shrink only so.
 */
void db_drop(struct db *db);

/*
 * At this moment (clock_monotonic_ms) work is given up: the connection is closed, and the error is ERR_UNAVAILABLE.
 * Nothing is cancelled: a cancel would end a commit's wait for its synchronous standby and make the commit visible; and
 * it could wait again for a frozen server. Statements that still run there end by themselves
 * (client_connection_check_interval, sql/schema/0015_baseline.sql).
 */
void db_deadline(struct db *db, int64_t at_ms);

/* Milliseconds until the deadline, 0 if it has passed. */
int64_t db_time_left(const struct db *db);

/* Round trips and connections made since the start. */
struct db_counts {
    uint64_t round_trips, connects, retries, ambiguous;
};
struct db_counts db_counts(const struct db *db);

/* Bytes of the largest result of this connection, whose buffers may be as large and never become smaller. */
size_t db_largest(const struct db *db);

/*
 * How long a transaction waits for each lock that others hold. If a lock does not come in that time, the attempt ends,
 * and `next` says how long each wait of another attempt may be; 0: no further attempt, ERR_UNAVAILABLE. `waits` counts
 * the attempts that ended so, from 1. `end` is called after the last attempt; `in_vain`: the lock did not come.
 */
struct db_patience {
    int64_t ms; /* for the first attempt */
    int64_t (*next)(void *arg, unsigned waits);
    void (*end)(void *arg, bool in_vain);
    void *arg;
};

/* Holds until the next call. By default there are two attempts of 5 s. */
void db_set_patience(struct db *db, const struct db_patience *p);

/*
 * Counts failures as METRIC_DATABASE_ERRORS of `service`. The kinds are connect, lost, deadline, conflict (run again),
 * refused (by the server, but not because of a value), ambiguous (the connection was lost after COMMIT) and standby (a
 * synchronous standby has not confirmed a commit).
 */
void db_metrics(struct db *db, struct metrics *m, const char *service);

/*
 * Queues a statement; its parameters are borrowed until it runs. Returns the index of its rows in the batch. If a
 * parameter is NULL and the statement's header does not allow it, db_run() sends nothing and returns ERR_INTERNAL; the
 * log says which.
 */
size_t db_queue(struct db *db, struct sql_call call);

/* As db_queue(), for parameters of megabytes: not prepared, so planned for these values where the role allows it. */
size_t db_queue_once(struct db *db, struct sql_call call);

/* A mark in a statement's text (a comment and its default text), and its replacement. */
struct db_fragment {
    const char *mark, *text;
};

/*
 * Queues a statement in which every occurrence of a mark is replaced by its text: constant fragments and $n
 * (query/filter_sql.h, query/sort_sql.h), whose parameters follow the statement's own. Marks that the statement does
 * not have are ignored. Not inside a transaction.
 */
size_t db_queue_shaped(struct db *db, struct sql_call call, const struct db_fragment *fragments, size_t n,
                       const char *const *more, size_t n_more);

/*
 * Limits each later statement of this batch to `ms` milliseconds; a longer one is ERR_TOO_MANY. It counts as a
 * statement of the caller. Not inside a transaction.
 */
void db_queue_budget(struct db *db, int64_t ms);

/*
 * Tells how many rows of a kind an organization has, or how many events a full round sealed. The server keeps a plan
 * until the tables' statistics change, which takes a minute or more, and for an almost empty table any index looks
 * good. So when there are twice as many rows as ever before in this process (from ten thousand on: ten times as many),
 * statistics are made, and with them all plans, before the next transaction.
 */
enum db_growth { DB_USERS, DB_GROUPS, DB_MEMBERS, DB_EVENTS, DB_GROWTHS };
void db_grown(struct db *db, enum db_growth of, int64_t rows);

/* How many statements of the caller are queued. */
size_t db_queued(const struct db *db);

/* The greatest number of statements in a batch, our own included. */
enum { DB_BATCH = 64 };

/*
 * Sends the queued statements and waits for the results: rows[i] are the rows of the statement for which db_queue()
 * returned i. Outside a transaction the batch is a transaction of its own. Errors: ERR_UNAVAILABLE (no database,
 * deadline, or a synchronous standby did not confirm in time), ERR_UNIQUENESS (23505), ERR_INVALID_VALUE (a value that
 * PostgreSQL cannot take), ERR_INTERNAL (also if a row differs from the statement's header; see db_queue(), too).
 * `rows` must have room for all queued statements.
 *
 * If the server does not know a prepared statement any more (26000), or would give another row for it than before
 * (0A000, a table has changed), all are prepared anew, and the batch is sent once more; a transaction runs again.
 */
enum err db_run(struct ctx *ctx, struct db *db, struct db_rows *rows) __attribute__((warn_unused_result));

/*
 * db_run() for a batch that only reads. It is sent once more, on a new connection, if the old one was gone, or if a
 * lock did not come in the time that the role allows. Inside a transaction it is db_run(): that is run again as a
 * whole.
 */
enum err db_read(struct ctx *ctx, struct db *db, struct db_rows *rows) __attribute__((warn_unused_result));

/*
 * One transaction in two round trips. `work` queues its first statements (BEGIN is put before them), runs them with
 * db_run(), computes, queues its last statements and returns OK; these are sent with COMMIT in one batch. An error of
 * `work` rolls back.
 *
 * `work` may be called again; what it queued or read before is then gone. This happens after a serialization failure or
 * deadlock (up to 3 times), after a lock that did not come (db_set_patience()), after 23505 (until the same constraint
 * fires twice in a row; then ERR_UNIQUENESS), and after a connection that was lost before COMMIT was sent (once). If
 * the connection is lost after COMMIT was sent, the audit event `event_id` of `organization` shows what happened: if it
 * exists, the result is OK; if not, `work` runs again. All this ends at the deadline. `organization` is read after
 * `work` returned OK. Each attempt begins with the `events` that there were before the first one, and so does the
 * caller after an error.
 *
 * If the server has synchronous standbys (synchronous_standby_names), a change with the result OK survives the loss of
 * the server: COMMIT waited for the standbys. Even a transaction that changed nothing waits, because it may have seen a
 * change that no standby has. If the wait was cut short, a later commit must be confirmed. While one of our commits has
 * waited for more than two seconds, the first batch ends with ERR_UNAVAILABLE: nothing is written, and no further
 * connection waits.
 *
 * Inside the work of another db_transaction() it is a savepoint: `work` may be rolled back to it and called again after
 * 23505. A conflict or a lost connection ends the whole transaction, which then runs again; db_in_transaction() is
 * false, and the outer work must return an error. `event_id` and `organization` have no meaning there.
 */
struct db_transaction {
    enum err (*work)(struct ctx *ctx, struct db *db, void *arg);
    void *arg;
    const char *event_id; /* UUIDv7 of the request; NULL: an ambiguous commit is ERR_UNAVAILABLE */
    const char *const
        *organization; /* where work notes the organization whose audit log has the event; NULL there: there is none */
    unsigned *events;  /* how many of the request's events are queued; NULL: nobody counts */
    struct db_rows *rows; /* receives the rows of the last batch, if not NULL */
    bool final_duplicate; /* work sets it: do not try again after 23505 */
    bool yields;     /* work sets it: after a lock that did not come, or conflicts, the caller tries something else */
    bool unheard;    /* nobody learns the result, so a transaction that changed nothing need not wait for a standby */
    bool read_again; /* out: committed, but the rows of the last batch were lost with the connection */
};
enum err db_transaction(struct ctx *ctx, struct db *db, struct db_transaction *t) __attribute__((warn_unused_result));

/* The id of the next of a request's events: the request's own for its first one; NULL: any. Counts it. */
const char *db_event_id(const char *request_id, unsigned *events);

/*
 * For a process that waits for NOTIFY: the socket to wait on (-1: no connection), and whether a notification came since
 * the last call, on the channels that statements of this connection listen to. A new connection (db_counts().connects)
 * listens to nothing. This does not work through a pooler in transaction mode.
 */
int db_socket(const struct db *db);
bool db_notified(struct db *db);

/* Whether the transaction whose work is running is still open. */
bool db_in_transaction(const struct db *db);

/*
 * Runs a script (a migration) in the transaction that a statement opened, or in one of its own. If it fails, the detail
 * is PostgreSQL's message, and the connection is ended. ERR_UNAVAILABLE: db_lock_timed_out(). For the command line.
 */
enum err db_script(struct ctx *ctx, struct db *db, const char *text) __attribute__((warn_unused_result));

/* The constraint that a statement of the last transaction violated, "" if none. */
const char *db_constraint(const struct db *db);

/* Whether the last failed statement waited for a lock longer than lock_timeout; a script: or in a deadlock. */
bool db_lock_timed_out(const struct db *db);

/* The message of the last failed statement, for the command line; never for clients. */
const char *db_message(const struct db *db);

size_t db_count(struct db_rows rows);

/*
 * A column of a row. `column` is a constant of the statement (USER_BY_ID_VERSION), or of a part of the row that several
 * statements share (RESOURCE_VERSION). A column of another statement is a bug of ours and ends the process.
 */
bool db_null(struct db_rows rows, size_t row, int column);
const char *db_text(struct db_rows rows, size_t row, int column); /* NULL if null */
int64_t db_int(struct db_rows rows, size_t row, int column);      /* 0 if null */
bool db_bool(struct db_rows rows, size_t row, int column);        /* false if null */

#endif
