/* The event feed of an organization, which can wait for events, and the snapshot to begin with. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "sql/control.h"

#include <inttypes.h>
#include <string.h>

/* A request reads at most LOOK events, so that a rare type does not cost more. */
enum { PAGE = 100, LOOK = 5000, TYPES_MAX = 50, TYPE_MAX = 100, WAIT_MAX = 30, POLL_MS = 100, MEMBERS_MAX = 100000 };
static const char bytes_max[] = "16777216";

static const struct field fed[] = {{.name = "after", .kind = FIELD_QUERY},
                                   {.name = "types", .kind = FIELD_QUERY},
                                   {.name = "wait", .kind = FIELD_QUERY},
                                   {.name = "limit", .kind = FIELD_QUERY}};

/* The request, and its progress: everything up to `after` was read. */
struct feed {
    int64_t after, limit, wait;
    const char *types; /* a PostgreSQL array; NULL: all */
    int64_t head;
    size_t count; /* number of events in `data` */
    struct buf *data;
};

/* A parameter that is a whole number, at least 0. */
static int64_t read_whole_number(struct control *c, struct json_object *fields, const char *name, int64_t most) {
    const char *text = json_get_string(fields, name);
    int64_t n = 0;
    if (text && !number_within(text, 0, most, &n))
        control_wrong(c, name, "out_of_range", "%s must be a whole number from 0 to %" PRId64, name, most);
    return n;
}

/* An action, or the beginning of one followed by an asterisk. */
static bool is_event_type(const char *s, size_t n) {
    size_t plain = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.");
    return n && n <= TYPE_MAX && (plain == n || (plain == n - 1 && s[plain] == '*'));
}

/* "scim.user.*,team.member_added" becomes "{scim.user.*,team.member_added}": nothing in it needs quotes. */
static const char *types_of(struct control *c, struct json_object *fields) {
    const char *text = json_get_string(fields, "types");
    size_t count = 0;
    if (!text)
        return NULL;
    for (const char *p = text;; p++) {
        size_t n = strcspn(p, ",");
        if (!is_event_type(p, n) || ++count > TYPES_MAX) {
            control_wrong(
                c, "types", "invalid",
                "types must be actions, or beginnings of actions followed by *, separated by commas, %d at most",
                TYPES_MAX);
            return NULL;
        }
        p += n;
        if (!*p)
            return arena_printf(c->ctx.arena, "{%s}", text);
    }
}

/* Reads the events after x->after, and moves x->after to the last one that was read. */
static enum err look_for_events(struct control *c, struct feed *x) {
    struct db_rows rows = {0};
    enum err e =
        control_read(c,
                     sql_api_event_feed(.after = arena_printf(c->ctx.arena, "%" PRId64, x->after),
                                        .look = arena_printf(c->ctx.arena, "%d", LOOK), .actions = x->types,
                                        .limit = arena_printf(c->ctx.arena, "%" PRId64, x->limit), .bytes = bytes_max),
                     &rows);
    if (e != OK)
        return e;
    size_t n = db_count(rows);
    x->head = db_int(rows, 0, API_EVENT_FEED_HEAD);
    if (x->after > x->head)
        return fail(&c->ctx, ERR_CONFLICT,
                    "after is %" PRId64 ", but the last event is %" PRId64
                    ": the events of this organization are not those that you have read (a backup was restored); begin "
                    "again with events/snapshot",
                    x->after, x->head);
    x->count = db_null(rows, 0, API_EVENT_FEED_SEQUENCE) ? 0 : n;
    for (size_t i = 0; i < x->count; i++) {
        buf_str(x->data, i ? "," : "");
        buf_str(x->data, db_text(rows, i, API_EVENT_FEED_OBJECT));
    }
    int64_t last = x->count ? db_int(rows, n - 1, API_EVENT_FEED_SEQUENCE) : x->after;
    bool cut = x->count && (x->count == (size_t)x->limit || db_bool(rows, n - 1, API_EVENT_FEED_MORE));
    int64_t end = x->after + LOOK < x->head ? x->after + LOOK : x->head;
    x->after = cut ? last : end;
    return OK;
}

/* Polls the last number, which is cheap and works through every pooler, and reads events when it changed. */
static enum err wait_for_events(struct control *c, struct feed *x) {
    const struct control_waiting *w = c->waiting;
    int64_t ms = w->begin(w->arg, x->wait * 1000), until = clock_monotonic_ms() + ms;
    enum err e = OK;
    if (ms < 0) {
        c->retry_after = 1;
        return OK;
    }
    while (e == OK && x->count == 0 && x->after == x->head && clock_monotonic_ms() < until &&
           w->pause(w->arg, POLL_MS)) {
        struct db_rows rows = {0};
        e = control_read(c, sql_api_event_head(), &rows);
        if (e == OK && db_int(rows, 0, API_EVENT_HEAD_HEAD) > x->after)
            e = look_for_events(c, x);
    }
    w->end(w->arg);
    return e;
}

enum err control_event_feed(struct control *c, const struct control_input *in, struct json_object **out) {
    struct feed x = {.data = buf_new(c->ctx.arena, SIZE_MAX / 2)};
    enum err e = control_fields_check(c, FIELDS(fed), in->fields, false);
    *out = NULL;
    if (e != OK)
        return e;
    x.after = read_whole_number(c, in->fields, "after", INT64_MAX / 16);
    x.wait = read_whole_number(c, in->fields, "wait", WAIT_MAX);
    x.types = types_of(c, in->fields);
    e = control_limit(c, in->fields, PAGE, &x.limit);
    if (e == OK)
        e = control_refuse(c);
    buf_str(x.data, "{\"data\":[");
    if (e == OK)
        e = look_for_events(c, &x);
    if (e == OK && x.wait && x.count == 0 && x.after == x.head && c->waiting)
        e = wait_for_events(c, &x);
    buf_fmt(x.data, "],\"next_cursor\":\"%" PRId64 "\"}", x.after);
    c->text = (struct control_text){.text = buf_text(x.data), .len = buf_len(x.data)};
    return e;
}

enum err control_event_snapshot(struct control *c, const struct control_input *in, struct json_object **out) {
    struct db_rows rows = {0};
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    *out = NULL;
    if (e == OK)
        e = control_read(c, sql_api_event_snapshot(.most = arena_printf(c->ctx.arena, "%d", MEMBERS_MAX)), &rows);
    if (e != OK)
        return e;
    const char *text = db_text(rows, 0, API_EVENT_SNAPSHOT_OBJECT);
    if (!text)
        return fail(&c->ctx, ERR_TOO_MANY,
                    "the organization has more than %d members: read members and teams page by page, then the events "
                    "after %" PRId64,
                    MEMBERS_MAX, db_int(rows, 0, API_EVENT_SNAPSHOT_SEQUENCE));
    c->text = (struct control_text){.text = text, .len = strlen(text)};
    return OK;
}
