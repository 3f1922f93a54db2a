/* Lists of users and groups: filter, order, pages, as one statement. */

#include "directory/list.h"

#include "base/arena.h"
#include "base/words.h"
#include "directory/cursor.h"
#include "directory/walk.h"
#include "protocol/filter.h"
#include "query/filter_sql.h"
#include "query/modified_sql.h"
#include "query/sort_sql.h"
#include "sql/scim.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

const struct list_kind list_users = {true, false};
const struct list_kind list_groups = {false, true};
const struct list_kind list_all = {true, true};

#define ORDER_ID(r) ((r)->targets[0].sort.modified ? MODIFIED_ID : "r.id")
enum { TYPES = 2, MORE_PARAMS = TYPES * (FILTER_SQL_PARAMS + SORT_SQL_PARAMS) + 2 };

/* One of the types of a list. */
struct target {
    const struct resource_type *rt, *other; /* other: in a list of both types */
    struct filter_sql filter;
    struct sort_sql sort;
};

/* The state of running a list. */
struct run {
    const struct list_kind *kind;
    const struct list_query *query;
    struct target targets[TYPES];
    size_t n_targets;
    size_t own;                    /* parameters of the statement itself */
    const char *more[MORE_PARAMS]; /* the parameters after them: of filters, sort keys and the cursor */
    size_t n_more;
    bool descending;
    struct ctx strict;    /* the strict dialect's objection to the filter; err is OK if none */
    struct cursor cursor; /* the place after which the page begins; of a walk by index only the id, from its bookmark */
    const char *kept;     /* the parameter with the total that the walk began with; NULL: it is found anew */
    int64_t told;         /* the total of the page before */
    const char *identity; /* identifies the list, for cursors and bookmarks */
    struct list_page page;
};

static size_t next_param_number(const struct run *r) {
    return r->own + r->n_more + 1;
}

static void add_params(struct run *r, const char *const *params, size_t n) {
    for (size_t i = 0; i < n; i++)
        r->more[r->n_more++] = params[i];
}

/* URLs appear in logs (RFC 7644, 7.5.2), so the operator can name attributes that must not be in them. */
static enum err refuse_sensitive_filter(struct session *s, const struct target *t, const struct filter *f) {
    struct attr_ref ref;
    size_t len;
    for (const char *list = s->sensitive ? s->sensitive : "", *p; (p = words_next(&list, ", ", &len));)
        if (schema_lookup(t->rt, p, len, &ref) && ref.attr && filter_mentions(f, ref))
            return fail(&s->ctx, ERR_SENSITIVE, "%.*s must not be in the filter of a URL; use POST .search", (int)len,
                        p);
    return OK;
}

static enum err compile_filter(struct session *s, struct run *r, struct target *t) {
    const struct filter *f = NULL;
    const char *text = r->query->filter;
    struct ctx strict = {.arena = s->ctx.arena};
    t->filter.where = "true";
    if (!text)
        return OK;
    struct filter_source source = {.text = text, .len = strlen(text)};
    if (filter_parse(&strict, t->rt, t->other, source, &f) != OK) {
        r->strict = strict;
        source.lenient = true;
        enum err e = filter_parse(&s->ctx, t->rt, t->other, source, &f);
        if (e != OK)
            return e;
    }
    enum err e = r->query->in_url ? refuse_sensitive_filter(s, t, f) : OK;
    if (e == OK)
        e = filter_sql(&s->ctx, t->rt, f, next_param_number(r), s->base_url, &t->filter);
    if (e == OK)
        add_params(r, t->filter.params, t->filter.n_params);
    return e;
}

static enum err compile_sort(struct session *s, struct run *r, struct target *t) {
    if (!r->query->sort_by)
        return OK;
    const struct sort_request sort = {.rt = t->rt,
                                      .other = t->other,
                                      .sort_by = r->query->sort_by,
                                      .bounded = r->query->cursor,
                                      .first = next_param_number(r),
                                      .base_url = s->base_url};
    enum err e = sort_sql(&s->ctx, &sort, &t->sort);
    if (e != OK)
        return e;
    add_params(r, t->sort.params, t->sort.n_params);
    struct ctx strict = {.arena = s->ctx.arena};
    if (t->sort.unregistered && !t->other && r->strict.err == OK &&
        fail(&strict, ERR_INVALID_VALUE, "sortBy: \"%s\" is not an attribute of %s", r->query->sort_by, t->rt->name) !=
            OK)
        r->strict = strict;
    return OK;
}

static enum err read_order(struct session *s, struct run *r) {
    const char *order = r->query->sort_order;
    r->descending = order && strcasecmp(order, "descending") == 0;
    if (order && !r->descending && strcasecmp(order, "ascending") != 0)
        return fail(&s->ctx, ERR_INVALID_VALUE, "sortOrder must be ascending or descending");
    r->descending = r->descending && r->query->sort_by;
    return OK;
}

/* Whether no index has the filter or the order, so that the directory must be read. */
static bool is_scan(const struct run *r) {
    for (size_t i = 0; i < r->n_targets; i++)
        if ((r->query->filter && !r->targets[i].filter.indexed) || (r->query->sort_by && !r->targets[i].sort.lowest))
            return true;
    return r->n_targets > 1 && r->query->sort_by; /* no index has both types */
}

/*
 * Whether the values decide which plan is good: `sw` reads an index only for a beginning that the planner knows, and
 * how much a filter leaves decides whether to sort or to walk an index.
 */
static bool is_shaped(const struct run *r) {
    return r->n_targets > 1 || r->query->sort_by || (r->query->filter && !r->targets[0].filter.fixed);
}

/* A walk by index in the order of ids goes on where the page before ended, if that is known. */
static bool is_walk(const struct run *r) {
    return !r->query->cursor && !r->query->sort_by;
}

static void read_bookmark(struct session *s, struct run *r) {
    struct limits_bookmark b;
    if (!is_walk(r) || !walk_find(s, r->identity, r->query->start_index, &b))
        return;
    r->cursor.id = arena_strdup(s->ctx.arena, b.id);
    r->told = b.total;
    if (!is_scan(r))
        return;
    r->kept = arena_printf(s->ctx.arena, "$%zu::bigint", next_param_number(r));
    r->more[r->n_more++] = arena_printf(s->ctx.arena, "%" PRId64, b.total);
}

static enum err read_list_cursor(struct session *s, struct run *r) {
    const char *text = r->query->cursor;
    if (!text || !*text)
        return OK;
    enum err e = cursor_read(s, text, &r->cursor);
    return e == OK && r->cursor.count != r->query->count ? fail(&s->ctx, ERR_INVALID_COUNT, NULL) : e;
}

/* The sort key of a row as an expression; in a list of both types it is a column. */
static const char *order_key(struct session *s, const struct run *r) {
    const struct sort_sql *sort = &r->targets[0].sort;
    const char *key = r->n_targets > 1 ? "r.k" : sort->key;
    return sort->text ? arena_printf(s->ctx.arena, "(%s) collate \"C\"", key) : key;
}

static const char *key_text(struct session *s, const struct run *r) {
    const char *key = r->n_targets > 1 ? "r.k" : r->targets[0].sort.key;
    if (!r->query->sort_by)
        return "null::text";
    if (r->targets[0].sort.time)
        return arena_printf(s->ctx.arena, "to_char(%s at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')", key);
    return arena_printf(s->ctx.arena, "(%s)::text", key);
}

/*
 * Before a cursor the list runs backwards. Nulls come last when ascending and first when descending, as in PostgreSQL.
 */
static const char *order_of(struct session *s, const struct run *r) {
    bool down = r->descending != r->cursor.backward;
    const char *id = arena_printf(s->ctx.arena, "%s%s", ORDER_ID(r), r->cursor.backward ? " desc" : "");
    if (!r->query->sort_by)
        return id;
    return arena_printf(s->ctx.arena, "%s%s, %s", order_key(s, r), down ? " desc" : "", id);
}

/*
 * The condition for rows after the cursor's resource (before it, if the list runs backwards), in the order of
 * order_of(). A key that is never null is compared so that an index scan can begin there; without a cursor, at its
 * lowest value.
 */
static const char *place_condition(struct session *s, struct run *r) {
    const struct cursor *c = &r->cursor;
    const struct sort_sql *sort = &r->targets[0].sort;
    struct arena *a = s->ctx.arena;
    if (!c->id)
        return r->n_targets == 1 && sort->lowest ? arena_printf(a, "(%s >= %s)", order_key(s, r), sort->lowest)
                                                 : "true";
    const char *beyond =
        arena_printf(a, "%s %s $%zu::uuid", ORDER_ID(r), c->backward ? "<" : ">", next_param_number(r));
    add_params(r, &c->id, 1);
    if (!r->query->sort_by)
        return beyond;
    const char *key = order_key(s, r), *than = r->descending != c->backward ? "<" : ">";
    bool nulls_behind = r->descending == c->backward;
    if (!c->key)
        return nulls_behind ? arena_printf(a, "(%s is null and %s)", key, beyond)
                            : arena_printf(a, "(%s is not null or %s)", key, beyond);
    const char *value = arena_printf(a, "$%zu::%s", next_param_number(r), sort->cast);
    add_params(r, &c->key, 1);
    const char *place = arena_printf(a, "(%s %s= %s and (%s %s %s or %s))", key, than, value, key, than, value, beyond);
    bool always = sort->lowest && r->targets[r->n_targets - 1].sort.lowest;
    return nulls_behind && !always ? arena_printf(a, "(%s or %s is null)", place, key) : place;
}

static void open_targets(struct session *s, struct run *r) {
    const struct resource_type *user = s->types->user, *group = s->types->group;
    bool both = r->kind->users && r->kind->groups;
    enum sql statement = both ? SQL_ALL_LIST : r->kind->users ? SQL_USER_LIST /* or SQL_USER_WALK */ : SQL_GROUP_LIST;
    r->own = (size_t)sql_statements[statement].n_params;
    if (r->kind->users)
        r->targets[r->n_targets++] = (struct target){.rt = user, .other = both ? group : NULL};
    if (r->kind->groups)
        r->targets[r->n_targets++] = (struct target){.rt = group, .other = both ? user : NULL};
}

static enum err compile_list(struct session *s, struct run *r) {
    const struct list_query *q = r->query;
    enum err e = read_order(s, r);
    if (e == OK)
        e = read_list_cursor(s, r);
    for (size_t i = 0; e == OK && i < r->n_targets; i++) {
        struct target *t = &r->targets[i];
        e = projection_parse(&s->ctx, t->rt, q->attributes, q->excluded, &r->page.types[i].projection);
        if (e == OK)
            e = compile_filter(s, r, t);
        if (e == OK)
            e = compile_sort(s, r, t);
        r->page.types[i].rt = t->rt;
    }
    if (e == OK && r->n_targets > 1 &&
        strcmp(r->targets[0].sort.cast ? r->targets[0].sort.cast : "",
               r->targets[1].sort.cast ? r->targets[1].sort.cast : "") != 0)
        e = fail(&s->ctx, ERR_INVALID_VALUE, "sortBy: users and groups have %s of different types", q->sort_by);
    r->page.n_types = r->n_targets;
    r->identity = arena_printf(s->ctx.arena, "%s%s %zu:%s %s%s", r->kind->users ? "U" : "", r->kind->groups ? "G" : "",
                               q->filter ? strlen(q->filter) : 0, q->filter ? q->filter : "", r->descending ? "-" : "",
                               q->sort_by ? q->sort_by : "");
    return e;
}

static enum err refuse_long_search(struct session *s, const struct run *r) {
    return fail(&s->ctx, ERR_TOO_MANY,
                "the search was given up after %d seconds: %s, or read everybody in pages (cursor) and search there",
                LIST_SCAN_SECONDS,
                r->query->sort_by
                    ? "sort by id, userName, meta.created or meta.lastModified"
                    : "use eq or sw on id, userName, externalId, emails.value, displayName, members.value or "
                      "the times of meta in each part of the filter");
}

/* If no index answers the condition, the rows are read by the directory's own index. */
static const char *where_of(struct session *s, const struct target *t) {
    return arena_printf(s->ctx.arena, t->filter.indexed ? "(%s)" : "(%s and r.id >= " LOWEST_ID ")", t->filter.where);
}

/*
 * The statement. The names say which members of a large resource need not be fetched; a list of both types needs two
 * sets.
 */
static struct sql_call call_of(struct session *s, const struct run *r) {
    const struct list_query *q = r->query;
    /* With a cursor one more row is read, which shows whether there is another page. */
    const char *skip = arena_printf(s->ctx.arena, "%" PRId64, r->cursor.id || q->cursor ? 0 : q->start_index - 1);
    const char *count = arena_printf(s->ctx.arena, "%" PRId64, q->count + (q->cursor && q->count));
    const char *groups = projection_wants(r->page.types[0].projection, "groups") ? "true" : "false";
    const struct projection *of_group = r->page.types[r->n_targets - 1].projection;
    const char *members = projection_wants(of_group, "members") ? "true" : "false";
    const char *display = projection_wants_part(of_group, "members", "display") ? "true" : "false";
    struct name_list keep, leave;
    if (r->n_targets > 1)
        return sql_all_list(.skip = skip, .count = count, .with_groups = groups, .with_members = members,
                            .with_display = display);
    projection_names(s->ctx.arena, r->page.types[0].projection, r->targets[0].rt, &keep, &leave);
    const char *kept = session_texts(s, keep.names, keep.n), *left = session_texts(s, leave.names, leave.n);
    if (!r->kind->users)
        return sql_group_list(.skip = skip, .count = count, .with_display = display, .with_members = members,
                              .keep = kept, .leave = left);
    if (is_shaped(r) || is_scan(r))
        return sql_user_list(.skip = skip, .count = count, .with_groups = groups, .keep = kept, .leave = left);
    return sql_user_walk(.skip = skip, .count = count, .with_groups = groups, .keep = kept, .leave = left);
}

/* What stands behind `from` for the rows of a type; `ordered`: in the order of the list. */
static const char *rows_of(struct session *s, const struct target *t, bool ordered) {
    if (t->filter.modified || (ordered && t->sort.modified))
        return modified_sql_rows(s->ctx.arena, t->rt, t->filter.modified);
    return t->rt == s->types->user ? "muster.scim_user r" : "muster.scim_group r";
}

static size_t queue_page(struct session *s, struct run *r) {
    const struct target *first = &r->targets[0], *last = &r->targets[r->n_targets - 1];
    const char *place = place_condition(s, r);
    const struct db_fragment fragments[] = {
        {"/*rows*/ muster.scim_user r", rows_of(s, first, true)},
        {"/*rows*/ muster.scim_group r", rows_of(s, last, true)},
        {"/*counted rows*/ muster.scim_user r", rows_of(s, first, false)},
        {"/*counted rows*/ muster.scim_group r", rows_of(s, last, false)},
        {"/*filter*/ true", where_of(s, first)},
        {"/*group filter*/ true", where_of(s, last)},
        {"/*user key*/ null::text", first->sort.key ? first->sort.key : "null::text"},
        {"/*group key*/ null::text", last->sort.key ? last->sort.key : "null::text"},
        {"/*key*/ null::text", key_text(s, r)},
        {"/*place*/ true", place},
        {"/*first*/ true", r->cursor.id ? "false" : "true"},
        {"/*kept*/ null::bigint", r->kept ? r->kept : "null::bigint"},
        {"/*whole*/ false", r->query->filter ? "false" : "true"},
        {"/*order*/ r.id", order_of(s, r)}};
    return db_queue_shaped(s->db, call_of(s, r), fragments, sizeof fragments / sizeof *fragments, r->more, r->n_more);
}

static enum err check_dialect(struct session *s, const struct run *r) {
    if (s->tenant.dialect.lenient)
        return OK;
    if (r->query->lenient_only)
        return fail(&s->ctx, ERR_INVALID_SYNTAX, "schemas must be an array with \"" SCHEMA_SEARCH "\"");
    return r->strict.err == OK ? OK : fail(&s->ctx, r->strict.err, "%s", fail_detail(&r->strict));
}

static const char *cursor_at(struct session *s, const struct run *r, struct db_rows rows, size_t row, bool backward) {
    struct cursor c = {.backward = backward,
                       .count = r->query->count,
                       .at_s = s->tenant.now_us / 1000000,
                       .id = db_text(rows, row, SCIM_ID),
                       .key = db_text(rows, row, PAGE_SORT_KEY)};
    return cursor_write(s, &c, r->identity);
}

/* Determines the rows of the page, and the cursors to its neighbours; more rows may have been found than fit. */
static enum err settle_page(struct session *s, struct run *r, struct db_rows rows) {
    struct list_page *p = &r->page;
    size_t n = db_null(rows, 0, SCIM_ID) ? 0 : db_count(rows), count = (size_t)r->query->count;
    p->start_index = r->query->start_index;
    p->by_cursor = r->query->cursor;
    p->total = db_int(rows, 0, PAGE_TOTAL);
    if (is_walk(r) && r->cursor.id)
        p->total = walk_total(r->query->start_index, r->query->count, db_int(rows, 0, PAGE_FOUND), p->total, r->told);
    p->n = n > count ? count : n;
    enum err e = answer_fill(s, rows, p);
    if (e == OK && is_walk(r) && p->n && db_int(rows, 0, PAGE_FOUND) == r->query->count) /* else it is the last one */
        walk_note(s, r->identity, p->start_index + (int64_t)p->n, db_text(rows, p->n - 1, SCIM_ID), p->total);
    if (e != OK || !p->by_cursor || n == 0)
        return e;
    bool more = db_int(rows, 0, PAGE_FOUND) > (int64_t)p->n, backward = r->cursor.backward;
    p->reversed = backward;
    size_t first = backward ? p->n - 1 : 0, last = backward ? 0 : p->n - 1;
    if (more || backward)
        p->next = cursor_at(s, r, rows, last, false);
    if (backward ? more : r->cursor.id != NULL)
        p->previous = cursor_at(s, r, rows, first, true);
    return OK;
}

enum err list_run(struct session *s, const struct list_kind *kind, const struct list_query *query, struct answer *out) {
    assert(query->start_index >= 1 && query->count >= 0 && query->count <= LIST_MAX);
    struct run *r = arena_alloc(s->ctx.arena, sizeof *r);
    *r = (struct run){.kind = kind, .query = query};
    open_targets(s, r);
    enum err e = compile_list(s, r);
    bool scanning = is_scan(r);
    if (e == OK && (scanning || query->count > LIST_LARGE))
        e = session_heavy(s);
    if (e != OK)
        return e;
    read_bookmark(s, r);
    struct db_rows rows[3] = {0};
    if (scanning || r->targets[0].filter.joined || r->targets[1].filter.joined)
        db_queue_budget(s->db, LIST_SCAN_SECONDS * 1000);
    size_t entered = session_queue_page(s, is_shaped(r), query->cursor != NULL), found = queue_page(s, r);
    e = db_read(&s->ctx, s->db, rows);
    if (e == ERR_TOO_MANY)
        return refuse_long_search(s, r);
    if (e == ERR_INVALID_VALUE && r->cursor.key)
        return fail(&s->ctx, ERR_INVALID_CURSOR, NULL); /* its key has another type, so the cursor is not ours */
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e == OK)
        e = check_dialect(s, r);
    if (e == OK && query->cursor && r->cursor.id)
        e = cursor_verify(s, query->cursor, &r->cursor, r->identity);
    if (e == OK)
        e = settle_page(s, r, rows[found]);
    return e == OK ? answer_list(s, &r->page, out) : e;
}
