/* A write of the control plane: authentication, Idempotency-Key, work and result in one transaction. */

#include "control/control.h"

#include "base/json.h"
#include "sql/control.h"

struct running {
    struct control *control;
    struct control_write *write;
};

/* Whether the request has an Idempotency-Key; the operator has none. */
static bool is_once(const struct control *c) {
    return c->idempotency_key && c->key_hash;
}

/* Takes the key, or waits for the request that is using it. Returns the index of its row. */
static size_t queue_once(struct control *c) {
    db_queue(c->db, sql_idempotency_expire());
    return db_queue(c->db, sql_idempotency_begin(.key = c->idempotency_key, .request_hash = c->request_hash));
}

static enum err accept_once(struct control *c, struct db_rows row) {
    if (db_bool(row, 0, IDEMPOTENCY_BEGIN_FRESH))
        return OK;
    if (!db_bool(row, 0, IDEMPOTENCY_BEGIN_SAME))
        return fail(&c->ctx, ERR_IDEMPOTENCY, NULL);
    c->replayed = true;
    return control_object(c, row, IDEMPOTENCY_BEGIN_BODY, &c->result);
}

/* The stored answer has no secrets. */
static void keep_answer(struct control *c, const char *organization) {
    struct json_object *kept = json_copy(c->ctx.arena, c->result);
    json_object_object_del(kept, "token");
    json_object_object_del(kept, "secret");
    if (c->link_made)
        json_object_object_del(kept, "url"); /* it has the secret of a link; that of a webhook has none */
    db_queue(c->db, sql_idempotency_end(.organization_id = organization, .api_key_id = c->key_id,
                                        .key = c->idempotency_key, .body = json_text(c->ctx.arena, kept)));
}

void control_result(struct control *c, struct sql_call call, const char *what) {
    c->result_at = db_queue(c->db, call) + 1;
    c->result_what = what;
}

/* Reads the result of control_result() from its batch. */
static enum err read_result(struct control *c, struct control_write *w, const struct db_rows *rows) {
    if (!c->result_at)
        return OK;
    const struct db_rows row = rows[c->result_at - 1];
    c->result_at = 0;
    if (db_count(row) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such %s", c->result_what);
    enum err e = control_object(c, row, OBJECT_OBJECT, &c->result);
    if (e == OK && w->done)
        w->done(c, w->arg);
    return e;
}

/*
 * The answer is stored, so it must be known before COMMIT. The key belongs to the requested organization or
 * installation; the work may make another one.
 */
static enum err work_once(struct control *c, struct control_write *w) {
    struct db_rows rows[DB_BATCH] = {0};
    const char *organization = c->organization ? c->organization : control_installation;
    enum err e = w->work(c, w->arg);
    if (e == OK && c->result_at)
        e = db_run(&c->ctx, c->db, rows);
    if (e == OK)
        e = read_result(c, w, rows);
    if (e == OK)
        keep_answer(c, organization);
    return e;
}

/* Clears the results of an earlier attempt. */
static void forget_attempt(struct control *c) {
    c->result_at = 0;
    c->errors = NULL;
    c->n_errors = 0;
    c->result = NULL;
    c->replayed = false;
}

/* The first round trip: authentication, Idempotency-Key, and the work's first statements. */
static enum err ask_first(struct control *c, struct control_write *w, struct db_rows *rows) {
    bool once = is_once(c);
    control_queue(c);
    size_t key = once ? queue_once(c) : 0;
    c->found = rows + db_queued(c->db);
    if (w->ask)
        w->ask(c, w->in);
    enum err e = db_run(&c->ctx, c->db, rows);
    if (e == OK)
        e = control_accept(c, rows[0]);
    return e == OK && once ? accept_once(c, rows[key]) : e;
}

static enum err run_control_work(struct ctx *ctx, struct db *db, void *arg) {
    (void)ctx;
    (void)db;
    struct running *r = arg;
    struct control *c = r->control;
    struct db_rows rows[DB_BATCH] = {0};
    forget_attempt(c);
    enum err e = ask_first(c, r->write, rows);
    if (e == OK && !c->replayed)
        e = is_once(c) ? work_once(c, r->write) : r->write->work(c, r->write->arg);
    c->found = NULL;
    return e;
}

enum err control_write(struct control *c, struct control_write *w) {
    struct running r = {.control = c, .write = w};
    struct db_transaction t = {.work = run_control_work,
                               .arg = &r,
                               .event_id = c->request_id,
                               .organization = &c->organization,
                               .events = &c->events,
                               .rows = w->rows,
                               .final_duplicate = w->final_duplicate};
    c->events = 0; /* the request may be one of several steps, each with its own id */
    enum err e = db_transaction(&c->ctx, c->db, &t);
    /* The answer was lost with the connection, but the work is committed and can be read. */
    if (e == OK && t.read_again)
        return fail(&c->ctx, ERR_UNAVAILABLE,
                    "it was done, but the connection to the database was lost: read the result");
    return e == OK ? read_result(c, w, w->rows) : e;
}

enum err control_step(struct control *c, struct sql_call call, struct db_rows *rows) {
    struct db_rows all[DB_BATCH] = {0};
    size_t at = db_queue(c->db, call);
    enum err e = db_run(&c->ctx, c->db, all);
    *rows = all[at];
    return e;
}

enum err control_found(struct control *c, size_t i, const char *what, struct json_object **out) {
    if (db_count(c->found[i]) == 0)
        return fail(&c->ctx, ERR_NOT_FOUND, "there is no such %s", what);
    return control_object(c, c->found[i], OBJECT_OBJECT, out);
}
