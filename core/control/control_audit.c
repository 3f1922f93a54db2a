/* The audit log of an organization, as a list and as a file. */

#include "audit/audit_rows.h"
#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/number.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <inttypes.h>
#include <string.h>

/* No index finds the events of an action or an actor, so a request searches LOOK events. */
enum { PAGE = 100, EXPORT_MAX = 10000, LOOK = 20000 };
static const char bytes_max[] = "16777216";

#define FILTERS                                                                                                        \
    FIELD(.name = "cursor", .kind = FIELD_QUERY), FIELD(.name = "action", .kind = FIELD_TEXT),                         \
        FIELD(.name = "from", .kind = FIELD_TIME), FIELD(.name = "to", .kind = FIELD_TIME),                            \
        FIELD(.name = "actor", .kind = FIELD_ID), FIELD(.name = "target", .kind = FIELD_ID),                           \
        FIELD(.name = "request_id", .kind = FIELD_ID), FIELD(.name = "person", .kind = FIELD_TEXT),                    \
        FIELD(.name = "outcome", .kind = FIELD_CHOICE, .values = "ok|refused"),                                        \
        FIELD(.name = "limit", .kind = FIELD_QUERY)

static const struct field listed[] = {FILTERS};
static const struct field exported[] = {FILTERS, {.name = "format", .kind = FIELD_CHOICE, .values = "csv|jsonl"}};

/* A page of the log, newest first. */
struct page {
    int64_t limit;
    struct db_rows rows;
    size_t count;       /* number of rows that belong to the page */
    const char *cursor; /* cursor of the next page; NULL: this is the last one */
};

/* "2026-01-01T00:00:00.000Z/UUID": time and id of the event after which the page begins. */
static bool read_audit_cursor(struct control *c, const char *text, const char **at, const char **id) {
    const char *slash = text ? strchr(text, '/') : NULL;
    char key[CLOCK_KEY];
    *at = *id = NULL;
    if (!text)
        return true;
    if (!slash || !clock_parse(text, (size_t)(slash - text), key) || !uuid_valid(slash + 1, strlen(slash + 1)))
        return false;
    *at = arena_strndup(c->ctx.arena, text, (size_t)(slash - text));
    *id = slash + 1;
    return true;
}

/* The page ends when it is full, when the bytes are used up, or where the search ended. */
static void measure_page(struct control *c, struct page *p) {
    size_t n = db_null(p->rows, 0, AUDITED_ID) ? 0 : db_count(p->rows);
    const char *at = db_text(p->rows, 0, API_AUDIT_LIST_EDGE_AT), *id = db_text(p->rows, 0, API_AUDIT_LIST_EDGE_ID);
    p->count = n > (size_t)p->limit ? (size_t)p->limit : n;
    if (p->count && (n > (size_t)p->limit || db_bool(p->rows, n - 1, API_AUDIT_LIST_MORE))) {
        at = db_text(p->rows, p->count - 1, AUDITED_AT);
        id = db_text(p->rows, p->count - 1, AUDITED_ID);
    }
    p->cursor = id ? arena_printf(c->ctx.arena, "%s/%s", at, id) : NULL;
}

/* All fields except the cursor are already checked. */
static enum err read_page(struct control *c, struct json_object *fields, struct page *p) {
    const char *action = json_get_string(fields, "action"), *actor = json_get_string(fields, "actor");
    const char *person = json_get_string(fields, "person"), *outcome = json_get_string(fields, "outcome");
    const char *before_at, *before_id;
    if (!read_audit_cursor(c, json_get_string(fields, "cursor"), &before_at, &before_id))
        control_wrong(c, "cursor", "invalid", "cursor must be a next_cursor of this list");
    enum err e = control_refuse(c);
    if (e != OK)
        return e;
    size_t len = action ? strlen(action) : 0;
    bool wild = len && action[len - 1] == '*';
    bool bounded = c->key_hash && (action || actor || person || outcome); /* the operator waits for the whole search */
    e = control_read_own(
        c,
        sql_api_audit_list(.action = wild ? NULL : action,
                           .prefix = wild ? arena_strndup(c->ctx.arena, action, len - 1) : NULL,
                           .from = json_get_string(fields, "from"), .to = json_get_string(fields, "to"),
                           .actor_id = actor, .target_id = json_get_string(fields, "target"),
                           .request_id = json_get_string(fields, "request_id"), .before_at = before_at,
                           .before_id = before_id, .look = bounded ? arena_printf(c->ctx.arena, "%d", LOOK) : NULL,
                           .limit = arena_printf(c->ctx.arena, "%" PRId64, p->limit + 1), .bytes = bytes_max,
                           .person = person,
                           .person_key = person ? fold_identity(c->ctx.arena, person, strlen(person)) : NULL,
                           .refused = !outcome                          ? NULL
                                      : strcmp(outcome, "refused") == 0 ? "true"
                                                                        : "false"),
        &p->rows);
    if (e == OK)
        measure_page(c, p);
    return e;
}

enum err control_audit_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct page p = {0};
    enum err e = control_fields_check(c, FIELDS(listed), in->fields, false);
    if (e == OK)
        e = control_limit(c, in->fields, PAGE, &p.limit);
    if (e == OK)
        e = read_page(c, in->fields, &p);
    if (e != OK)
        return e;
    struct json_object *data = json_new_array(c->ctx.arena);
    struct buf *line = buf_new(c->ctx.arena, SIZE_MAX / 2);
    for (size_t i = 0; i < p.count; i++) {
        struct json_object *o;
        struct audit_row row = audit_rows_read(p.rows, i);
        buf_reset(line);
        audit_rows_json(line, &row);
        e = json_parse_own(&c->ctx, buf_text(line), buf_len(line), &o);
        if (e != OK)
            return e;
        json_set_text(o, "actor_for", db_text(p.rows, i, API_AUDIT_LIST_ACTOR_FOR));
        json_object_array_add(data, json_object_get(o));
    }
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "data", json_object_get(data));
    json_object_object_add(*out, "next_cursor", p.cursor ? json_object_new_string(p.cursor) : NULL);
    return OK;
}

/* A file may have more events than a page of a list. */
static enum err export_limit(struct control *c, struct json_object *fields, int64_t *out) {
    const char *text = json_get_string(fields, "limit");
    *out = EXPORT_MAX;
    if (!text || number_within(text, 1, EXPORT_MAX, out))
        return OK;
    control_wrong(c, "limit", "out_of_range", "limit must be a number from 1 to %d", EXPORT_MAX);
    return control_refuse(c);
}

/* Only the first page has the names of the columns, so pages can simply be concatenated. */
enum err control_audit_file(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *format = json_get_string(in->fields, "format");
    struct page p = {0};
    *out = NULL;
    enum err e = control_fields_check(c, FIELDS(exported), in->fields, false);
    if (e == OK)
        e = export_limit(c, in->fields, &p.limit);
    if (e == OK)
        e = read_page(c, in->fields, &p);
    if (e != OK)
        return e;
    bool csv = !format || strcmp(format, "csv") == 0;
    struct buf *file = buf_new(c->ctx.arena, SIZE_MAX / 2);
    if (csv && !json_get(in->fields, "cursor"))
        audit_rows_csv_head(file);
    for (size_t i = 0; i < p.count; i++) {
        struct audit_row row = audit_rows_read(p.rows, i);
        if (csv)
            audit_rows_csv(file, &row);
        else
            audit_rows_json(file, &row);
    }
    c->text = (struct control_text){.text = buf_text(file),
                                    .len = buf_len(file),
                                    .format = csv ? CONTROL_CSV : CONTROL_JSON_LINES,
                                    .file = arena_printf(c->ctx.arena, "audit-log-%s", c->organization),
                                    .cursor = p.cursor};
    return OK;
}
