/* The deliveries of one round: reserves them, starts them, and stores their results. */

#include "deliver/deliver_work.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/utf8.h"
#include "sql/deliver.h"
#include "sql/transaction.h"
#include "webhook/policy.h"
#include "webhook/retry.h"
#include "webhook/signing_key.h"

#include <assert.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { AT_WORK = 256, LEAVERS_MORE = 64, SETTLE_MOST = 24, CLAIM_MOST = 30, PRUNE_MOST = 1000 };

/* One reserved delivery. It lives in its own arena. */
struct job {
    struct sending sending; /* first, so that the result of deliver_send_finished() is the job */
    struct arena *arena;
    struct job *next; /* the next finished one */
    const char *organization, *id, *endpoint, *target, *lease, *sequence, *endpoint_organization;
    const char *format, *audience, *secret, *previous_secret;
    int attempts; /* attempts that failed before */
    const char *outcome;
    size_t at; /* index of its rows in a batch */
    struct format_message message;
};

static size_t queue_settle(struct deliver *d, struct arena *a, struct job *j) {
    const struct sending *s = &j->sending;
    bool failed = strcmp(j->outcome, "failed") == 0 || strcmp(j->outcome, "gone") == 0;
    double retry = failed ? retry_after(j->attempts, s->retry_after, d->settings->time_scale) : RETRY_NO_MORE;
    bool rest = s->retry_after > 0 && (s->status == 429 || s->status == 503);
    return db_queue(
        d->db, sql_deliver_settle(.organization_id = j->organization, .endpoint_id = j->endpoint,
                                  .target_id = j->target, .lease = j->lease, .outcome = j->outcome,
                                  .status = s->status ? arena_printf(a, "%d", s->status) : NULL,
                                  .error = *s->error ? utf8_clean(a, s->error, strlen(s->error)) : NULL,
                                  .duration_ms = arena_printf(a, "%d", s->duration_ms),
                                  .response = s->answer_len ? utf8_clean(a, s->answer, s->answer_len) : NULL,
                                  .retry_seconds = retry >= 0 ? arena_printf(a, "%.3f", retry) : NULL,
                                  .pause_seconds = rest ? arena_printf(a, "%.3f", retry_rest(s->retry_after)) : NULL,
                                  .time_scale = arena_printf(a, "%ld", d->settings->time_scale),
                                  .circuit_failures = arena_printf(a, "%d", POLICY_CIRCUIT_FAILURES),
                                  .circuit_seconds = arena_printf(a, "%d", POLICY_CIRCUIT_SECONDS),
                                  .circuit_longest = arena_printf(a, "%d", POLICY_CIRCUIT_LONGEST),
                                  .failing_days = arena_printf(a, "%d", POLICY_FAILING_DAYS),
                                  .slow_seconds = arena_printf(a, "%d", POLICY_SLOW_SECONDS)));
}

static void job_end(struct deliver *d, struct job *j) {
    assert(d->at_work > 0);
    d->at_work--;
    arena_destroy(j->arena);
}

static void job_finish(struct deliver *d, struct job *j, const char *outcome) {
    assert(outcome);
    j->outcome = outcome;
    j->next = d->finished;
    d->finished = j;
}

size_t deliver_collect(struct deliver *d) {
    size_t n = 0;
    for (struct sending *s; (s = deliver_send_finished(d->sender)); n++) {
        bool good = s->status >= 200 && s->status < 300;
        job_finish(d, (struct job *)(void *)s, good ? "delivered" : s->status == 410 ? "gone" : "failed");
    }
    return n;
}

/* Sorts by endpoint and target, so that two workers that write the same rows never deadlock. */
static int compare_jobs(const void *a, const void *b) {
    const struct job *const *x = a, *const *y = b;
    int order = strcmp((*x)->endpoint, (*y)->endpoint);
    return order ? order : strcmp((*x)->target, (*y)->target);
}

static size_t take_finished(struct deliver *d, struct job *out[SETTLE_MOST]) {
    size_t n = 0;
    for (; d->finished && n < SETTLE_MOST; d->finished = d->finished->next)
        out[n++] = d->finished;
    qsort(out, n, sizeof *out, compare_jobs);
    return n;
}

/*
 * Rows that are settled together are locked beforehand, because events of several organizations are also sealed
 * together.
 */
static void queue_hold(struct deliver *d, struct arena *a, struct job *const *jobs, size_t n) {
    struct buf *lists[3];
    for (size_t i = 0; i < 3; i++)
        buf_char(lists[i] = buf_new(a, SIZE_MAX / 2), '{');
    for (size_t i = 0; i < n; i++) {
        const char *ids[] = {jobs[i]->organization, jobs[i]->endpoint, jobs[i]->target};
        for (size_t k = 0; k < 3; k++)
            buf_fmt(lists[k], "%s%s", i ? "," : "", ids[k]);
    }
    for (size_t i = 0; i < 3; i++)
        buf_char(lists[i], '}');
    db_queue(d->db, sql_deliver_hold(.organization_ids = buf_text(lists[0]), .endpoint_ids = buf_text(lists[1]),
                                     .target_ids = buf_text(lists[2])));
}

static void log_delivery(const struct job *j, const char *state) {
    char status[16], ms[24], attempt[16];
    snprintf(status, sizeof status, "%d", j->sending.status);
    snprintf(ms, sizeof ms, "%d", j->sending.duration_ms);
    snprintf(attempt, sizeof attempt, "%d", j->attempts + 1);
    log_line(LOG_INFO, "delivery", "delivery", j->id, "organization", j->organization, "endpoint", j->endpoint,
             "sequence", j->sequence, "attempt", attempt, "status", status, "ms", ms, "state", state ? state : "late",
             NULL);
}

void deliver_count_from_zero(struct deliver *d) {
    static const char *const outcomes[] = {"delivered", "failed", "dead", "blocked"};
    db_metrics(d->db, d->metrics, "deliver");
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        metrics_count(d->metrics, METRIC_WEBHOOK_ATTEMPTS, outcomes[i], 0);
}

/*
 * `state` as stored; NULL: it was too late to store it. If the format has no message for the event, there was no
 * attempt.
 */
static void count_attempt(struct deliver *d, const struct job *j, const char *state) {
    const struct sending *s = &j->sending;
    bool delivered = strcmp(j->outcome, "delivered") == 0, dead = state && strcmp(state, "dead") == 0;
    if (strcmp(j->outcome, "skipped") == 0)
        return;
    metrics_count(d->metrics, METRIC_WEBHOOK_ATTEMPTS,
                  delivered    ? "delivered"
                  : dead       ? "dead"
                  : s->refused ? "blocked"
                               : "failed",
                  1);
    if (s->duration_ms > 0)
        metrics_observe(d->metrics, METRIC_WEBHOOK_SECONDS, "", (uint64_t)s->duration_ms * 1000);
}

static void note_settled(struct deliver *d, struct job *const *jobs, size_t n, struct db_rows *rows) {
    for (size_t i = 0; i < n; i++) {
        const char *state = db_text(rows[jobs[i]->at], 0, DELIVER_SETTLE_STATE);
        count_attempt(d, jobs[i], state);
        log_delivery(jobs[i], state);
        job_end(d, jobs[i]);
    }
}

static const char *keep_column(struct job *j, struct db_rows rows, size_t row, int column) {
    const char *text = db_text(rows, row, column);
    return text ? arena_strdup(j->arena, text) : NULL;
}

static struct job *job_new(struct deliver *d, struct db_rows rows, size_t row) {
    struct arena *a = arena_create();
    struct job *j = arena_alloc(a, sizeof *j);
    j->arena = a;
    j->organization = keep_column(j, rows, row, DELIVER_CLAIM_ORGANIZATION_ID);
    j->id = keep_column(j, rows, row, DELIVER_CLAIM_ID);
    j->endpoint = keep_column(j, rows, row, DELIVER_CLAIM_ENDPOINT_ID);
    j->target = keep_column(j, rows, row, DELIVER_CLAIM_TARGET_ID);
    j->sequence = keep_column(j, rows, row, DELIVER_CLAIM_SEQUENCE);
    j->lease = keep_column(j, rows, row, DELIVER_CLAIM_LEASE);
    j->endpoint_organization = keep_column(j, rows, row, DELIVER_CLAIM_ENDPOINT_ORGANIZATION_ID);
    j->format = keep_column(j, rows, row, DELIVER_CLAIM_FORMAT);
    j->audience = keep_column(j, rows, row, DELIVER_CLAIM_AUDIENCE);
    j->secret = keep_column(j, rows, row, DELIVER_CLAIM_SECRET);
    j->previous_secret = keep_column(j, rows, row, DELIVER_CLAIM_PREVIOUS_SECRET);
    j->attempts = (int)db_int(rows, row, DELIVER_CLAIM_ATTEMPTS);
    j->sending.url = keep_column(j, rows, row, DELIVER_CLAIM_URL);
    j->sending.allow_private = db_bool(rows, row, DELIVER_CLAIM_ALLOW_PRIVATE);
    d->at_work++;
    return j;
}

/* Decrypts a secret into the receiver's form. */
static enum err open_secret(struct deliver *d, struct ctx *ctx, const struct job *j, const char *sealed, char **out) {
    uint8_t *plain = NULL;
    size_t len;
    if (!sealed)
        return OK;
    enum err e = secret_open(ctx, &d->keys, arena_printf(ctx->arena, "%s/%s", j->endpoint_organization, j->endpoint),
                             sealed, &plain, &len);
    *out = (char *)plain;
    return e;
}

static void forget_secrets(char *const secrets[FORMAT_SECRETS]) {
    for (size_t i = 0; i < FORMAT_SECRETS; i++)
        if (secrets[i])
            OPENSSL_cleanse(secrets[i], strlen(secrets[i]));
}

static void fail_job(struct deliver *d, struct job *j, const char *why) {
    snprintf(j->sending.error, SEND_ERROR, "%s", why);
    job_finish(d, j, "failed");
}

/* The key that signs tokens, read with the events of a round that has tokens. */
struct signer {
    EVP_PKEY *key; /* NULL: there is none, `why` says so */
    const char *kid, *why;
};

static bool is_signed(const struct job *j) {
    return strcmp(j->format, "set") == 0;
}

static struct signer signer_of(struct deliver *d, struct ctx *ctx, struct db_rows row) {
    struct signer s = {.why = "there is no key that could sign: muster signing-key rotate makes one"};
    if (db_count(row) == 0)
        return s;
    const char *columns[SIGNING_KEY_COLUMNS] = {db_text(row, 0, DELIVER_SIGNING_KEY_ID),
                                                db_text(row, 0, DELIVER_SIGNING_KEY_PUBLIC_KEY),
                                                db_text(row, 0, DELIVER_SIGNING_KEY_PRIVATE_KEY)};
    struct ctx own = {.arena = ctx->arena};
    if (signing_key_load(&own, &d->keys, columns, &s.key, &s.kid) != OK)
        s = (struct signer){.why = fail_detail(&own)};
    return s;
}

/* Turns the event into a message and sends it; if that is impossible, the job is finished at once. */
static void job_start(struct deliver *d, struct job *j, const struct signer *signer, const char *event) {
    struct ctx ctx = {.arena = j->arena};
    char *secrets[FORMAT_SECRETS] = {NULL};
    struct format_request r = {.format = j->format,
                               .now = time(NULL),
                               .base_url = d->settings->public_url,
                               .audience = j->audience,
                               .url = j->sending.url,
                               .signing_key = signer->key,
                               .key_id = signer->kid};
    if (is_signed(j) && !signer->key) {
        fail_job(d, j, signer->why);
        return;
    }
    enum err e = json_parse_own(&ctx, event, strlen(event), &r.event);
    if (e == OK)
        e = open_secret(d, &ctx, j, j->secret, &secrets[0]);
    if (e == OK)
        e = open_secret(d, &ctx, j, j->previous_secret, &secrets[1]);
    r.secrets[0] = secrets[0];
    r.secrets[1] = secrets[1];
    /* Each token has a jti of its own; other formats use the event's id for all receivers. */
    r.delivery_id = e != OK ? NULL : is_signed(j) ? j->id : json_get_string(r.event, "id");
    bool known = e == OK && format_render(j->arena, &r, &j->message);
    forget_secrets(secrets);
    j->sending.message = &j->message;
    if (e != OK)
        fail_job(d, j, fail_detail(&ctx));
    else if (!known)
        job_finish(d, j, "skipped");
    else
        deliver_send_start(d->sender, &j->sending);
}

/* Reads the events of the claimed deliveries in one round trip. If the database is away, they are strays. */
static enum err start_jobs(struct deliver *d, struct ctx *ctx, struct job *const *jobs, size_t n) {
    struct db_rows rows[DB_BATCH] = {0};
    struct signer signer = {0};
    bool sign = false;
    for (size_t i = 0; i < n; i++) {
        sign = sign || is_signed(jobs[i]);
        db_queue(d->db, sql_tenant_set(.organization_id = jobs[i]->organization));
        jobs[i]->at = db_queue(d->db, sql_deliver_event(.sequence = jobs[i]->sequence));
    }
    size_t key = sign ? db_queue(d->db, sql_deliver_signing_key()) : 0;
    enum err e = n ? db_read(ctx, d->db, rows) : OK;
    if (e == OK && sign)
        signer = signer_of(d, ctx, rows[key]);
    for (size_t i = 0; i < n; i++) {
        if (e != OK)
            job_end(d, jobs[i]);
        else if (db_count(rows[jobs[i]->at]) == 0)
            fail_job(d, jobs[i], "the event is not in the audit log any more");
        else
            job_start(d, jobs[i], &signer, db_text(rows[jobs[i]->at], 0, DELIVER_EVENT_OBJECT));
    }
    return e;
}

/* How many more of `most` may be started; leavers have extra room. */
static size_t room_for_jobs(const struct deliver *d, size_t most) {
    return most > d->at_work ? most - d->at_work : 0;
}

static size_t queue_claim(struct deliver *d, struct arena *a) {
    return db_queue(
        d->db,
        sql_deliver_claim(.most = arena_printf(a, "%d", CLAIM_MOST),
                          .free = arena_printf(a, "%zu", room_for_jobs(d, AT_WORK)),
                          .free_leavers = arena_printf(a, "%zu", room_for_jobs(d, AT_WORK + LEAVERS_MORE)),
                          .turn = arena_printf(a, "%d", POLICY_TURN), .width = arena_printf(a, "%d", POLICY_WIDTH),
                          .lease_seconds = arena_printf(a, "%d", POLICY_LEASE_SECONDS),
                          .slow_seconds = arena_printf(a, "%d", POLICY_SLOW_SECONDS),
                          .worker = arena_printf(a, "%d", d->worker), .behind = *d->behind ? d->behind : NULL));
}

/* What a lost connection left reserved under our number, as soon as all that we know of is settled. */
static bool queue_strays(struct deliver *d, struct arena *a) {
    if (!d->strays || d->at_work)
        return false;
    db_queue(d->db, sql_deliver_release_own(.worker = arena_printf(a, "%d", d->worker)));
    return true;
}

enum err deliver_round(struct deliver *d, struct arena *a, bool claim, size_t *taken) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows[DB_BATCH] = {0};
    struct job *done[SETTLE_MOST], *jobs[CLAIM_MOST];
    size_t n = take_finished(d, done);
    *taken = 0;
    if (n)
        queue_hold(d, a, done, n);
    for (size_t i = 0; i < n; i++)
        done[i]->at = queue_settle(d, a, done[i]);
    claim = claim && d->keys.n && room_for_jobs(d, AT_WORK + LEAVERS_MORE);
    bool gathers = claim && queue_strays(d, a);
    size_t claimed = claim ? queue_claim(d, a) : 0;
    enum err e = n || claim ? db_run(&ctx, d->db, rows) : OK;
    if (e != OK) {
        for (size_t i = 0; i < n; i++)
            job_finish(d, done[i], done[i]->outcome);
        log_line(LOG_WARN, "deliver", "error", fail_name(e), NULL);
        return e;
    }
    d->strays = d->strays && !gathers;
    note_settled(d, done, n, rows);
    *taken = claim ? db_count(rows[claimed]) : 0;
    assert(*taken <= CLAIM_MOST);
    for (size_t i = 0; i < *taken; i++)
        jobs[i] = job_new(d, rows[claimed], i);
    if (*taken)
        snprintf(d->behind, sizeof d->behind, "%s", jobs[*taken - 1]->endpoint_organization);
    return start_jobs(d, &ctx, jobs, *taken);
}

enum err deliver_arrive(struct deliver *d, struct arena *a, bool *mine) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows[2] = {0};
    db_queue(d->db, sql_deliver_listen());
    size_t worker = db_queue(d->db, sql_deliver_worker(.worker = arena_printf(a, "%d", d->worker)));
    enum err e = db_run(&ctx, d->db, rows);
    d->from_place = d->unsettled = 0; /* a crashed server may issue a place again */
    d->strays = true;
    *mine = e == OK && db_bool(rows[worker], 0, DELIVER_WORKER_MINE);
    return e;
}

enum err deliver_release(struct deliver *d, struct arena *a) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    db_queue(d->db, sql_deliver_release());
    enum err e = db_run(&ctx, d->db, &rows);
    d->standby_waits = e == OK && db_bool(rows, 0, DELIVER_RELEASE_STANDBY_WAITS);
    if (e == OK && db_int(rows, 0, DELIVER_RELEASE_RELEASED))
        log_line(LOG_INFO, "released", "deliveries", db_text(rows, 0, DELIVER_RELEASE_RELEASED), NULL);
    return e;
}

enum err deliver_prune(struct deliver *d, struct arena *a, bool *more) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    db_queue(d->db, sql_deliver_prune(.days = arena_printf(a, "%ld", d->settings->delivery_days),
                                      .most = arena_printf(a, "%d", PRUNE_MOST)));
    enum err e = db_run(&ctx, d->db, &rows);
    *more = e == OK && db_int(rows, 0, DELIVER_PRUNE_GONE) == PRUNE_MOST;
    return e;
}
