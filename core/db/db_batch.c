/* Sends the queued statements in one round trip, and classifies what went wrong. */

#include "db/db_internal.h"

#include "base/clock.h"
#include "base/log.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* What a SQLSTATE (or its class, two characters) means to us. The first match counts. */
static const struct {
    const char *state;
    enum db_outcome outcome;
    enum err err;
} meanings[] = {
    {"40001", DB_CONFLICT, ERR_UNAVAILABLE}, {"40P01", DB_CONFLICT, ERR_UNAVAILABLE},
    {"55P03", DB_LOCKED, ERR_UNAVAILABLE},   {"23505", DB_DUPLICATE, ERR_UNIQUENESS},
    {"0A000", DB_STALE, ERR_UNAVAILABLE},    {"26000", DB_STALE, ERR_UNAVAILABLE},
    {"57P01", DB_LOST, ERR_UNAVAILABLE},     {"57P02", DB_LOST, ERR_UNAVAILABLE},
    {"57P03", DB_LOST, ERR_UNAVAILABLE},     {"25P03", DB_LOST, ERR_UNAVAILABLE},
    {"25006", DB_LOST, ERR_UNAVAILABLE},     {"08", DB_LOST, ERR_UNAVAILABLE},
    {"53", DB_REFUSED, ERR_UNAVAILABLE},     {"57014", DB_REFUSED, ERR_UNAVAILABLE},
    {"58", DB_REFUSED, ERR_UNAVAILABLE},     {"3F000", DB_REFUSED, ERR_UNAVAILABLE},
    {"42P01", DB_REFUSED, ERR_UNAVAILABLE},  {"42703", DB_REFUSED, ERR_UNAVAILABLE},
    {"42883", DB_REFUSED, ERR_UNAVAILABLE},  {"22", DB_REFUSED, ERR_INVALID_VALUE},
    {"54", DB_REFUSED, ERR_INVALID_VALUE}, /* longer than an index can hold */
};

/* A table, column or function is missing: the database is not migrated, or not ours. */
static bool is_unmigrated(const char *sqlstate) {
    static const char *const states[] = {"3F000", "42P01", "42703", "42883"};
    for (size_t i = 0; sqlstate && i < sizeof states / sizeof *states; i++)
        if (strcmp(sqlstate, states[i]) == 0)
            return true;
    return false;
}

static const char *outcome_text(enum err err, const char *sqlstate) {
    if (err != ERR_UNAVAILABLE)
        return NULL;
    if (sqlstate && (strncmp(sqlstate, "40", 2) == 0 || strcmp(sqlstate, "55P03") == 0))
        return "other changes are in the way of this one, try again later";
    return is_unmigrated(sqlstate) ? "the schema of the database is older than this program"
                                   : "the database is not available at the moment, try again later";
}

/* A wrong or duplicate value is no failure of the database. */
static void count_outcome(struct db *db, enum err err) {
    if (db->outcome == DB_LOST)
        db_count_failure(db, "lost");
    else if (db->outcome == DB_CONFLICT || db->outcome == DB_LOCKED)
        db_count_failure(db, "conflict");
    else if (db->outcome == DB_REFUSED && err != ERR_INVALID_VALUE)
        db_count_failure(db, "refused");
}

/* Classifies a failure by its SQLSTATE (NULL: the connection is gone), logs it, and records it in ctx. */
static enum err classify_failure(struct ctx *ctx, struct db *db, const char *sqlstate, const char *constraint) {
    if (!sqlstate) {
        log_line(LOG_WARN, "db_lost", NULL);
        db_count_failure(db, "lost");
        db->outcome = DB_LOST;
        return fail(ctx, ERR_UNAVAILABLE, "%s", outcome_text(ERR_UNAVAILABLE, NULL));
    }
    snprintf(db->constraint, sizeof db->constraint, "%s", constraint ? constraint : "");
    db->outcome = DB_REFUSED;
    enum err err = ERR_INTERNAL;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strncmp(sqlstate, meanings[i].state, strlen(meanings[i].state)) == 0) {
            db->outcome = meanings[i].outcome;
            err = meanings[i].err;
            break;
        }
    if (db->budget && strcmp(sqlstate, "57014") == 0)
        return fail(ctx, ERR_TOO_MANY, NULL);
    count_outcome(db, err);
    bool unmigrated = is_unmigrated(sqlstate);
    log_line(err == ERR_INTERNAL || unmigrated ? LOG_ERROR : LOG_INFO, "db_error", "sqlstate", sqlstate, "constraint",
             constraint, "reason", unmigrated ? "no schema of this program's: muster migrate" : NULL, NULL);
    return fail(ctx, err, err == ERR_UNAVAILABLE ? "%s" : NULL, outcome_text(err, sqlstate));
}

static enum err given_up(struct ctx *ctx, struct db *db) {
    log_line(LOG_WARN, "db_deadline", NULL);
    db_count_failure(db, "deadline");
    db_drop(db);
    db->outcome = DB_DEADLINE;
    return fail(ctx, ERR_UNAVAILABLE, "the database did not answer in time, try again later");
}

/* If libpq itself refuses something, the connection cannot be trusted any more. */
static enum err give_up_connection(struct ctx *ctx, struct db *db) {
    snprintf(db->message, sizeof db->message, "%s", PQerrorMessage(db->conn));
    enum err err = classify_failure(ctx, db, NULL, NULL);
    db_drop(db);
    return err;
}

static bool send_statement(struct db *db, const struct db_queued *q, bool *preparing) {
    *preparing = false;
    if (!db->settings->prepare || !q->prepared || db->stale)
        return PQsendQueryParams(db->conn, q->text, q->n_params, NULL, q->params, NULL, NULL, 0) == 1;
    if (!*q->prepared) {
        *preparing = true;
        if (PQsendPrepare(db->conn, q->name, q->text, 0, NULL) != 1)
            return false;
        *q->prepared = true; /* for the same statement later in this batch; the answer decides */
    }
    return PQsendQueryPrepared(db->conn, q->name, q->n_params, q->params, NULL, NULL, 0) == 1;
}

static enum err flush_queue(struct ctx *ctx, struct db *db) {
    for (int left; (left = PQflush(db->conn)) != 0;) {
        if (left < 0)
            return give_up_connection(ctx, db);
        if (!db_wait(db, true, db->deadline))
            return given_up(ctx, db);
        if (!PQconsumeInput(db->conn))
            return give_up_connection(ctx, db);
    }
    return OK;
}

/* The next result; *out NULL ends the results of one statement. */
static enum err next_result(struct ctx *ctx, struct db *db, PGresult **out) {
    while (PQisBusy(db->conn)) {
        if (!db_wait(db, false, db->deadline))
            return given_up(ctx, db);
        if (!PQconsumeInput(db->conn))
            return give_up_connection(ctx, db);
    }
    *out = PQgetResult(db->conn);
    return OK;
}

static void clear_result(void *res) {
    PQclear(res);
}

/* The row differs from the statement's header, so its columns would be mistaken for others. */
static enum err other_row(struct ctx *ctx, struct db *db, enum sql statement) {
    log_line(LOG_ERROR, "db_row", "statement", sql_statements[statement].name, NULL);
    db->outcome = DB_REFUSED;
    return fail(ctx, ERR_INTERNAL, NULL);
}

/* Takes a result: its rows, if it belongs to the statement `q`. */
static enum err take_result(struct ctx *ctx, struct db *db, const struct db_queued *q, PGresult *res,
                            struct db_rows *rows) {
    size_t bytes = PQresultMemorySize(res);
    db->largest = bytes > db->largest ? bytes : db->largest;
    if (rows)
        *rows = (struct db_rows){res, q->statement};
    if (db->commit_queued && strcmp(PQcmdStatus(res), "COMMIT") == 0)
        db->committed = true;
    return q && PQnfields(res) != sql_statements[q->statement].n_columns ? other_row(ctx, db, q->statement) : OK;
}

static enum err take_failure(struct ctx *ctx, struct db *db, const PGresult *res) {
    snprintf(db->message, sizeof db->message, "%s", PQresultErrorMessage(res));
    return classify_failure(ctx, db, PQresultErrorField(res, PG_DIAG_SQLSTATE),
                            PQresultErrorField(res, PG_DIAG_CONSTRAINT_NAME));
}

static enum err drop_lost(struct db *db, enum err e) {
    db_drop(db);
    return e;
}

/*
 * Reads the result of one message (a prepare, or the statement `q`). `err` receives its failure; being skipped after an
 * earlier failure does not count. The function itself fails only if the connection is gone.
 */
static enum err read_statement(struct ctx *ctx, struct db *db, const struct db_queued *q, struct db_rows *rows,
                               bool *good, enum err *err) {
    *good = false;
    PGresult *res = NULL;
    enum err e;
    while ((e = next_result(ctx, db, &res)) == OK && res) {
        arena_defer(ctx->arena, clear_result, res);
        ExecStatusType status = PQresultStatus(res);
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            *good = true;
            enum err other = take_result(ctx, db, q, res, rows);
            *err = other == OK ? *err : other;
        } else if (status == PGRES_FATAL_ERROR) {
            *err = take_failure(ctx, db, res);
            if (db->outcome == DB_LOST)
                return drop_lost(db, *err);
        } else if (status != PGRES_PIPELINE_ABORTED)
            return give_up_connection(ctx, db);
    }
    return e;
}

static bool send_plain_text(struct db *db, const char *text) {
    return PQsendQueryParams(db->conn, text, 0, NULL, NULL, NULL, NULL, 0) == 1;
}

/*
 * What is done between two transactions: statistics of tables that have grown, and replaced statements that the server
 * still has. Each has a sync point of its own, so that an error fails nothing else (a pooler may have other names for
 * the statements).
 */
static bool send_errands(struct db *db, bool settling) {
    if (settling && (!send_plain_text(db, sql_statements[SQL_PLANS_SETTLE].text) || PQpipelineSync(db->conn) != 1))
        return false;
    for (size_t i = 0; i < db->n_forgotten; i++) {
        char text[2 * DB_NAME];
        snprintf(text, sizeof text, "%s %s", sql_statements[SQL_PLANS_FORGET].text, db->forgotten[i]);
        if (!send_plain_text(db, text) || PQpipelineSync(db->conn) != 1)
            return false;
    }
    return true;
}

static enum err read_sync(struct ctx *ctx, struct db *db) {
    PGresult *sync = NULL;
    enum err e = next_result(ctx, db, &sync);
    if (e != OK)
        return e;
    bool synced = PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
    PQclear(sync);
    return synced ? OK : give_up_connection(ctx, db);
}

static enum err read_errands(struct ctx *ctx, struct db *db, size_t n) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < n; i++) {
        PGresult *res = NULL;
        while ((e = next_result(ctx, db, &res)) == OK && res)
            PQclear(res);
        if (e == OK)
            e = read_sync(ctx, db);
    }
    return e;
}

/* Where the rows of a queued statement go; NULL: nobody needs them. */
static struct db_rows *find_rows_place(struct db *db, struct db_rows *rows, size_t i) {
    if (i >= db->hidden)
        return rows ? &rows[i - db->hidden] : NULL;
    return db->begin_queued && i == db->hidden - 1 ? &db->opened : NULL;
}

static enum err read_batch(struct ctx *ctx, struct db *db, const bool *preparing, struct db_rows *rows) {
    enum err failure = OK;
    for (size_t i = 0; i < db->n_queued; i++) {
        bool good;
        enum err e;
        if (preparing[i]) {
            if ((e = read_statement(ctx, db, NULL, NULL, &good, &failure)) != OK)
                return e;
            *db->queue[i].prepared = good;
        }
        if ((e = read_statement(ctx, db, &db->queue[i], find_rows_place(db, rows, i), &good, &failure)) != OK)
            return e;
    }
    enum err e = read_sync(ctx, db);
    return e == OK ? failure : e;
}

/* A required parameter is missing: nothing of the batch is sent. */
static enum err refuse_null(struct ctx *ctx, struct db *db) {
    const char *param = db->null_refused.statement->params;
    for (int i = 0; i < db->null_refused.param; i++)
        param = strchr(param, ' ') + 1;
    log_line(LOG_ERROR, "db_null", "statement", db->null_refused.statement->name, "parameter",
             arena_printf(ctx->arena, "%.*s", (int)strcspn(param, " "), param), NULL);
    db->outcome = DB_REFUSED;
    return fail(ctx, ERR_INTERNAL, NULL);
}

/* Sends the queue once; `rows` may be NULL. Sets db->outcome; does not change the queue. */
static enum err send_batch(struct ctx *ctx, struct db *db, struct db_rows *rows) {
    if (db->null_refused.statement)
        return refuse_null(ctx, db);
    enum err e = db_connect(ctx, db);
    if (e != OK)
        return e;
    /* Inside a transaction only its own statements are sent: if it has failed, it refuses everything but its end. */
    bool between = !db->in_transaction || db->begin_queued;
    bool preparing[DB_BATCH] = {false}, settling = between && db->outgrown;
    size_t forgotten = between ? db->n_forgotten : 0;
    if (between)
        db->outgrown = db->stale = false;
    db->outcome = DB_DONE;
    db->unreplicated = false;
    if (between && !send_errands(db, settling))
        return give_up_connection(ctx, db);
    for (size_t i = 0; i < db->n_queued; i++)
        if (!send_statement(db, &db->queue[i], &preparing[i]))
            return give_up_connection(ctx, db);
    if (PQpipelineSync(db->conn) != 1)
        return give_up_connection(ctx, db);
    db->commit_sent = db->commit_queued;
    db->counts.round_trips++;
    if ((e = flush_queue(ctx, db)) == OK)
        e = read_errands(ctx, db, forgotten + settling);
    if (e != OK)
        return e;
    db->n_forgotten -= forgotten;
    e = read_batch(ctx, db, preparing, rows);
    if (db->outcome == DB_STALE)
        db_forget(db);
    return e;
}

/* A batch that is a transaction of its own has changed nothing when it fails. */
static enum err send_fresh(struct ctx *ctx, struct db *db, struct db_rows *rows) {
    enum err e = send_batch(ctx, db, rows);
    if (db->outcome != DB_STALE || db->in_transaction)
        return e;
    db->counts.retries++;
    fail_clear(ctx);
    return send_batch(ctx, db, rows);
}

enum err db_run(struct ctx *ctx, struct db *db, struct db_rows *rows) {
    assert(db->n_queued > 0);
    enum err e = send_fresh(ctx, db, rows);
    if (e == OK && db->begin_queued && !db->committed)
        e = db_opened(ctx, db, db->opened);
    if (e == OK && db->unreplicated && !db->in_transaction)
        e = db_unconfirmed(ctx, db);
    db_queue_clear(db);
    return e;
}

enum err db_read(struct ctx *ctx, struct db *db, struct db_rows *rows) {
    if (db->in_transaction) /* what is sent again would not be inside it */
        return db_run(ctx, db, rows);
    bool had_connection = db->conn;
    enum err e = send_fresh(ctx, db, rows);
    if ((db->outcome == DB_LOST && had_connection) || db->outcome == DB_LOCKED) {
        db->counts.retries++;
        fail_clear(ctx);
        e = send_batch(ctx, db, rows);
    }
    db_queue_clear(db);
    return e;
}

enum err db_script(struct ctx *ctx, struct db *db, const char *text) {
    assert(db->n_queued == 0);
    enum err e = db_connect(ctx, db);
    if (e != OK)
        return e;
    PQexitPipelineMode(db->conn);
    PQsetnonblocking(db->conn, 0);
    PGresult *res = PQexec(db->conn, text);
    bool good = PQresultStatus(res) == PGRES_COMMAND_OK || PQresultStatus(res) == PGRES_TUPLES_OK;
    const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
    bool blocked = state && (strcmp(state, "55P03") == 0 || strcmp(state, "40P01") == 0);
    db->outcome = blocked ? DB_LOCKED : DB_REFUSED;
    if (!good)
        snprintf(db->message, sizeof db->message, "%s", PQresultErrorMessage(res));
    PQclear(res);
    PQsetnonblocking(db->conn, 1);
    if (!good) {
        db_drop(db);
        return fail(ctx, db->outcome == DB_LOCKED ? ERR_UNAVAILABLE : ERR_INTERNAL, "%s", db->message);
    }
    PQenterPipelineMode(db->conn);
    return OK;
}
