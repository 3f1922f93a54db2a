/* Runs the operations of a BulkRequest in one transaction. */

#include "directory/bulk_run.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"
#include "directory/group.h"
#include "directory/user.h"
#include "directory/user_page.h"
#include "protocol/projection.h"
#include "protocol/schema.h"

#include <assert.h>
#include <string.h>

/* The state of running a BulkRequest. */
struct run {
    struct session *session;
    struct bulk *bulk;
    const struct parts *lost; /* failed before */
    struct bulk_order order;
    int64_t reserve_ms; /* of the time until the deadline, for the last operation and COMMIT */
    size_t errors;
    struct tenant tenant; /* for the whole request; each operation reads its own into its own memory */
    size_t page;          /* how many operations the next page may have */
    size_t alone;         /* so many operations run before another page is tried */
    size_t misses;        /* how many more after another page of little use */
};

/* The state of running operations that name each other. */
struct group {
    struct run *run;
    const size_t *items;
    size_t n;
    bool again; /* one of them got another result than the others assumed */
};

static const struct resource_type *item_type(const struct session *s, const struct bulk_item *item) {
    return item->users ? s->types->user : s->types->group;
}

static enum err create_item(struct session *s, const struct bulk_item *item, const struct change_request *r,
                            struct answer *a) {
    return item->users ? user_create(s, item->id, r->body, r->p, a) : group_create(s, item->id, r->body, r->p, a);
}

static enum err change_item(struct session *s, const struct bulk_item *item, const struct change_request *r,
                            struct answer *a) {
    if (item->method == BULK_PUT)
        return item->users ? user_replace(s, r, a) : group_replace(s, r, a);
    return item->users ? user_patch(s, r, a) : group_patch(s, r, a);
}

/*
 * In lenient dialect, a part of a user's change that refers to an unknown bulkId is a failed part, which does not
 * prevent the end of access: the change leaves it out.
 */
static enum err resolve_data(struct run *r, const struct bulk_item *item, struct change_request *out) {
    struct session *s = r->session;
    bool parts = item->users && item->method != BULK_POST && s->tenant.dialect.lenient;
    if (!item->data)
        return OK;
    out->body = bulk_resolve(&s->ctx, r->bulk, item->data, &out->unresolved);
    return parts ? OK : bulk_check_resolved(&s->ctx, out->unresolved, "", out->body);
}

/* The answer is kept as short as possible. */
static enum err carry_out_item(struct run *r, struct bulk_item *item, struct answer *a) {
    struct session *s = r->session;
    struct parts lost = {.go_on = true};
    struct change_request change = {.when = {.if_match = item->if_match}, .lost = &lost};
    if (!item->users && s->tenant.scope == SCOPE_USERS)
        return fail(&s->ctx, ERR_FORBIDDEN, "this token is for users only, not for groups");
    parts_failed_before(&s->ctx, &lost, r->lost->left_out);
    parts_failed_before(&s->ctx, &lost, item->lost.left_out);
    enum err e = item->users && item->method != BULK_POST ? OK : parts_refuse(&s->ctx, &lost);
    if (e == OK)
        e = projection_parse(&s->ctx, item_type(s, item), "id", NULL, &change.p);
    if (e == OK && item->target)
        e = bulk_resolve_target(&s->ctx, r->bulk, item->target, &change.id);
    a->id = change.id; /* known from here on, even if the operation fails */
    if (e == OK)
        e = resolve_data(r, item, &change);
    if (e != OK)
        return e;
    if (item->method == BULK_POST)
        return create_item(s, item, &change, a);
    if (item->method != BULK_DELETE)
        return change_item(s, item, &change, a);
    return item->users ? user_delete(s, change.id, &lost, change.when) : group_delete(s, change.id, change.when);
}

/* Runs one operation like a request of its own, which the token must allow. */
static enum err perform_item(struct run *r, struct bulk_item *item, struct answer *a) {
    struct session *s = r->session;
    bool change = s->wants.change, groups = s->wants.groups;
    s->wants.change = true;
    s->wants.groups = !item->users;
    enum err e = carry_out_item(r, item, a);
    s->wants.change = change;
    s->wants.groups = groups;
    return e;
}

static void take_outcome(struct run *r, struct bulk_item *item, enum err e, const struct answer *a,
                         struct arena *arena) {
    struct session *s = r->session;
    item->processed = true;
    item->err = e;
    if (e != OK && s->ctx.err == e && s->ctx.detail)
        item->detail = arena_strdup(arena, utf8_shorten(s->ctx.arena, s->ctx.detail, BULK_DETAIL_BYTES));
    item->version = a->version;
    item->no_body = !a->json;
    if (a->id && uuid_valid(a->id, strlen(a->id)))
        memcpy(item->id, a->id, sizeof item->id);
}

/* Runs an item in its own memory. ERR_UNAVAILABLE if the whole transaction is gone. */
static enum err run_item(struct run *r, struct bulk_item *item) {
    struct session *s = r->session;
    struct arena *arena = s->ctx.arena;
    struct answer a = {0};
    if (item->err != OK) {
        item->processed = true;
        return OK;
    }
    s->ctx.arena = arena_create();
    enum err e = perform_item(r, item, &a);
    bool alive = db_in_transaction(s->db); /* else this is no result of the operation: everything runs again */
    if (alive)
        take_outcome(r, item, e, &a, arena);
    arena_destroy(s->ctx.arena);
    s->ctx = (struct ctx){.arena = arena};
    s->tenant = r->tenant;
    return alive ? OK : fail(&s->ctx, ERR_UNAVAILABLE, NULL);
}

/*
 * Runs a circle: each operation gets the ids that the others will have. If one fails, or turns out to be a returning
 * user (with another id), all are undone, and the others run again with the right ids.
 */
static enum err run_circle(struct ctx *ctx, struct db *db, void *arg) {
    struct group *g = arg;
    struct run *r = g->run;
    enum err e = db_run(ctx, db, NULL); /* the savepoint, before those of the operations */
    for (size_t i = 0; e == OK && i < g->n; i++) {
        struct bulk_item *item = &r->bulk->items[g->items[i]];
        char promised[UUID_TEXT + 1];
        bool was_sound = item->err == OK;
        memcpy(promised, item->id, sizeof promised);
        e = run_item(r, item);
        g->again = e == OK && was_sound && (item->err != OK || strcmp(promised, item->id) != 0);
        if (g->again)
            return fail(&r->session->ctx, ERR_PRECONDITION, NULL); /* back to the savepoint */
    }
    return e;
}

static enum err run_group(struct run *r, const size_t *items, size_t n) {
    struct session *s = r->session;
    struct group g = {.run = r, .items = items, .n = n};
    if (n == 1 && !r->bulk->items[items[0]].names_itself)
        return run_item(r, &r->bulk->items[items[0]]);
    for (struct usage before = s->usage;; s->usage = before) {
        struct db_transaction t = {.work = run_circle, .arg = &g, .events = &s->events};
        enum err e = db_transaction(&s->ctx, s->db, &t);
        if (e == OK || !g.again || !db_in_transaction(s->db))
            return e;
        fail_clear(&s->ctx);
    }
}

/* The operation k, if its users may be created in a page; NULL: it runs by itself. */
static struct bulk_item *newcomer_at(const struct run *r, size_t k) {
    const struct bulk_order *o = &r->order;
    struct bulk_item *item = &r->bulk->items[o->items[o->groups[k]]];
    bool single = o->groups[k + 1] - o->groups[k] == 1 && !item->names_itself;
    bool sound = item->err == OK && !item->lost.left_out && !r->lost->left_out;
    return single && sound && item->users && item->method == BULK_POST ? item : NULL;
}

static struct user_page *fill_page(struct run *r, size_t from, size_t *n) {
    struct session *s = r->session;
    struct user_page *p = user_page_new(s);
    struct bulk_item *item;
    for (*n = 0; *n < r->page && from + *n < r->order.n_groups; ++*n) {
        struct json_object *unresolved = NULL;
        if (!(item = newcomer_at(r, from + *n)))
            break;
        struct json_object *body = bulk_resolve(&s->ctx, r->bulk, item->data, &unresolved);
        if (unresolved || !user_page_add(p, item->id, body))
            break;
    }
    return p;
}

/*
 * The next page is as large as this one was of use. The operation at which a page ended, or all of a page that failed,
 * run by themselves; after each page in a row that was of little use twice as many of them before another one is tried.
 */
static void pace_pages(struct run *r, enum err e, size_t n, size_t done) {
    enum { LEAST = 8, FEW = 4 };
    r->alone = (e != OK ? n : done < n) + (done < FEW ? r->misses : 0);
    r->alone -= done == 0; /* that one runs now */
    r->misses = done >= FEW ? 0 : r->misses * 2 + 1 < USER_PAGE ? r->misses * 2 + 1 : USER_PAGE;
    r->page = done == n ? r->page * 2 : done * 2;
    r->page = r->page < LEAST ? LEAST : r->page > USER_PAGE ? USER_PAGE : r->page;
}

/*
 * Runs the operations from the k-th on together, as far as they create users of whom nothing is known: *done of them.
 * Everything else, and what a page fails of, runs operation by operation.
 */
static enum err run_page(struct run *r, size_t k, size_t *done) {
    struct session *s = r->session;
    struct arena *arena = s->ctx.arena;
    bool change = s->wants.change, alive;
    size_t n;
    enum err e = OK;
    *done = 0;
    if (r->alone > 0) {
        r->alone--;
        return OK;
    }
    s->ctx.arena = arena_create();
    s->wants.change = true;
    struct user_page *p = fill_page(r, k, &n);
    if (n > 1) {
        e = user_page_write(p, done);
        pace_pages(r, e, n, *done);
    }
    alive = db_in_transaction(s->db);
    s->wants.change = change;
    arena_destroy(s->ctx.arena);
    s->ctx = (struct ctx){.arena = arena};
    s->tenant = r->tenant;
    for (size_t i = 0; i < *done; i++) {
        struct bulk_item *item = newcomer_at(r, k + i);
        item->processed = true;
        item->version = 1;
    }
    return alive ? OK : fail(&s->ctx, ERR_UNAVAILABLE, NULL);
}

static enum err run_group_at(struct run *r, size_t k) {
    const size_t *items = r->order.items + r->order.groups[k];
    size_t n = r->order.groups[k + 1] - r->order.groups[k];
    enum err e = run_group(r, items, n);
    for (size_t i = 0; i < n; i++)
        r->errors += r->bulk->items[items[i]].err != OK;
    return e;
}

/*
 * What is done is worth more than what is left: without this, a request that takes too long would be undone whole, each
 * time that it is sent again, and leavers would stay.
 */
static void put_off_rest(struct run *r, size_t from) {
    size_t n = r->order.groups[r->order.n_groups];
    for (size_t i = r->order.groups[from]; i < n; i++) {
        struct bulk_item *item = &r->bulk->items[r->order.items[i]];
        item->processed = true;
        if (item->err != OK)
            continue;
        item->err = ERR_UNAVAILABLE;
        item->detail = "nothing was done: the time of the request went to the operations before; send this one again";
    }
}

/* Removes the results of an earlier attempt from the items: ids, and results of valid operations. */
static void reset_items(struct run *r, const struct bulk_item *as_parsed) {
    for (size_t i = 0; i < r->bulk->n; i++)
        r->bulk->items[i] = as_parsed[i];
    r->errors = 0;
    r->page = USER_PAGE;
    r->alone = r->misses = 0;
}

struct attempt {
    struct run run;
    const struct bulk_item *as_parsed;
};

static enum err bulk_work(struct session *s, void *arg) {
    struct attempt *a = arg;
    struct run *r = &a->run;
    struct db_rows row = {0};
    reset_items(r, a->as_parsed);
    session_queue_write(s, SESSION_EXCLUSIVE, NULL, NULL);
    enum err e = db_run(&s->ctx, s->db, &row);
    if (e == OK)
        e = session_accept(s, row);
    if (e == OK && r->bulk->lenient_only && !s->tenant.dialect.lenient)
        e = fail(&s->ctx, ERR_INVALID_SYNTAX, "schemas must be an array with \"" SCHEMA_BULK_REQUEST "\"");
    if (e == OK && r->bulk->fails_on_zero && !s->tenant.dialect.lenient)
        e = fail(&s->ctx, ERR_INVALID_VALUE, BULK_FAIL_ON_ERRORS);
    r->tenant = s->tenant;
    for (size_t k = 0, done; e == OK && k < r->order.n_groups; k += done) {
        if (k > 0 && db_time_left(s->db) < r->reserve_ms) {
            put_off_rest(r, k);
            break;
        }
        e = run_page(r, k, &done);
        if (e != OK || done > 0)
            continue;
        e = run_group_at(r, k);
        done = 1;
        if (r->bulk->fail_on_errors && r->errors >= (size_t)r->bulk->fail_on_errors)
            break;
    }
    return e;
}

enum err bulk_run(struct session *s, struct bulk *b, const struct parts *lost) {
    assert(b->n <= BULK_OPERATIONS);
    struct attempt a = {.run = {.session = s, .bulk = b, .lost = lost, .reserve_ms = db_time_left(s->db) / 4}};
    struct session_write w = {.work = bulk_work, .arg = &a};
    bulk_order(&s->ctx, b, &a.run.order);
    struct bulk_item *copy = arena_array(s->ctx.arena, b->n, sizeof *copy);
    for (size_t i = 0; i < b->n; i++)
        copy[i] = b->items[i];
    a.as_parsed = copy;
    return session_write(s, &w);
}
