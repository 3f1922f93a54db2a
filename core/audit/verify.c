/* Verifies the hash chains of the audit log: finds events that were changed, added, moved or removed. */

#include "audit/verify.h"

#include "audit/chain.h"
#include "audit/snapshot.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/operator.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PAGE = 500, ORGANIZATIONS = 1000, HEADS_MAX = 64 * 1024 * 1024, TIME_TEXT = 64 };

/* The state of verifying one organization. */
struct walk {
    struct verify_run *run;
    struct ctx *ctx;
    struct db *db;
    struct arena *page; /* memory of one page of rows */
    struct arena *own;  /* memory of the organization */
    const char *id;
    struct chain chain;
    int64_t first, last; /* places; the next one must follow `last` */
    size_t events, problems;
    int64_t waiting;
    struct json_object *told;
};

static void note_problem(struct walk *w, int64_t sequence, const char *event, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

static void note_problem(struct walk *w, int64_t sequence, const char *event, const char *fmt, ...) {
    if (w->problems++ >= VERIFY_TOLD)
        return;
    va_list ap;
    va_start(ap, fmt);
    const char *text = arena_vprintf(w->own, fmt, ap);
    va_end(ap);
    struct json_object *o = json_object_new_object();
    json_object_object_add(o, "sequence", sequence ? json_object_new_int64(sequence) : NULL);
    json_object_object_add(o, "event_id", event ? json_object_new_string(event) : NULL);
    json_object_object_add(o, "problem", json_object_new_string(text));
    json_object_array_add(w->told, o);
}

/* Runs the queued statements; the rows are in the page's memory. */
static enum err run_batch(struct walk *w, struct db_rows *rows) {
    struct ctx ctx = {.arena = w->page};
    enum err e = db_run(&ctx, w->db, rows);
    return e == OK ? OK : fail(w->ctx, e, "%s", fail_detail(&ctx));
}

static const char *number_text(struct walk *w, int64_t n) {
    return arena_printf(w->page, "%" PRId64, n);
}

/* Checks that the place follows the one before. */
static bool check_place(struct walk *w, int64_t sequence, const char *event) {
    if (sequence == w->last)
        note_problem(w, sequence, event, "there are two of this place");
    else if (w->last + 2 == sequence)
        note_problem(w, w->last + 1, NULL, "this place is missing");
    else if (w->last + 1 != sequence)
        note_problem(w, w->last + 1, NULL, "the places from %" PRId64 " to %" PRId64 " are missing", w->last + 1,
                     sequence - 1);
    return sequence == w->last + 1;
}

static void check_row(struct walk *w, struct db_rows rows, size_t i) {
    int64_t sequence = db_int(rows, i, PLACE_SEQUENCE);
    const char *event = db_text(rows, i, OP_AUDIT_CHAIN_EVENT_ID), *wrong;
    if (!check_place(w, sequence, event))
        w->chain.linked = false;
    if (w->events++ == 0)
        w->first = sequence;
    w->last = sequence;
    if (db_null(rows, i, OP_AUDIT_CHAIN_ID)) {
        note_problem(w, sequence, event, "the event is not there, or its organization, id or time was changed");
        chain_pass(&w->chain, rows, i);
        return;
    }
    if ((wrong = chain_check_data(rows, i)))
        note_problem(w, sequence, event, "%s", wrong);
    if ((wrong = chain_check_link(&w->chain, w->id, rows, i)))
        note_problem(w, sequence, event, "%s", wrong);
}

static enum err walk_chain(struct walk *w) {
    int64_t after = w->run->from ? w->run->from - 1 : INT64_MIN, to = w->run->to ? w->run->to : INT64_MAX;
    for (size_t n = PAGE; n >= PAGE; arena_reset(w->page)) {
        struct db_rows rows = {0};
        db_queue(w->db, sql_op_audit_chain(.organization_id = w->id, .after = number_text(w, after),
                                           .to = number_text(w, to), .limit = number_text(w, PAGE)));
        enum err e = run_batch(w, &rows);
        if (e != OK)
            return e;
        n = db_count(rows);
        for (size_t i = 0; i < n; i++)
            check_row(w, rows, i);
        after = n ? w->last : after;
        w->run->events += n;
        if (w->run->progress)
            w->run->progress(w->run->arg, w->run->events);
    }
    return OK;
}

/* Takes the hash before the first place from the database. */
static enum err begin_inside(struct walk *w) {
    struct db_rows rows = {0};
    if (w->run->from <= 1)
        return OK;
    const char *place = arena_printf(w->page, "{%" PRId64 "}", w->run->from - 1);
    db_queue(w->db, sql_op_audit_heads_known(.organization_id = w->id, .sequences = place));
    enum err e = run_batch(w, &rows);
    if (e != OK)
        return e;
    w->last = w->run->from - 1;
    chain_pass(&w->chain, rows, 0);
    if (!w->chain.linked)
        note_problem(w, w->last, NULL, "this place is missing, or its hash is none: nothing can follow it");
    return OK;
}

/* Finds events that have no place and do not wait for one. */
static enum err find_strays(struct walk *w) {
    char at[TIME_TEXT] = "", id[UUID_TEXT + 1] = "";
    for (int64_t n = PAGE; n >= PAGE; arena_reset(w->page)) {
        struct db_rows rows = {0};
        db_queue(w->db, sql_op_audit_unsealed(.organization_id = w->id, .limit = number_text(w, PAGE),
                                              .after = *at ? at : NULL, .after_id = *at ? id : NULL));
        enum err e = run_batch(w, &rows);
        if (e != OK || db_count(rows) == 0)
            return e;
        for (size_t i = 0; i < db_count(rows); i++)
            if (db_bool(rows, i, OP_AUDIT_UNSEALED_STRAY))
                note_problem(
                    w, 0, db_text(rows, i, OP_AUDIT_UNSEALED_ID),
                    "the event has no place in the chain: it was put in, its id or time was changed, or its seal");
        size_t end = db_count(rows) - 1;
        n = db_int(rows, end, OP_AUDIT_UNSEALED_N);
        snprintf(at, sizeof at, "%s", db_text(rows, end, OP_AUDIT_UNSEALED_AT));
        snprintf(id, sizeof id, "%s", db_text(rows, end, OP_AUDIT_UNSEALED_ID));
    }
    return OK;
}

static enum err look_at_waiting(struct walk *w) {
    struct db_rows rows = {0};
    db_queue(w->db, sql_op_audit_waiting(.organization_id = w->id, .limit = number_text(w, VERIFY_TOLD)));
    enum err e = run_batch(w, &rows);
    if (e != OK)
        return e;
    w->waiting = db_int(rows, 0, OP_AUDIT_WAITING_WAITING);
    for (size_t i = 0; i < db_count(rows); i++)
        if (!db_null(rows, i, OP_AUDIT_WAITING_GONE))
            note_problem(w, 0, db_text(rows, i, OP_AUDIT_WAITING_GONE),
                         "the event waits for its place in the chain, but is not there");
    arena_reset(w->page);
    return OK;
}

/* Checks heads that were kept elsewhere: each place must exist, with that hash. */
static enum err check_heads(struct walk *w) {
    struct json_object *mine = json_get(w->run->heads, w->id);
    struct buf *places = buf_new(w->page, HEADS_MAX);
    struct db_rows rows = {0};
    if (!mine)
        return OK;
    json_object_object_foreach(mine, place, unused) {
        (void)unused;
        buf_fmt(places, "%s%s", buf_len(places) ? "," : "{", place);
    }
    buf_char(places, '}');
    db_queue(w->db, sql_op_audit_heads_known(.organization_id = w->id, .sequences = buf_text(places)));
    enum err e = run_batch(w, &rows);
    for (size_t i = 0; e == OK && i < db_count(rows); i++) {
        const char *hash = db_text(rows, i, PLACE_HASH);
        int64_t sequence = db_int(rows, i, PLACE_SEQUENCE);
        if (!hash)
            note_problem(w, sequence, NULL, "the chain was cut off: it had this place when its head was kept");
        else if (strcmp(hash, json_get_string(mine, db_text(rows, i, PLACE_SEQUENCE))) != 0)
            note_problem(w, sequence, NULL, "the chain is another one: its head was kept with another hash");
    }
    json_object_object_del(w->run->heads, w->id);
    arena_reset(w->page);
    return e;
}

static void report_organization(struct walk *w, const char *slug) {
    char hash[CHAIN_HEX + 1];
    struct json_object *o = json_new_object(w->own);
    chain_hash_hex(&w->chain, hash);
    json_object_object_add(o, "organization_id", json_object_new_string(w->id));
    json_object_object_add(o, "slug", slug ? json_object_new_string(slug) : NULL);
    json_object_object_add(o, "events", json_object_new_int64((int64_t)w->events));
    json_object_object_add(o, "from", w->events ? json_object_new_int64(w->first) : NULL);
    json_object_object_add(o, "to", w->events ? json_object_new_int64(w->last) : NULL);
    json_object_object_add(o, "hash", w->events ? json_object_new_string(hash) : NULL);
    json_object_object_add(o, "waiting", json_object_new_int64(w->waiting));
    json_object_object_add(o, "problem_count", json_object_new_int64((int64_t)w->problems));
    json_object_object_add(o, "problems", json_object_get(w->told));
    w->run->done(w->run->arg, o);
}

static enum err verify_one(struct walk *w, const char *id, const char *slug) {
    struct verify_run *v = w->run;
    w->id = arena_strdup(w->own, id);
    w->told = json_new_array(w->own);
    w->chain = (struct chain){.linked = true};
    w->first = w->last = w->waiting = 0;
    w->events = w->problems = 0;
    if (v->head) {
        struct json_object *mine = json_object_new_object();
        const char *colon = strchr(v->head, ':');
        json_object_object_add(mine, arena_strndup(w->own, v->head, (size_t)(colon - v->head)),
                               json_object_new_string(colon + 1));
        json_object_object_add(v->heads, id, mine);
    }
    enum err e = begin_inside(w);
    if (e == OK)
        e = walk_chain(w);
    if (e == OK && !v->from && !v->to)
        e = find_strays(w);
    if (e == OK)
        e = look_at_waiting(w);
    if (e == OK)
        e = check_heads(w);
    if (e == OK)
        report_organization(w, slug);
    v->organizations++;
    v->problems += w->problems;
    arena_reset(w->own);
    return e;
}

/* Verifies a page of organizations; `after` is the last one of the page before, then of this one. */
static enum err verify_page(struct walk *w, struct arena *list, char after[UUID_TEXT + 1], size_t *n) {
    struct ctx ctx = {.arena = list};
    struct db_rows rows = {0};
    db_queue(w->db, sql_op_audit_organizations(.after = *after ? after : NULL,
                                               .limit = arena_printf(list, "%d", ORGANIZATIONS),
                                               .organization = w->run->organization));
    enum err e = db_run(&ctx, w->db, &rows);
    if (e != OK)
        return fail(w->ctx, e, "%s", fail_detail(&ctx));
    *n = db_count(rows);
    if (w->run->organization && *n == 0)
        return fail(w->ctx, ERR_NOT_FOUND, "there is no organization \"%s\"", w->run->organization);
    for (size_t i = 0; e == OK && i < *n; i++)
        e = verify_one(w, db_text(rows, i, OP_AUDIT_ORGANIZATIONS_ID), db_text(rows, i, OP_AUDIT_ORGANIZATIONS_SLUG));
    if (*n)
        snprintf(after, UUID_TEXT + 1, "%s", db_text(rows, *n - 1, OP_AUDIT_ORGANIZATIONS_ID));
    return e;
}

static enum err verify_all(struct walk *w) {
    struct arena *list = arena_create();
    char after[UUID_TEXT + 1] = "";
    enum err e = OK;
    for (size_t n = ORGANIZATIONS; e == OK && n == ORGANIZATIONS; arena_reset(list))
        e = verify_page(w, list, after, &n);
    /* The organizations of the remaining heads do not exist any more. */
    while (e == OK && !w->run->organization && json_object_object_length(w->run->heads)) {
        struct json_object_iterator first = json_object_iter_begin(w->run->heads);
        e = verify_one(w, arena_strdup(list, json_object_iter_peek_name(&first)), NULL);
    }
    arena_destroy(list);
    return e;
}

enum err verify_chains(struct ctx *ctx, struct db *db, struct verify_run *v) {
    assert(v->done && v->from >= 0 && v->to >= 0);
    struct walk w = {.run = v, .ctx = ctx, .db = db, .page = arena_create(), .own = arena_create()};
    if (!v->heads)
        v->heads = json_new_object(ctx->arena);
    enum err e = snapshot_begin(ctx, db);
    if (e == OK) {
        db_queue(db, sql_op_audit_settle());
        e = db_run(ctx, db, NULL);
    }
    if (e == OK)
        e = verify_all(&w);
    arena_destroy(w.page);
    arena_destroy(w.own);
    return e == OK ? snapshot_end(ctx, db) : e;
}
