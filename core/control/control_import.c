/* Imports an organization from an export, in one transaction. */

#include "control/control_transfer.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/uuid.h"
#include "sql/operator.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 200, BATCH_BYTES = 1024 * 1024, BUFFER_MAX = 512 * 1024 * 1024, LINE_MAX_BYTES = 64 * 1024 * 1024 };

static const char type_begin[] = "{\"type\":\"", check_begin[] = ",\"check\":\"";

/* A file that is read line by line. */
struct reading {
    struct transfer_run *run;
    struct ctx *ctx;
    struct db *db;
    char *line; /* as from getline() */
    size_t size, len;
    size_t number; /* number of the line, from 1 */
    char check[TRANSFER_CHECK + 1];
    size_t counts[TRANSFER_TYPES];
    /* Lines of one type that go to the database together. */
    struct arena *batch;
    struct buf *lines;
    enum transfer type;
    size_t n;
};

static enum err bad_line(struct reading *r, const char *what) {
    return fail(r->ctx, ERR_BAD_REQUEST, "line %zu: %s", r->number, what);
}

/* The next line, without its end; false: there is none. */
static enum err next_line(struct reading *r, bool *any) {
    ssize_t n = getline(&r->line, &r->size, r->run->file);
    *any = n > 0;
    if (n <= 0 && ferror(r->run->file))
        return fail(r->ctx, ERR_BAD_REQUEST, "the file cannot be read after line %zu", r->number);
    if (n <= 0)
        return OK;
    r->number++;
    r->len = (size_t)n - (r->line[n - 1] == '\n');
    r->line[r->len] = '\0';
    if (r->len > LINE_MAX_BYTES || strlen(r->line) != r->len)
        return bad_line(r, "this is no line of an export");
    return OK;
}

static bool is_line_type(const struct reading *r, const char *name) {
    const char *p = r->line + sizeof type_begin - 1;
    size_t n = strlen(name);
    return strncmp(r->line, type_begin, sizeof type_begin - 1) == 0 && strncmp(p, name, n) == 0 && p[n] == '"';
}

/* Checks that the line is unchanged, and follows the line before. */
static enum err check_line(struct reading *r) {
    size_t tail = sizeof check_begin - 1 + TRANSFER_CHECK + 2;
    char check[TRANSFER_CHECK + 1];
    const char *end = r->line + (r->len > tail ? r->len - tail : 0);
    if (r->len <= tail || strncmp(end, check_begin, sizeof check_begin - 1) != 0 ||
        strcmp(r->line + r->len - 2, "\"}") != 0)
        return bad_line(r, "it is broken: a whole line ends with its check");
    control_transfer_check(r->check, r->line, r->len - tail, check);
    if (strncmp(check, end + sizeof check_begin - 1, TRANSFER_CHECK) != 0)
        return bad_line(r, "its check does not fit: it was changed, or a line before it is missing, added or moved");
    memcpy(r->check, check, sizeof check);
    return OK;
}

static enum err find_line_type(struct reading *r, enum transfer *type) {
    for (*type = 0; *type < TRANSFER_TYPES; (*type)++)
        if (is_line_type(r, transfer_names[*type]))
            return OK;
    return bad_line(r, "its type is unknown");
}

static enum err read_header(struct reading *r) {
    bool any;
    struct json_object *o;
    r->check[0] = '\0';
    enum err e = next_line(r, &any);
    if (e == OK && (!any || !is_line_type(r, "header")))
        return fail(r->ctx, ERR_BAD_REQUEST, "line 1: this is no export of muster export");
    if (e == OK)
        e = check_line(r);
    if (e == OK && json_parse(r->ctx, r->line, r->len, &o) != OK)
        return bad_line(r, "the header is broken");
    if (e != OK)
        return e;
    r->check[0] = '\0';
    int64_t version = json_object_get_int64(json_get(o, "version"));
    if (version != TRANSFER_VERSION)
        return fail(r->ctx, ERR_BAD_REQUEST,
                    "line 1: the export has version %" PRId64 ", this program reads version %d", version,
                    TRANSFER_VERSION);
    return OK;
}

/* Checks the last line: its counts match what was read, and nothing follows. */
static enum err check_last_line(struct reading *r) {
    struct json_object *o, *counts;
    bool any;
    if (json_parse(r->ctx, r->line, r->len, &o) != OK)
        return bad_line(r, "it is broken");
    counts = json_get(o, "counts");
    bool same = json_object_get_int64(json_get(o, "lines")) == (int64_t)r->number - 1;
    for (size_t i = 0; i < TRANSFER_TYPES; i++)
        same = same && json_object_get_int64(json_get(counts, transfer_names[i])) == (int64_t)r->counts[i];
    if (!same || r->counts[TRANSFER_ORGANIZATION] != 1)
        return bad_line(r, "its counts are not those of the lines before it");
    enum err e = next_line(r, &any);
    return e == OK && any ? bad_line(r, "nothing may follow the last line") : e;
}

/* The organization's line is the second: checks that its id and slug are free. */
static enum err check_room(struct reading *r) {
    struct json_object *o;
    struct db_rows rows = {0};
    if (!is_line_type(r, transfer_names[TRANSFER_ORGANIZATION]) || json_parse(r->ctx, r->line, r->len, &o) != OK)
        return bad_line(r, "the organization is missing here");
    const char *id = json_get_string(o, "id"), *slug = r->run->slug ? r->run->slug : json_get_string(o, "slug");
    if (!id || !slug || !uuid_valid(id, strlen(id)))
        return bad_line(r, "the organization has no id or no slug");
    r->run->organization = arena_strdup(r->ctx->arena, id);
    db_queue(r->db, sql_op_import_taken(.id = id, .slug = slug));
    enum err e = db_run(r->ctx, r->db, &rows);
    if (e != OK || db_count(rows) == 0)
        return e;
    const char *has = db_text(rows, 0, OP_IMPORT_TAKEN_SLUG);
    if (strcmp(has, slug) == 0)
        return fail(r->ctx, ERR_CONFLICT,
                    "there is an organization \"%s\" already; --slug gives the new one another name", slug);
    return fail(r->ctx, ERR_CONFLICT,
                "this organization, %s, is here already (as \"%s\"): an import does not change what is there", id, has);
}

/*
 * Reads the file: calls `each` for the lines after the header, and `last` for the last line. `cut`: the error if that
 * is missing.
 */
static enum err read_lines(struct reading *r, enum err (*each)(struct reading *r), enum err (*last)(struct reading *r),
                           const char *cut) {
    enum err e = read_header(r);
    while (e == OK) {
        bool any;
        e = next_line(r, &any);
        if (e == OK && !any)
            return bad_line(r, cut);
        if (e == OK)
            e = check_line(r);
        if (e == OK && is_line_type(r, "end"))
            return last(r);
        if (e == OK)
            e = each(r);
    }
    return e;
}

static enum err count_line(struct reading *r) {
    enum transfer type;
    enum err e = r->number == 2 ? check_room(r) : OK;
    if (e == OK)
        e = find_line_type(r, &type);
    if (e == OK)
        r->counts[type]++;
    return e;
}

/* The whole file is checked before anything is written. */
static enum err check_file(struct reading *r) {
    return read_lines(r, count_line, check_last_line, "the file ends here, without its last line: it is truncated");
}

/* The lines of a type that is imported. */
static struct sql_call import_of(const struct reading *r, const char *lines) {
    if (r->type == TRANSFER_ORGANIZATION)
        return sql_op_import_organization(.lines = lines, .slug = r->run->slug);
    switch (r->type) {
#define TRANSFER(name, NAME, KEYS)                                                                                     \
    case TRANSFER_##NAME:                                                                                              \
        return sql_op_import_##name(.lines = lines);
#include "control/transfer.def"
#undef TRANSFER
    default:
        log_fatal("import", transfer_names[r->type]);
    }
}

/* Sends what was collected. */
static enum err flush_lines(struct reading *r) {
    struct ctx ctx = {.arena = r->batch};
    size_t n = r->n;
    if (n == 0)
        return OK;
    buf_char(r->lines, ']');
    bool over = buf_overflowed(r->lines);
    db_queue_once(r->db, import_of(r, over ? "" : buf_text(r->lines)));
    enum err e = over ? ERR_INTERNAL : db_run(&ctx, r->db, NULL);
    const char *message = arena_strdup(r->ctx->arena, db_message(r->db));
    r->n = 0;
    arena_reset(r->batch);
    if (e == OK || e == ERR_UNAVAILABLE)
        return e == OK ? OK : fail(r->ctx, e, NULL);
    return fail(r->ctx, ERR_BAD_REQUEST, "lines %zu to %zu (%s) cannot be taken: %.*s", r->number - n, r->number - 1,
                transfer_names[r->type], (int)strcspn(message, "\n"), message);
}

static enum err add_import_line(struct reading *r, enum transfer type) {
    enum err e = OK;
    if (r->n && (type != r->type || r->n == BATCH || buf_len(r->lines) > BATCH_BYTES))
        e = flush_lines(r);
    if (e != OK || type == TRANSFER_TOKEN)
        return e;
    if (r->n == 0)
        r->lines = buf_new(r->batch, BUFFER_MAX);
    buf_char(r->lines, r->n ? ',' : '[');
    buf_add(r->lines, r->line, r->len);
    r->type = type;
    r->n++;
    return OK;
}

static enum err take_line(struct reading *r) {
    enum transfer type;
    enum err e = find_line_type(r, &type);
    if (e == OK)
        e = add_import_line(r, type);
    if (e == OK && r->run->progress && r->number % BATCH == 0)
        r->run->progress(r->run->arg, r->number);
    return e;
}

/* The second reading checks again, because the file may have changed meanwhile. */
static enum err take_lines(struct reading *r) {
    return read_lines(r, take_line, flush_lines, "the file was changed while it was read");
}

static void begin_reading(struct reading *r) {
    rewind(r->run->file);
    r->number = 0;
    r->n = 0;
    arena_reset(r->batch);
}

static enum err import_work(struct ctx *ctx, struct db *db, void *arg) {
    struct reading *r = arg;
    (void)ctx;
    begin_reading(r);
    enum err e = db_run(r->ctx, db, NULL); /* BEGIN */
    if (e == OK)
        e = take_lines(r);
    if (e == OK)
        db_queue(db, sql_op_import_usage());
    return e;
}

enum err control_import(struct ctx *ctx, struct db *db, struct transfer_run *x) {
    struct reading r = {.run = x, .ctx = ctx, .db = db, .batch = arena_create()};
    struct db_transaction t = {.work = import_work, .arg = &r, .final_duplicate = true};
    begin_reading(&r);
    enum err e = check_file(&r);
    if (e == OK)
        e = db_transaction(ctx, db, &t);
    x->lines = r.number;
    memcpy(x->counts, r.counts, sizeof x->counts);
    free(r.line);
    arena_destroy(r.batch);
    return e;
}
