/* Writes the sealed audit events of an organization as CSV or JSON Lines. */

#include "audit/audit_export.h"

#include "audit/audit_rows.h"
#include "audit/snapshot.h"
#include "base/arena.h"
#include "base/buf.h"
#include "sql/operator.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* LINE_MAX_BYTES limits one event as CSV or JSON; the data of the largest event is a few megabytes. */
enum { PAGE = 200, LINE_MAX_BYTES = 1024 * 1024 * 1024 };

static enum err write_buffer(struct ctx *ctx, struct audit_export *x, const struct buf *b) {
    if (buf_overflowed(b))
        return fail(ctx, ERR_BAD_REQUEST, "an event is too large to be written");
    if (!x->write(x->arg, buf_text(b), buf_len(b)))
        return fail(ctx, ERR_BAD_REQUEST, "the export cannot be written: %s", strerror(errno));
    return OK;
}

static enum err write_audit_header(struct ctx *ctx, struct audit_export *x, struct arena *a) {
    struct buf *b = buf_new(a, LINE_MAX_BYTES);
    if (x->format != AUDIT_CSV)
        return OK;
    audit_rows_csv_head(b);
    return write_buffer(ctx, x, b);
}

/* The state of an export. */
struct writing {
    struct audit_export *x;
    struct ctx *ctx;
    struct db *db;
    struct arena *page;
    const char *id, *action, *prefix;
    int64_t after; /* the last place written */
};

static enum err write_audit_page(struct writing *w, size_t *n) {
    struct ctx ctx = {.arena = w->page};
    struct db_rows rows = {0};
    db_queue(w->db, sql_op_audit_export(.organization_id = w->id, .after = arena_printf(w->page, "%" PRId64, w->after),
                                        .action = w->action, .prefix = w->prefix, .from = w->x->from, .to = w->x->to,
                                        .limit = arena_printf(w->page, "%d", PAGE)));
    enum err e = db_run(&ctx, w->db, &rows);
    if (e != OK)
        return fail(w->ctx, e, "%s", fail_detail(&ctx));
    *n = db_count(rows);
    struct buf *b = buf_new(w->page, LINE_MAX_BYTES);
    for (size_t i = 0; e == OK && i < *n; i++) {
        struct audit_row row = audit_rows_read(rows, i);
        buf_reset(b);
        if (w->x->format == AUDIT_CSV)
            audit_rows_csv(b, &row);
        else
            audit_rows_json(b, &row);
        e = write_buffer(w->ctx, w->x, b);
    }
    w->after = *n ? db_int(rows, *n - 1, AUDITED_SEQUENCE) : w->after;
    w->x->lines += *n;
    if (w->x->progress)
        w->x->progress(w->x->arg, w->x->lines);
    return e;
}

static enum err find_exported_organization(struct writing *w) {
    struct db_rows rows[2] = {0};
    db_queue(w->db, sql_op_audit_settle());
    size_t found = db_queue(w->db, sql_op_audit_organizations(.limit = "1", .organization = w->x->organization));
    enum err e = db_run(w->ctx, w->db, rows);
    if (e == OK && db_count(rows[found]) == 0)
        return fail(w->ctx, ERR_NOT_FOUND, "there is no organization \"%s\"", w->x->organization);
    if (e == OK)
        w->id = db_text(rows[found], 0, OP_AUDIT_ORGANIZATIONS_ID);
    return e;
}

enum err audit_export_run(struct ctx *ctx, struct db *db, struct audit_export *x) {
    assert(x->organization && x->write);
    size_t len = x->action ? strlen(x->action) : 0;
    bool wild = len && x->action[len - 1] == '*';
    struct writing w = {.x = x,
                        .ctx = ctx,
                        .db = db,
                        .page = arena_create(),
                        .action = wild ? NULL : x->action,
                        .prefix = wild ? arena_strndup(ctx->arena, x->action, len - 1) : NULL};
    enum err e = snapshot_begin(ctx, db);
    if (e == OK)
        e = find_exported_organization(&w);
    if (e == OK)
        e = write_audit_header(ctx, x, w.page);
    for (size_t n = PAGE; e == OK && n == PAGE; arena_reset(w.page))
        e = write_audit_page(&w, &n);
    arena_destroy(w.page);
    return e == OK ? snapshot_end(ctx, db) : e;
}
