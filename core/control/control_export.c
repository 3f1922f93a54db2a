/* Exports an organization as JSON Lines. */

#include "control/control_transfer.h"

#include "audit/snapshot.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/token.h"
#include "sql/operator.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum { PAGE = 200 };

const char *const transfer_names[TRANSFER_TYPES] = {
#define TRANSFER(name, NAME, KEYS) [TRANSFER_##NAME] = #name,
#include "control/transfer.def"
#undef TRANSFER
    [TRANSFER_TOKEN] = "token",
};

/* A page of a type; `keys` are those of the line before. */
static struct sql_call page_of(enum transfer type, const char *limit, const char *const keys[2]) {
    switch (type) {
#define ONE_KEY .after = keys[0]
#define TWO_KEYS .after = keys[0], .after_too = keys[1]
#define TRANSFER(name, NAME, KEYS)                                                                                     \
    case TRANSFER_##NAME:                                                                                              \
        return sql_op_export_##name(.limit = limit, KEYS);
#include "control/transfer.def"
#undef TRANSFER
    default:
        return sql_op_export_token(.limit = limit, ONE_KEY);
    }
}

/* The state of an export. */
struct writing {
    struct transfer_run *run;
    struct ctx *ctx;
    struct db *db;
    struct arena *page; /* memory of one page of lines */
    char check[TRANSFER_CHECK + 1];
};

void control_transfer_check(const char *before, const char *text, size_t len, char out[TRANSFER_CHECK + 1]) {
    char of_text[TOKEN_HASH_HEX + 1], both[TRANSFER_CHECK + TOKEN_HASH_HEX + 1], hash[TOKEN_HASH_HEX + 1];
    token_hash_hex(text, len, of_text);
    int n = snprintf(both, sizeof both, "%.*s%s", TRANSFER_CHECK, before, of_text);
    token_hash_hex(both, (size_t)n, hash);
    memcpy(out, hash, TRANSFER_CHECK);
    out[TRANSFER_CHECK] = '\0';
}

/* `line` is an object; its check replaces the closing bracket. */
static enum err write_line(struct writing *w, const char *line, const char *before) {
    size_t len = strlen(line) - 1;
    control_transfer_check(before, line, len, w->check);
    char end[TRANSFER_CHECK + 32];
    int n = snprintf(end, sizeof end, ",\"check\":\"%s\"}\n", w->check);
    if (!w->run->write(w->run->arg, line, len) || !w->run->write(w->run->arg, end, (size_t)n))
        return fail(w->ctx, ERR_BAD_REQUEST, "the export cannot be written: %s", strerror(errno));
    w->run->lines++;
    return OK;
}

/* One page; `keys` are those of the line before, then of its last one. */
static enum err write_transfer_page(struct writing *w, enum transfer type, const char *keys[2], size_t *n) {
    char limit[16];
    struct ctx ctx = {.arena = w->page};
    struct db_rows rows = {0};
    snprintf(limit, sizeof limit, "%d", PAGE);
    db_queue(w->db, page_of(type, limit, keys));
    enum err e = db_run(&ctx, w->db, &rows);
    if (e != OK)
        return fail(w->ctx, e, "%s", fail_detail(&ctx));
    *n = db_count(rows);
    for (size_t i = 0; e == OK && i < *n; i++)
        e = write_line(w, db_text(rows, i, EXPORT_LINE), w->check);
    if (*n == 0 || e != OK)
        return e;
    const char *k2 = db_text(rows, *n - 1, EXPORT_K2);
    keys[0] = arena_strdup(w->ctx->arena, db_text(rows, *n - 1, EXPORT_K1));
    keys[1] = k2 ? arena_strdup(w->ctx->arena, k2) : NULL;
    w->run->counts[type] += *n;
    if (w->run->progress)
        w->run->progress(w->run->arg, w->run->lines);
    return OK;
}

static enum err write_type(struct writing *w, enum transfer type) {
    const char *keys[2] = {NULL, NULL};
    size_t n = PAGE;
    enum err e = OK;
    while (e == OK && n == PAGE) {
        e = write_transfer_page(w, type, keys, &n);
        arena_reset(w->page);
    }
    return e;
}

static enum err write_transfer_header(struct writing *w, const char *organization) {
    struct db_rows rows = {0};
    enum err e = snapshot_begin(w->ctx, w->db);
    if (e != OK)
        return e;
    db_queue(w->db, sql_op_export_enter(.organization = organization));
    e = db_run(w->ctx, w->db, &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(w->ctx, ERR_NOT_FOUND, "there is no organization \"%s\"", organization);
    if (e == OK)
        e = write_line(w, db_text(rows, 0, OP_EXPORT_ENTER_HEADER), "");
    w->check[0] = '\0'; /* the checks do not depend on the header, because it has a time */
    return e;
}

static enum err write_end(struct writing *w) {
    struct buf *b = buf_new(w->page, 4096);
    buf_fmt(b, "{\"type\":\"end\",\"lines\":%zu,\"counts\":{", w->run->lines);
    for (size_t i = 0; i < TRANSFER_TYPES; i++)
        buf_fmt(b, "%s\"%s\":%zu", i ? "," : "", transfer_names[i], w->run->counts[i]);
    buf_str(b, "}}");
    return write_line(w, buf_text(b), w->check);
}

enum err control_export(struct ctx *ctx, struct db *db, const char *organization, struct transfer_run *x) {
    assert(organization && !db_in_transaction(db));
    struct writing w = {.run = x, .ctx = ctx, .db = db, .page = arena_create()};
    enum err e = write_transfer_header(&w, organization);
    for (enum transfer t = 0; e == OK && t < TRANSFER_TYPES; t++)
        e = write_type(&w, t);
    if (e == OK)
        e = write_end(&w);
    arena_destroy(w.page);
    return e == OK ? snapshot_end(ctx, db) : e;
}
