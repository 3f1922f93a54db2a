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
 * One connection to PostgreSQL. Statements are queued with db_queue() and go out together, in one libpq pipeline: one
 * network round trip a batch. SQL comes from sql/queries/ alone; filter and order of a list are the one addition.
 */
struct db;

/* The rows of one statement; they live as long as the arena of the work that ran it. */
struct db_rows {
    void *result;
    enum sql statement;
};

/* Connects at the first use. `application` shows in pg_stat_activity. */
struct db *db_create(const struct settings *settings, const char *application);
void db_destroy(struct db *db);

/*
 * Work after this moment (clock_monotonic_ms) is given up: the connection is closed, ERR_UNAVAILABLE. Nothing is
 * cancelled: a cancel would end exactly a commit's wait for its synchronous standby, and show the commit to everybody;
 * and it would wait once more for a server that may be frozen. What runs there ends by itself
 * (client_connection_check_interval, sql/schema/0015_baseline.sql).
 */
void db_deadline(struct db *db, int64_t at_ms);

/* Round trips and connections made since the start. */
struct db_counts {
    uint64_t round_trips, connects, retries, ambiguous;
};
struct db_counts db_counts(const struct db *db);

/*
 * How long a transaction waits for each lock that others hold. A wait that was for nothing ends the attempt, and `next`
 * is asked how long each wait of another attempt may be; 0: none, ERR_UNAVAILABLE. `waits`: so many attempts ended so,
 * from 1 on. `end` follows the last; `in_vain`: no lock was got.
 */
struct db_patience {
    int64_t ms; /* of the first attempt */
    int64_t (*next)(void *arg, unsigned waits);
    void (*end)(void *arg, bool in_vain);
    void *arg;
};

/* Without it there are two attempts of 5 s. Kept until the next. */
void db_set_patience(struct db *db, const struct db_patience *p);

/*
 * Counts failures as METRIC_DATABASE_ERRORS of `service`: kinds connect, lost, deadline, conflict (run again), refused
 * (by the server, for what is no fault of a value), ambiguous (the connection was lost behind COMMIT) and standby (a
 * synchronous standby has not confirmed a commit).
 */
void db_metrics(struct db *db, struct metrics *m, const char *service);

/*
 * Queues a statement; its parameters are borrowed until it runs. Gives the index of its rows in the batch. A parameter
 * that is NULL where the statement's header allows none fails db_run() before anything is sent: ERR_INTERNAL, and the
 * log says which.
 */
size_t db_queue(struct db *db, struct sql_call call);

/*
 * As db_queue() for parameters that are long lists: planned for these very values, not prepared. A plan made for a
 * handful of ids is quadratic with ten thousand.
 */
size_t db_queue_once(struct db *db, struct sql_call call);

/* A mark in a statement's text (a comment, and what stands for it) and what replaces it. */
struct db_fragment {
    const char *mark, *text;
};

/*
 * Queues a statement each of whose marks is replaced by its text, wherever it stands: constant fragments and $n
 * (query/filter_sql.h, query/sort_sql.h), with their parameters behind the statement's own. A mark that it does not
 * have is passed over. Not inside a transaction.
 */
size_t db_queue_shaped(struct db *db, struct sql_call call, const struct db_fragment *fragments, size_t n,
                       const char *const *more, size_t n_more);

/*
 * Queues that each statement behind it in this batch has `ms` milliseconds. One that takes longer is ERR_TOO_MANY. It
 * counts as a statement of the caller. Not inside a transaction.
 */
void db_queue_budget(struct db *db, int64_t ms);

/* How many statements of the caller are queued. */
size_t db_queued(const struct db *db);

/* The most that a batch can hold, our own statements included. */
enum { DB_BATCH = 64 };

/*
 * Sends what is queued and waits for it: rows[i] are those of the statement of which db_queue() gave i. Outside a
 * transaction the batch is one of its own. Errors: ERR_UNAVAILABLE (no database, deadline, or a synchronous standby
 * whose word was not waited for to the end), ERR_UNIQUENESS (23505), ERR_INVALID_VALUE (a value that PostgreSQL cannot
 * take), ERR_INTERNAL (also a row that is not what the statement's header says, and see db_queue()). `rows` must have
 * room for all that is queued.
 */
enum err db_run(struct ctx *ctx, struct db *db, struct db_rows *rows) __attribute__((warn_unused_result));

/*
 * db_run() for a batch that only reads: sent again once, on a new connection, if the old one turns out to be gone, and
 * if a lock did not come in the time that the role has for it.
 */
enum err db_read(struct ctx *ctx, struct db *db, struct db_rows *rows) __attribute__((warn_unused_result));

/*
 * One transaction. `work` queues its first statements (BEGIN is put in front), runs them with db_run(), computes,
 * queues its last statements and returns OK: those go out with COMMIT in one batch. Two round trips. An error of `work`
 * rolls back.
 *
 * `work` may be called again, with everything that it queued or got gone: after a serialization failure or deadlock (up
 * to 3 times), after a lock that did not come (db_set_patience()), after 23505 (until the same constraint fires twice
 * in a row; then ERR_UNIQUENESS), after a connection that was lost before COMMIT was sent (once). After COMMIT was sent
 * and the connection was lost, the audit event `event_id` of `organization` tells what happened: there: OK; not there:
 * `work` runs again. All of it within the deadline. `organization` is read after `work` returned OK.
 *
 * OK is a promise that outlives the server where it has synchronous standbys (synchronous_standby_names): COMMIT waited
 * for them, also of a transaction that changed nothing, since what it found may be a change that no standby has. Where
 * that wait was cut short, a commit behind it has to be confirmed. While a commit of ours has waited for more than two
 * seconds, ERR_UNAVAILABLE after the first batch: nothing is written, and no connection is left to wait beside it.
 *
 * Inside the work of another db_transaction() it is a savepoint of that: `work` goes back to it and may be called again
 * after 23505. A conflict or a lost connection ends the whole, which is then run again; db_in_transaction() tells, and
 * the outer work has to return an error. There `event_id` and `organization` have no meaning.
 */
struct db_transaction {
    enum err (*work)(struct ctx *ctx, struct db *db, void *arg);
    void *arg;
    const char *event_id;     /* UUIDv7 of the request; NULL: an ambiguous commit is ERR_UNAVAILABLE */
    const char *organization; /* whose audit log has it; work sets it */
    struct db_rows *rows;     /* receives the rows of the last batch, if not NULL */
    bool final_duplicate;     /* work sets it: 23505 is not worth another try */
    bool unheard;             /* nobody is told how it ended: what changed nothing needs no standby */
    bool read_again;          /* out: committed, but the rows of the last batch were lost with the connection */
};
enum err db_transaction(struct ctx *ctx, struct db *db, struct db_transaction *t) __attribute__((warn_unused_result));

/*
 * For a process that waits for NOTIFY: the socket to wait on (-1: no connection), and whether anything was notified
 * since the last question, on the channels that statements of this connection listen to. A connection that was made
 * anew (db_counts().connects) listens to nothing. Not through a pooler in transaction mode.
 */
int db_socket(const struct db *db);
bool db_notified(struct db *db);

/* Whether the transaction whose work is running is still there. */
bool db_in_transaction(const struct db *db);

/* Runs a script (a migration) in the transaction that a statement has opened, or in one of its own; on failure the
 * detail is PostgreSQL's message. For the operator's command. */
enum err db_script(struct ctx *ctx, struct db *db, const char *text) __attribute__((warn_unused_result));

/* The constraint that a statement of the last transaction broke, "" if none. */
const char *db_constraint(const struct db *db);

/* The message of the last failed statement, for the operator's command; never for clients. */
const char *db_message(const struct db *db);

size_t db_count(struct db_rows rows);

/*
 * A column of a row: its constant of the statement (USER_BY_ID_VERSION), or of the part of the row that several
 * statements have (RESOURCE_VERSION). One of another statement is a broken promise of ours and ends the process.
 */
bool db_null(struct db_rows rows, size_t row, int column);
const char *db_text(struct db_rows rows, size_t row, int column); /* NULL if null */
int64_t db_int(struct db_rows rows, size_t row, int column);      /* 0 if null */
bool db_bool(struct db_rows rows, size_t row, int column);        /* false if null */

#endif
