/* The lists of members and teams: search, filters, orders and totals. A request looks at a bounded number of rows. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <inttypes.h>
#include <string.h>

/* A list tells totals up to COUNTED. */
enum { COUNTED = 1000 };
static const char last_id[] = "ffffffff-ffff-ffff-ffff-ffffffffffff";

#define PAGED FIELD(.name = "cursor", .kind = FIELD_QUERY), FIELD(.name = "limit", .kind = FIELD_QUERY)

static const struct field people[] = {PAGED,
                                      {.name = "q", .kind = FIELD_TEXT},
                                      {.name = "status", .kind = FIELD_CHOICE, .values = "active|deactivated"},
                                      {.name = "role", .kind = FIELD_ROLE},
                                      {.name = "source", .kind = FIELD_TEXT},
                                      {.name = "team", .kind = FIELD_TEXT},
                                      {.name = "sort", .kind = FIELD_CHOICE, .values = "created|-created|name"}};
static const struct field teams[] = {PAGED, {.name = "q", .kind = FIELD_TEXT}};

/* Where a page begins, and how far it may look. */
struct place {
    int64_t size; /* 0: all */
    bool first;   /* the page without a cursor, which tells the total */
    const char *key, *id, *look, *limit;
};

/* A cursor is the id of a place, behind a key if there is one: "KEY.ID", the key in base64. */
static bool read_place(struct arena *a, const char *cursor, struct place *p) {
    const char *dot = strchr(cursor, '.'), *id = dot ? dot + 1 : cursor;
    const uint8_t *key = (const uint8_t *)"";
    size_t n = 0;
    if (!uuid_valid(id, strlen(id)) || (dot && !base64_url_bytes(a, cursor, (size_t)(dot - cursor), &key, &n)))
        return false;
    p->key = (const char *)key;
    p->id = id;
    return strlen(p->key) == n;
}

static const char *place_text(struct arena *a, const char *key, const char *id) {
    return *key ? arena_printf(a, "%s.%s", base64_url_text(a, key, strlen(key)), id) : id;
}

/* `picks`: rows are tested, so more must be looked at than the page has. */
static enum err begin_page(struct control *c, struct json_object *fields, const char *start, bool picks,
                           struct place *out) {
    struct control_page page;
    struct json_object *limit = json_new_object(c->ctx.arena);
    const char *cursor = json_get_string(fields, "cursor");
    if (json_get(fields, "limit"))
        json_object_object_add(limit, "limit", json_object_get(json_get(fields, "limit")));
    *out = (struct place){.first = !cursor, .key = "", .id = start};
    enum err e = control_page(c, limit, &page);
    if (e == OK && cursor && !read_place(c->ctx.arena, cursor, out)) {
        control_wrong(c, "cursor", "invalid", "cursor must be a next_cursor of this list");
        return control_refuse(c);
    }
    bool far = (picks || out->first) && page.size < COUNTED + 1;
    out->size = page.size;
    out->limit = page.limit;
    out->look = !page.size ? NULL : far ? arena_printf(c->ctx.arena, "%d", COUNTED + 1) : page.limit;
    return e;
}

/* {"data", "next_cursor", "total", "total_exact"}; a page may be short, or empty, and still not be the last. */
static enum err fill_people(struct control *c, struct db_rows rows, const struct place *p, struct json_object **out) {
    struct json_object *data = json_new_array(c->ctx.arena);
    size_t n = db_null(rows, 0, LISTING_ID) ? 0 : db_count(rows);
    int64_t looked = db_int(rows, 0, LISTING_LOOKED), fits = db_int(rows, 0, LISTING_FITS);
    bool full = p->size && n > (size_t)p->size, all = !p->look || looked < strtoll(p->look, NULL, 10);
    const char *cursor = NULL;
    n = full ? (size_t)p->size : n;
    for (size_t i = 0; i < n; i++) {
        struct json_object *o;
        const char *text = db_text(rows, i, OBJECT_OBJECT);
        enum err e = json_parse_own(&c->ctx, text, strlen(text), &o);
        if (e != OK)
            return e;
        json_object_array_add(data, json_object_get(o));
    }
    if (full)
        cursor = place_text(c->ctx.arena, db_text(rows, n - 1, LISTING_KEY), db_text(rows, n - 1, LISTING_ID));
    else if (!all)
        cursor = place_text(c->ctx.arena, db_text(rows, 0, LISTING_EDGE_KEY), db_text(rows, 0, LISTING_EDGE_ID));
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "data", json_object_get(data));
    json_object_object_add(*out, "next_cursor", cursor ? json_object_new_string(cursor) : NULL);
    json_object_object_add(*out, "total",
                           p->first ? json_object_new_int64(all || fits < COUNTED ? fits : COUNTED) : NULL);
    json_object_object_add(*out, "total_exact", p->first ? json_object_new_boolean(all) : NULL);
    return OK;
}

static enum err list_people(struct control *c, struct sql_call call, const struct place *p, struct json_object **out) {
    struct db_rows rows = {0};
    enum err e = control_read(c, call, &rows);
    return e == OK ? fill_people(c, rows, p, out) : e;
}

/* What is asked of members. */
struct search {
    const char *q, *status, *role, *team, *source, *sort;
    bool local;
    const char *way; /* the index that finds them */
    bool picks;      /* they must be tested besides */
};

static bool is_same(const char *a, const char *b) {
    return a && strcmp(a, b) == 0;
}

static enum err read_search(struct control *c, struct json_object *fields, struct search *s) {
    *s = (struct search){.q = json_get_string(fields, "q"),
                         .status = json_get_string(fields, "status"),
                         .role = json_get_string(fields, "role"),
                         .team = json_get_string(fields, "team"),
                         .source = json_get_string(fields, "source"),
                         .sort = json_get_string(fields, "sort")};
    if (s->q && fold_blank(s->q, strlen(s->q)))
        control_wrong(c, "q", "invalid", "q must have a word");
    if (s->q && s->sort)
        control_wrong(c, "sort", "invalid", "sort is not for a search: q has the order of the words that it finds");
    s->local = is_same(s->source, "local");
    if (s->local)
        s->source = NULL;
    if (s->source && !uuid_valid(s->source, strlen(s->source)))
        control_wrong(c, "source", "invalid", "source must be the id of a connection, or local");
    return control_refuse(c);
}

/* The index whose order the list has, or that leaves the fewest; the others are conditions that are tested. */
static void choose_way(struct search *s) {
    bool ended = is_same(s->status, "deactivated"), role = s->role && strcmp(s->role, "org:member") != 0;
    const struct {
        bool asked;
        const char *way;
        int conditions; /* how many it fulfils by itself */
    } ways[] = {{s->q != NULL, "word", 0},
                {is_same(s->sort, "name"), "name", 0},
                {is_same(s->sort, "-created"), "newest", 0},
                {s->team != NULL, "team", 1},
                {s->source != NULL, "source", 1},
                {role, "role", 1},
                {ended, "ended", 1},
                {true, "created", 0}};
    int conditions = !!s->q + !!s->status + !!s->role + !!s->team + !!s->source + s->local;
    size_t i = 0;
    while (!ways[i].asked)
        i++;
    s->way = ways[i].way;
    s->picks = conditions > ways[i].conditions;
}

enum err control_member_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct search s;
    struct place p;
    enum err e = control_fields_check(c, FIELDS(people), in->fields, false);
    if (e == OK)
        e = read_search(c, in->fields, &s);
    if (e != OK)
        return e;
    choose_way(&s);
    e = begin_page(c, in->fields, strcmp(s.way, "newest") == 0 ? last_id : control_installation, s.picks, &p);
    if (e != OK)
        return e;
    return list_people(
        c,
        sql_api_member_list(.way = s.way, .q = s.q, .status = s.status, .role = s.role,
                            .team_key = s.team ? fold_identity(c->ctx.arena, s.team, strlen(s.team)) : NULL,
                            .team = s.team, .source = s.source, .local = s.local ? "true" : "false",
                            .picks = s.picks ? "true" : "false", .after_key = p.key, .after_id = p.id, .look = p.look,
                            .limit = p.limit),
        &p, out);
}

enum err control_team_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct place p;
    const char *q = json_get_string(in->fields, "q");
    enum err e = control_fields_check(c, FIELDS(teams), in->fields, false);
    if (e == OK)
        e = begin_page(c, in->fields, control_installation, q, &p);
    if (e != OK)
        return e;
    return list_people(c,
                       sql_api_team_list(.term = q ? fold_identity(c->ctx.arena, q, strlen(q)) : NULL, .after_id = p.id,
                                         .look = p.look, .limit = p.limit),
                       &p, out);
}
