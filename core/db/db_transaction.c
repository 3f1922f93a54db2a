/* Runs a transaction, again after a conflict, and finds out how a commit ended whose answer was lost. */

#include "db/db_internal.h"

#include "base/clock.h"
#include "base/log.h"
#include "sql/transaction.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ATTEMPTS = 4, LOST_ATTEMPTS = 2, LOCK_ATTEMPTS = 2, RESOLVE_MS = 30000 };

/*
 * The constraint on a value that the work chooses anew each time. Violating it twice is bad luck, not a reason to stop.
 */
static const char chosen[] = "team_name";

/* What to do after a failure. */
enum verdict {
    GIVE_UP,
    RETRY_HERE,
    RETRY_WHOLE, /* run the outermost transaction again: a savepoint does not help */
};

/*
 * The number of an advisory lock that this request's transaction holds. Whoever wants to know how an interrupted
 * transaction ended waits for the lock. The number is the random end of the event's id.
 */
static void mark_key(const char *event_id, char out[24]) {
    unsigned long long key = strtoull(event_id + 24, NULL, 16);
    snprintf(out, 24, "%llu", key);
}

static void queue_begin(struct db *db, const struct db_transaction *t) {
    char key[24] = "0", lock_ms[24];
    snprintf(lock_ms, sizeof lock_ms, "%" PRId64, db->locked && db->patience.next ? db->lock_ms : db->patience.ms);
    if (t->event_id)
        mark_key(t->event_id, key);
    db_queue_clear(db);
    db_queue(db, sql_transaction_begin());
    db_queue(db, sql_transaction_mark(.key = arena_strdup(db->queue_arena, key),
                                      .lock_ms = arena_strdup(db->queue_arena, lock_ms)));
    db->hidden = 2;
    db->in_transaction = db->begin_queued = true;
    db->commit_queued = db->commit_sent = db->committed = db->synchronous = false;
    db->outcome = DB_DONE;
    db->constraint[0] = '\0';
}

static void roll_back(struct db *db) {
    db_queue_clear(db);
    db->commit_queued = false;
    if (!db->conn || !db->in_transaction)
        return;
    enum db_outcome outcome = db->outcome;
    struct ctx scratch = {.arena = arena_create()};
    db_queue(db, sql_transaction_rollback());
    if (db_run(&scratch, db, NULL) != OK)
        db_drop(db);
    arena_destroy(scratch.arena);
    db->in_transaction = false;
    db->outcome = outcome;
}

enum err db_unconfirmed(struct ctx *ctx, struct db *db) {
    log_line(LOG_WARN, "db_standby", "reason", "the wait for a synchronous standby was cut short", NULL);
    db_count_failure(db, "standby");
    return fail(ctx, ERR_UNAVAILABLE, "a standby server has not confirmed the change, try again later");
}

/* A transaction that waits for a standby holds a connection and locks all the time, so only one should wait. */
enum err db_opened(struct ctx *ctx, struct db *db, struct db_rows mark) {
    db->synchronous = !db_null(mark, 0, TRANSACTION_MARK_STANDBY_WAITS);
    if (!db_bool(mark, 0, TRANSACTION_MARK_STANDBY_WAITS))
        return OK;
    log_line(LOG_WARN, "db_standby", "reason", "an earlier commit waits for a synchronous standby", NULL);
    db_count_failure(db, "standby");
    db->outcome = DB_REFUSED;
    return fail(ctx, ERR_UNAVAILABLE, "a standby server has not confirmed earlier changes yet, try again later");
}

/*
 * The commit was made here, but the wait for the standby was cut short. Waiting for a later commit also waits for this
 * one, but only on this connection: after a reconnect the server may be another one that never had the commit, so the
 * event is looked up there.
 */
static enum err confirm_commit(struct ctx *ctx, struct db *db) {
    (void)db_unconfirmed(ctx, db);
    fail_clear(ctx);
    db->in_transaction = false;
    db_queue(db, sql_transaction_barrier());
    enum err e = db_run(ctx, db, NULL);
    if (e != OK) {
        db->commit_sent = true;
        db->outcome = DB_LOST;
    }
    return e;
}

static enum err attempt_once(struct ctx *ctx, struct db *db, struct db_transaction *t) {
    assert(!db->in_transaction);
    queue_begin(db, t);
    enum err e = t->work(ctx, db, t->arg);
    if (e != OK) {
        roll_back(db);
        return e;
    }
    if (db->synchronous && !t->unheard)
        db_queue(db, sql_transaction_barrier());
    db_queue(db, sql_transaction_commit());
    if (t->event_id)
        db_queue(db, sql_transaction_tell());
    db->commit_queued = true;
    e = db_run(ctx, db, t->rows);
    db->commit_queued = false;
    if (e != OK && db->committed) { /* only a statement after the commit failed or was lost */
        fail_clear(ctx);
        e = OK;
    }
    if (e == OK && !db->committed) {
        log_line(LOG_ERROR, "commit_refused", NULL);
        e = fail(ctx, ERR_INTERNAL, NULL);
    }
    if (e == OK && db->unreplicated)
        e = confirm_commit(ctx, db);
    if (e == OK)
        db->in_transaction = false;
    else
        roll_back(db);
    return e;
}

/* Rolls back to the savepoint; nothing to do if it was queued but never sent. */
static void go_back(struct db *db, bool sent) {
    db_queue_clear(db);
    if (!sent || !db->conn || !db->in_transaction)
        return;
    enum db_outcome outcome = db->outcome;
    struct ctx scratch = {.arena = arena_create()};
    db_queue(db, sql_savepoint_rollback());
    db_queue(db, sql_savepoint_release());
    if (db_run(&scratch, db, NULL) != OK)
        db_drop(db);
    arena_destroy(scratch.arena);
    db->outcome = outcome;
}

/* As attempt_once(), for a savepoint. */
static enum err attempt_inner(struct ctx *ctx, struct db *db, struct db_transaction *t) {
    uint64_t trips = db->counts.round_trips;
    if (!db->in_transaction) {
        db->outcome = DB_LOST;
        return fail(ctx, ERR_UNAVAILABLE, NULL);
    }
    db_queue_clear(db);
    db_queue(db, sql_savepoint());
    db->hidden = 1;
    db->outcome = DB_DONE;
    db->constraint[0] = '\0';
    enum err e = t->work(ctx, db, t->arg);
    if (e == OK) {
        db_queue(db, sql_savepoint_release());
        e = db_run(ctx, db, t->rows);
    }
    if (e != OK)
        go_back(db, db->counts.round_trips != trips);
    return e;
}

/*
 * The connection was lost after COMMIT was sent: finds out whether it was committed, and whether the standbys have it.
 */
static enum err resolve_ambiguous(struct ctx *ctx, struct db *db, const struct db_transaction *t, bool *happened) {
    char key[24];
    mark_key(t->event_id, key);
    struct db_rows rows[4] = {0};
    size_t event = 0;
    enum err e = ERR_UNAVAILABLE;
    int64_t deadline = db->deadline, until = clock_monotonic_ms() + RESOLVE_MS; /* the command line has no deadline */
    db->deadline = deadline < until ? deadline : until;
    db->counts.ambiguous++;
    db_count_failure(db, "ambiguous");
    while (clock_monotonic_ms() < db->deadline) {
        db_queue(db, sql_tenant_set(.organization_id = *t->organization));
        db_queue(db, sql_transaction_mark(.key = key, .lock_ms = "5000"));
        event = db_queue(db, sql_audit_event_exists(.id = t->event_id));
        db_queue(db, sql_transaction_barrier());
        if ((e = db_run(ctx, db, rows)) == OK)
            break;
        struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
        nanosleep(&pause, NULL);
    }
    db->deadline = deadline;
    if (e != OK)
        return e;
    *happened = db_count(rows[event]) > 0;
    log_line(LOG_WARN, "ambiguous_commit", "happened", *happened ? "yes" : "no", "request", t->event_id, NULL);
    return OK;
}

/* Whether to wait once more for a lock that did not come (db_set_patience()). */
static bool goes_on_waiting(struct db *db) {
    const struct db_patience *p = &db->patience;
    db->locked++;
    if (p->next)
        db->lock_ms = p->next(p->arg, db->locked);
    return p->next ? db->lock_ms > 0 : db->locked < LOCK_ATTEMPTS;
}

static void end_waiting(struct db *db, bool in_vain) {
    if (db->locked && db->patience.end)
        db->patience.end(db->patience.arg, in_vain);
    db->locked = 0;
}

static void back_off(unsigned n) {
    struct timespec pause = {.tv_nsec = (5 + (long)(random() % 20) * (long)(n + 1)) * 1000 * 1000};
    nanosleep(&pause, NULL);
}

/* The answer to COMMIT never came. Whether the work may run again; if not because it was committed, *e becomes OK. */
static bool again_after_commit(struct ctx *ctx, struct db *db, struct db_transaction *t, unsigned tries, enum err *e) {
    bool happened = false;
    db->commit_sent = false;
    if (!t->event_id || !*t->organization || resolve_ambiguous(ctx, db, t, &happened) != OK)
        return false;
    if (happened) {
        fail_clear(ctx);
        t->read_again = true;
        *e = OK;
    }
    return !happened && tries < ATTEMPTS;
}

/*
 * One rule for each outcome. A conflict in a savepoint concerns the outermost transaction, which keeps its locks when a
 * savepoint is rolled back. 23505 comes only after the other transaction committed, so the next attempt sees its row:
 * if the same constraint fires again, the duplicate is certain.
 */
static enum verdict verdict_of(struct db *db, const struct db_transaction *t, unsigned tries,
                               const char *constraint_before) {
    bool inner = db->depth > 1;
    unsigned most = db->outcome == DB_CONFLICT ? ATTEMPTS : LOST_ATTEMPTS;
    bool certain = strcmp(db->constraint, constraint_before) == 0 && strcmp(db->constraint, chosen) != 0;
    switch (db->outcome) {
    case DB_LOST:
    case DB_STALE:
    case DB_CONFLICT:
        return inner ? RETRY_WHOLE : tries < most ? RETRY_HERE : GIVE_UP;
    case DB_LOCKED:
        return t->yields ? GIVE_UP : inner ? RETRY_WHOLE : goes_on_waiting(db) ? RETRY_HERE : GIVE_UP;
    case DB_DUPLICATE:
        return t->final_duplicate || certain || tries == ATTEMPTS ? GIVE_UP : RETRY_HERE;
    case DB_DONE:
    case DB_DEADLINE:
    case DB_REFUSED:
        break;
    }
    return GIVE_UP;
}

/* Whether the work may run again here; if not, *e is the error to return. */
static bool may_run_again(struct ctx *ctx, struct db *db, struct db_transaction *t, unsigned tries,
                          const char *constraint_before, enum err *e) {
    bool lost = db->outcome == DB_LOST || db->outcome == DB_DEADLINE;
    if (lost && db->commit_sent)
        return again_after_commit(ctx, db, t, tries, e);
    enum verdict v = verdict_of(db, t, tries, constraint_before);
    if (v == RETRY_WHOLE)
        roll_back(db);
    if (v == RETRY_HERE && db->outcome == DB_CONFLICT)
        back_off(tries);
    return v == RETRY_HERE;
}

void db_queue_budget(struct db *db, int64_t ms) {
    assert(!db->in_transaction && ms > 0);
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, ms);
    db_queue(db, sql_budget(.milliseconds = arena_strdup(db->queue_arena, text)));
    db->budget = true;
}

const char *db_event_id(const char *request_id, unsigned *events) {
    return (*events)++ == 0 ? request_id : NULL;
}

bool db_in_transaction(const struct db *db) {
    return db->in_transaction;
}

enum err db_transaction(struct ctx *ctx, struct db *db, struct db_transaction *t) {
    assert(t->work && (!t->event_id || t->organization));
    bool inner = db->depth++ > 0;
    unsigned none = 0, *events = t->events ? t->events : &none, before = *events;
    char constraint_before[sizeof db->constraint] = "";
    enum err e = OK;
    for (unsigned tries = 1;; tries++) {
        e = inner ? attempt_inner(ctx, db, t) : attempt_once(ctx, db, t);
        if (e == OK || !may_run_again(ctx, db, t, tries, constraint_before, &e))
            break;
        memcpy(constraint_before, db->constraint, sizeof constraint_before);
        *events = before;
        db->counts.retries++;
        fail_clear(ctx);
    }
    if (e != OK)
        *events = before;
    db->depth--;
    if (!inner) {
        db->in_transaction = false;
        end_waiting(db, e != OK && db->outcome == DB_LOCKED);
    }
    db_queue_clear(db);
    return e;
}
