/* The connection to PostgreSQL: connects, queues statements, reads values of rows. */

#include "db/db_internal.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "host/metrics.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENT_MAX = 1024 * 1024, PREPARED_MAX = 4096, LOCK_MS = 5000 };

struct db *db_create(const struct settings *settings, const char *application) {
    struct db *db = calloc(1, sizeof *db);
    db->settings = settings;
    db->application = application;
    db->queue_arena = arena_create();
    db->deadline = INT64_MAX;
    db->patience = (struct db_patience){.ms = LOCK_MS};
    return db;
}

void db_destroy(struct db *db) {
    if (!db)
        return;
    db_drop(db);
    for (size_t i = 0; i < DB_SHAPES; i++)
        free(db->shapes[i].text);
    arena_destroy(db->queue_arena);
    free(db);
}

int64_t db_time_left(const struct db *db) {
    int64_t now = clock_monotonic_ms();
    return db->deadline > now ? db->deadline - now : 0;
}

void db_deadline(struct db *db, int64_t at_ms) {
    db->deadline = at_ms;
}

void db_set_patience(struct db *db, const struct db_patience *p) {
    db->patience = *p;
}

struct db_counts db_counts(const struct db *db) {
    return db->counts;
}

size_t db_largest(const struct db *db) {
    return db->largest;
}

void db_count_failure(struct db *db, const char *kind) {
    char values[64];
    snprintf(values, sizeof values, "%s %s", db->service, kind);
    if (db->metrics)
        metrics_count(db->metrics, METRIC_DATABASE_ERRORS, values, 1);
}

void db_metrics(struct db *db, struct metrics *m, const char *service) {
    static const char *const kinds[] = {"connect", "lost", "deadline", "conflict", "refused", "ambiguous", "standby"};
    char values[64];
    db->metrics = m;
    db->service = service;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        snprintf(values, sizeof values, "%s %s", service, kinds[i]);
        metrics_count(m, METRIC_DATABASE_ERRORS, values, 0);
    }
}

const char *db_constraint(const struct db *db) {
    return db->constraint;
}

bool db_lock_timed_out(const struct db *db) {
    return db->outcome == DB_LOCKED;
}

const char *db_message(const struct db *db) {
    return db->message;
}

void db_drop(struct db *db) {
    if (db->conn)
        PQfinish(db->conn);
    db->conn = NULL;
    db->largest = 0;
    db->in_transaction = false;
    db_forget(db);
    db->n_forgotten = 0;
    db->stale = false;
}

void db_forget(struct db *db) {
    static const char all[] = "all";
    memset(db->prepared, 0, sizeof db->prepared);
    for (size_t i = 0; i < DB_SHAPES; i++)
        db->shapes[i].prepared = false;
    memcpy(db->forgotten[0], all, sizeof all);
    db->n_forgotten = 1;
    db->stale = true;
}

void db_grown(struct db *db, enum db_growth of, int64_t rows) {
    enum { SMALL = 10000, TWOFOLD = 2, TENFOLD = 10 };
    int64_t times = rows <= SMALL ? TWOFOLD : TENFOLD;
    if (rows < TENFOLD || rows / times < db->most[of])
        return;
    db->most[of] = rows;
    db->outgrown = true;
}

bool db_wait(struct db *db, bool write, int64_t deadline) {
    for (;;) {
        int64_t left = deadline - clock_monotonic_ms();
        if (left <= 0)
            return false;
        struct pollfd p = {.fd = PQsocket(db->conn), .events = (short)(POLLIN | (write ? POLLOUT : 0))};
        int n = poll(&p, 1, left > 1000 ? 1000 : (int)left);
        if (n > 0)
            return true;
    }
}

int db_socket(const struct db *db) {
    return db->conn ? PQsocket(db->conn) : -1;
}

bool db_notified(struct db *db) {
    bool any = false;
    if (!db->conn || !PQconsumeInput(db->conn))
        return false;
    for (PGnotify *n; (n = PQnotifies(db->conn)); any = true)
        PQfreemem(n);
    return any;
}

/*
 * Recognizes warnings by the function that raises them, because their texts are translated. SyncRepWaitForLSN: the
 * transaction has committed here, but the standby may not have it. exec_stmt_raise: a function of our own, whose text
 * goes to the log.
 */
static void take_notice(void *arg, const PGresult *res) {
    struct db *db = arg;
    const char *function = PQresultErrorField(res, PG_DIAG_SOURCE_FUNCTION);
    const char *severity = PQresultErrorField(res, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (function && strcmp(function, "SyncRepWaitForLSN") == 0)
        db->unreplicated = true;
    if (function && severity && strcmp(function, "exec_stmt_raise") == 0 && strcmp(severity, "WARNING") == 0)
        log_line(LOG_WARN, "db_warning", "reason", PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY), NULL);
}

/* MUSTER_DB can override what comes before dbname. */
static PGconn *connect_start(const struct db *db) {
    char unanswered[24];
    snprintf(unanswered, sizeof unanswered, "%ld", db->settings->connect_ms);
    const char *keys[] = {"tcp_user_timeout", "dbname", "application_name", "client_encoding", "gssencmode", NULL};
    const char *values[] = {unanswered, db->settings->db, db->application, "UTF8", "disable", NULL};
    return PQconnectStartParams(keys, values, 1);
}

enum err db_connect(struct ctx *ctx, struct db *db) {
    if (db->conn)
        return OK;
    int64_t deadline = clock_monotonic_ms() + db->settings->connect_ms;
    if (deadline > db->deadline)
        deadline = db->deadline;
    db->conn = connect_start(db);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (PQstatus(db->conn) != CONNECTION_BAD && status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED) {
        struct pollfd p = {.fd = PQsocket(db->conn),
                           .events = (short)(status == PGRES_POLLING_READING ? POLLIN : POLLOUT)};
        int64_t left = deadline - clock_monotonic_ms();
        if (left <= 0 || (poll(&p, 1, (int)(left > 60000 ? 60000 : left)) == 0))
            break;
        status = PQconnectPoll(db->conn);
    }
    db->counts.connects++;
    if (PQstatus(db->conn) == CONNECTION_OK && status == PGRES_POLLING_OK) {
        PQsetNoticeReceiver(db->conn, take_notice, db);
        if (PQsetnonblocking(db->conn, 1) == 0 && PQenterPipelineMode(db->conn) == 1)
            return OK;
    }
    snprintf(db->message, sizeof db->message, "%s", PQerrorMessage(db->conn));
    log_line(LOG_ERROR, "db_connect", "reason", "no connection", NULL);
    db_count_failure(db, "connect");
    db_drop(db);
    db->outcome = DB_LOST;
    return fail(ctx, ERR_UNAVAILABLE, "the database cannot be reached at the moment, try again later");
}

void db_queue_clear(struct db *db) {
    db->n_queued = 0;
    db->hidden = 0;
    db->begin_queued = false;
    db->budget = false;
    db->null_refused.statement = NULL;
    arena_reset(db->queue_arena);
}

static struct db_queued *queue_next(struct db *db) {
    assert(db->n_queued < DB_BATCH);
    return &db->queue[db->n_queued++];
}

static struct db_queued *queue_call(struct db *db, const struct sql_call *call) {
    assert(call->statement < SQL_COUNT);
    const struct sql_statement *s = &sql_statements[call->statement];
    struct db_queued *q = queue_next(db);
    q->statement = call->statement;
    q->name = s->name;
    q->text = s->text;
    q->params = q->own;
    q->n_params = s->n_params;
    q->prepared = &db->prepared[call->statement];
    for (int i = 0; i < s->n_params; i++) {
        q->own[i] = call->params[i];
        if (!q->own[i] && !(s->nulls >> i & 1) && !db->null_refused.statement) {
            db->null_refused.statement = s;
            db->null_refused.param = i;
        }
    }
    return q;
}

size_t db_queue(struct db *db, struct sql_call call) {
    size_t at = db_queued(db);
    queue_call(db, &call);
    return at;
}

size_t db_queue_once(struct db *db, struct sql_call call) {
    size_t at = db_queued(db);
    queue_call(db, &call)->prepared = NULL;
    return at;
}

/* The fragment whose mark begins here; NULL: none. */
static const struct db_fragment *fragment_at(const char *p, const struct db_fragment *fragments, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strncmp(p, fragments[i].mark, strlen(fragments[i].mark)) == 0)
            return &fragments[i];
    return NULL;
}

static const char *replace_marks(struct arena *a, const char *text, const struct db_fragment *fragments, size_t n) {
    struct buf *b = buf_new(a, STATEMENT_MAX);
    for (const char *mark; (mark = strstr(text, "/*"));) {
        const struct db_fragment *f = fragment_at(mark, fragments, n);
        buf_add(b, text, (size_t)(mark - text));
        buf_str(b, f ? f->text : "/*");
        text = mark + strlen(f ? f->mark : "/*");
    }
    buf_str(b, text);
    return buf_text(b);
}

/* Whether the text was run before; remembers it. The hash is FNV-1a, 64 bits. */
static bool was_seen(struct db *db, const char *text) {
    uint64_t hash = 14695981039346656037U;
    for (const char *p = text; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 1099511628211U;
    uint64_t *place = &db->seen[hash % DB_SEEN];
    bool seen = *place == hash;
    *place = hash;
    return seen;
}

/* If the table is full, the oldest shape is replaced, on the server, too. */
static struct db_shape *free_shape(struct db *db) {
    struct db_shape *s = &db->shapes[db->next_shape % DB_SHAPES];
    if (s->prepared) {
        assert(db->n_forgotten < DB_BATCH);
        memcpy(db->forgotten[db->n_forgotten++], s->name, sizeof s->name);
    }
    free(s->text);
    return s;
}

/*
 * Statements of the same shape share a prepared statement, from the second one on. A shape that a client uses only
 * once, or that is very long, is not worth the server's memory. NULL: do not prepare.
 */
static struct db_shape *shape_of(struct db *db, const char *text, size_t added) {
    for (size_t i = 0; i < DB_SHAPES; i++)
        if (db->shapes[i].text && strcmp(db->shapes[i].text, text) == 0)
            return &db->shapes[i];
    if (added > PREPARED_MAX || !was_seen(db, text))
        return NULL;
    struct db_shape *s = free_shape(db);
    s->text = strdup(text);
    snprintf(s->name, sizeof s->name, "filtered_%u", db->next_shape++);
    s->prepared = false;
    return s;
}

size_t db_queue_shaped(struct db *db, struct sql_call call, const struct db_fragment *fragments, size_t n,
                       const char *const *more, size_t n_more) {
    size_t at = db_queued(db);
    struct db_queued *q = queue_call(db, &call);
    size_t own = (size_t)q->n_params, bare = strlen(q->text);
    const char **all = arena_array(db->queue_arena, own + n_more + 1, sizeof *all);
    for (size_t i = 0; i < own + n_more; i++)
        all[i] = i < own ? q->own[i] : more[i - own];
    const char *text = replace_marks(db->queue_arena, q->text, fragments, n);
    size_t len = strlen(text);
    struct db_shape *shape = shape_of(db, text, len > bare ? len - bare : 0);
    assert(!db->in_transaction);
    q->name = shape ? shape->name : "";
    q->text = text;
    q->params = all;
    q->n_params = (int)(own + n_more);
    q->prepared = shape ? &shape->prepared : NULL;
    return at;
}

size_t db_queued(const struct db *db) {
    return db->n_queued - db->hidden;
}

size_t db_count(struct db_rows rows) {
    return (size_t)PQntuples(rows.result);
}

/* The index of a column in rows that have it. */
static int column_place(struct db_rows rows, int column) {
    const struct sql_statement *s = &sql_statements[rows.statement];
    int row = column / 256;
    for (int i = 0; i < SQL_PARTS; i++)
        if (s->parts[i].row == row)
            return s->parts[i].from + column % 256;
    log_fatal("db_column", s->name);
}

bool db_null(struct db_rows rows, size_t row, int column) {
    assert(row < db_count(rows));
    return PQgetisnull(rows.result, (int)row, column_place(rows, column));
}

const char *db_text(struct db_rows rows, size_t row, int column) {
    assert(row < db_count(rows));
    int c = column_place(rows, column);
    return PQgetisnull(rows.result, (int)row, c) ? NULL : PQgetvalue(rows.result, (int)row, c);
}

int64_t db_int(struct db_rows rows, size_t row, int column) {
    const char *s = db_text(rows, row, column);
    int64_t n = 0;
    bool whole = !s || number_parse(s, strlen(s), &n);
    assert(whole); /* the column must have an integer type */
    return n;
}

bool db_bool(struct db_rows rows, size_t row, int column) {
    const char *s = db_text(rows, row, column);
    return s && s[0] == 't';
}
