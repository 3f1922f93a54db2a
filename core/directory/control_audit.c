#include "directory/control_fields.h"
#include "directory/control_operations.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/uuid.h"

#include <inttypes.h>
#include <string.h>

enum { PAGE = 100 };

static const struct field listed[] = {{"limit", FIELD_QUERY, NULL, false}, {"cursor", FIELD_QUERY, NULL, false},
                                      {"action", FIELD_TEXT, NULL, false}, {"from", FIELD_TIME, NULL, false},
                                      {"to", FIELD_TIME, NULL, false},     {"actor", FIELD_ID, NULL, false},
                                      {"target", FIELD_ID, NULL, false}};

/* "2026-01-01T00:00:00.000Z/UUID" → time and id of the event behind which the page begins. */
static bool read_cursor(struct control *c, const char *text, const char **at, const char **id) {
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

static enum err fill(struct control *c, struct db_rows rows, size_t limit, struct json_object **out) {
    struct json_object *data = json_new_array(c->ctx.arena), *next = NULL;
    size_t n = db_count(rows);
    for (size_t i = 0; i < n && i < limit; i++) {
        struct json_object *o;
        const char *text = db_text(rows, i, "object");
        enum err e = json_parse_own(&c->ctx, text, strlen(text), &o);
        if (e != OK)
            return e;
        json_object_array_add(data, json_object_get(o));
        if (i + 1 == limit && n > limit)
            next = json_object_new_string(
                arena_printf(c->ctx.arena, "%s/%s", json_get_string(o, "at"), json_get_string(o, "id")));
    }
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "data", json_object_get(data));
    json_object_object_add(*out, "next_cursor", next);
    return OK;
}

enum err control_audit_list(struct control *c, const struct control_input *in, struct json_object **out) {
    const char *action = json_get_string(in->fields, "action"), *before_at, *before_id;
    int64_t limit;
    struct db_rows rows = {0};
    enum err e = fields_check(c, FIELDS(listed), in->fields, false);
    if (e != OK)
        return e;
    if (!read_cursor(c, json_get_string(in->fields, "cursor"), &before_at, &before_id))
        control_wrong(c, "cursor", "invalid", "cursor must be a next_cursor of this list");
    e = control_limit(c, in->fields, PAGE, &limit);
    if (e == OK)
        e = control_refuse(c);
    if (e != OK)
        return e;
    size_t len = action ? strlen(action) : 0;
    bool wild = len && action[len - 1] == '*';
    const char *params[] = {wild ? NULL : action,
                            wild ? arena_strndup(c->ctx.arena, action, len - 1) : NULL,
                            json_get_string(in->fields, "from"),
                            json_get_string(in->fields, "to"),
                            json_get_string(in->fields, "actor"),
                            json_get_string(in->fields, "target"),
                            before_at,
                            before_id,
                            arena_printf(c->ctx.arena, "%" PRId64, limit + 1)};
    e = control_read(c, SQL_API_AUDIT_LIST, params, &rows);
    return e == OK ? fill(c, rows, (size_t)limit, out) : e;
}
