/* A write of the control plane: who asks, an Idempotency-Key, the work, and what it gives, in one transaction. */

#include "control/control.h"

#include "base/json.h"
#include "sql/control.h"

struct running {
    struct control *control;
    struct control_write *write;
    struct db_transaction *transaction;
};

static const char *key_organization(const struct control *c) {
    return c->organization ? c->organization : control_installation;
}

/* The key is taken, or somebody has it: whoever is at work with it is waited for. */
static enum err take_key(struct control *c) {
    const char *organization = key_organization(c);
    struct db_rows rows = {0};
    db_queue(c->db, sql_idempotency_expire(.organization_id = organization));
    enum err e = control_step(c,
                              sql_idempotency_begin(.organization_id = organization, .api_key_id = c->key_id,
                                                    .key = c->idempotency_key, .request_hash = c->request_hash),
                              &rows);
    if (e != OK || db_bool(rows, 0, IDEMPOTENCY_BEGIN_FRESH))
        return e;
    if (!db_bool(rows, 0, IDEMPOTENCY_BEGIN_SAME))
        return fail(&c->ctx, ERR_IDEMPOTENCY, NULL);
    c->replayed = true;
    return control_object(c, rows, IDEMPOTENCY_BEGIN_BODY, &c->result);
}

/* What is kept of the answer has no secret in it. */
static void keep_answer(struct control *c, const char *organization) {
    struct json_object *kept = json_copy(c->ctx.arena, c->result);
    json_object_object_del(kept, "token");
    json_object_object_del(kept, "secret");
    db_queue(c->db, sql_idempotency_end(.organization_id = organization, .api_key_id = c->key_id,
                                        .key = c->idempotency_key, .body = json_text(c->ctx.arena, kept)));
}

void control_result(struct control *c, struct sql_call call) {
    c->result_at = db_queue(c->db, call) + 1;
}

/* The result of control_result() from the batch in which it ran. */
static enum err read_result(struct control *c, struct control_write *w, const struct db_rows *rows) {
    if (!c->result_at)
        return OK;
    const struct db_rows row = rows[c->result_at - 1];
    c->result_at = 0;
    if (db_count(row) == 0) /* it was there when it was locked */
        return fail(&c->ctx, ERR_INTERNAL, NULL);
    enum err e = control_object(c, row, OBJECT_OBJECT, &c->result);
    if (e == OK && w->done)
        w->done(c, w->arg);
    return e;
}

/* What is kept is the answer, which has to be there before COMMIT. */
static enum err work_once(struct control *c, struct control_write *w) {
    struct db_rows rows[DB_BATCH] = {0};
    const char *organization = key_organization(c);
    enum err e = take_key(c);
    if (e != OK || c->replayed)
        return e;
    e = w->work(c, w->arg);
    if (e == OK && c->result_at)
        e = db_run(&c->ctx, c->db, rows);
    if (e == OK)
        e = read_result(c, w, rows);
    if (e == OK)
        keep_answer(c, organization);
    return e;
}

static enum err ask_first(struct control *c) {
    struct db_rows row = {0};
    enum err e = db_run(&c->ctx, c->db, &row);
    return e == OK ? control_accept(c, row) : e;
}

static enum err run_control_work(struct ctx *ctx, struct db *db, void *arg) {
    (void)ctx;
    (void)db;
    struct running *r = arg;
    struct control *c = r->control;
    struct control_write *w = r->write;
    enum err e = OK;
    c->events = 0;
    c->result_at = 0;
    c->errors = NULL;
    c->n_errors = 0;
    c->result = NULL;
    c->replayed = false;
    c->asking = w->together && !c->idempotency_key;
    control_queue(c);
    if (!c->asking)
        e = ask_first(c);
    if (e == OK)
        e = c->idempotency_key && c->key_id ? work_once(c, w) : w->work(c, w->arg);
    if (e == OK && c->asking) /* nobody was accepted */
        e = fail(&c->ctx, ERR_INTERNAL, NULL);
    r->transaction->organization = c->organization;
    return e;
}

enum err control_write(struct control *c, struct control_write *w) {
    struct db_transaction t = {
        .work = run_control_work, .event_id = c->request_id, .rows = w->rows, .final_duplicate = w->final_duplicate};
    struct running r = {.control = c, .write = w, .transaction = &t};
    t.arg = &r;
    enum err e = db_transaction(&c->ctx, c->db, &t);
    /* The answer was lost with the connection; what was done stands, and can be read. */
    if (e == OK && t.read_again)
        return fail(&c->ctx, ERR_UNAVAILABLE,
                    "it was done, but the connection to the database was lost: read the result");
    return e == OK ? read_result(c, w, w->rows) : e;
}

enum err control_step(struct control *c, struct sql_call call, struct db_rows *rows) {
    struct db_rows all[DB_BATCH] = {0};
    size_t at = db_queue(c->db, call);
    enum err e = db_run(&c->ctx, c->db, all);
    if (e == OK && c->asking) {
        c->asking = false;
        e = control_accept(c, all[0]);
    }
    *rows = all[at];
    return e;
}
