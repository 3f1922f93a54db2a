/* Orders the operations of a BulkRequest: those that others refer to come first. */

#include "protocol/bulk_internal.h"

#include "base/arena.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct edge {
    size_t to;
    bool member;
};

struct node {
    struct edge *edges;
    size_t n, cap;
    size_t named_by;    /* 1 + the last operation that named it */
    size_t edge;        /* its index among that operation's edges */
    size_t number, low; /* for Tarjan's algorithm; number 0: not visited */
    size_t circle;      /* the circle to which it belongs */
    bool waiting;       /* on Tarjan's stack */
    size_t sought_by;   /* 1 + the last operation whose search for a way back came here */
    bool placed;        /* has its place in the order within its circle */
};

/* Operations that name each other; most often a single one. They run together, in the place of the last of them. */
struct circle {
    const size_t *items;
    size_t n;
    size_t place;
    size_t lacks;    /* number of references to circles that have not run */
    size_t *waiting; /* the circles that wait for this one */
    size_t n_waiting;
};

struct graph {
    struct ctx *ctx;
    struct bulk *bulk;
    struct node *nodes;
    size_t from; /* whose references are being read */
    size_t *stack, depth, numbers;
    size_t *items, n_items; /* circle by circle */
    struct circle *circles;
    size_t n_circles;
    struct bulk_order *out;
    size_t n_out;
};

/* An operation that names another several times has one edge to it. */
static void add_edge(void *arg, const char *bulk_id, bool member) {
    struct graph *g = arg;
    struct node *node = &g->nodes[g->from];
    size_t to = bulk_find(g->bulk, bulk_id);
    if (to == g->bulk->n)
        return;
    if (to == g->from)
        g->bulk->items[to].names_itself = true;
    if (g->nodes[to].named_by == g->from + 1) {
        struct edge *edge = &node->edges[g->nodes[to].edge];
        edge->member = edge->member || member;
        return;
    }
    if (node->n == node->cap) {
        size_t cap = node->cap ? node->cap * 2 : 8;
        struct edge *more = arena_array(g->ctx->arena, cap, sizeof *more);
        for (size_t i = 0; i < node->n; i++)
            more[i] = node->edges[i];
        node->edges = more;
        node->cap = cap;
    }
    g->nodes[to].named_by = g->from + 1;
    g->nodes[to].edge = node->n;
    node->edges[node->n++] = (struct edge){to, member};
}

static bool is_sound(const struct graph *g, size_t i) {
    return g->bulk->items[i].err == OK;
}

static int compare_places(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The operations above `base` on the stack are a circle. */
static void close_circle(struct graph *g, size_t base) {
    size_t n = g->depth - base, *items = g->items + g->n_items;
    memcpy(items, g->stack + base, n * sizeof *items);
    qsort(items, n, sizeof *items, compare_places);
    for (size_t i = 0; i < n; i++) {
        g->nodes[items[i]].waiting = false;
        g->nodes[items[i]].circle = g->n_circles;
    }
    g->circles[g->n_circles++] = (struct circle){.items = items, .n = n, .place = items[n - 1]};
    g->n_items += n;
    g->depth = base;
}

/* Tarjan's strongly connected components. */
static void visit_node(struct graph *g, size_t i) {
    struct node *node = &g->nodes[i];
    size_t base = g->depth;
    node->number = node->low = ++g->numbers;
    node->waiting = true;
    g->stack[g->depth++] = i;
    for (size_t k = 0; k < node->n; k++) {
        struct node *to = &g->nodes[node->edges[k].to];
        if (!is_sound(g, node->edges[k].to))
            continue;
        if (!to->number)
            visit_node(g, node->edges[k].to);
        if (to->waiting && to->low < node->low)
            node->low = to->low;
    }
    if (node->low == node->number)
        close_circle(g, base);
}

static void find_circles(struct graph *g) {
    g->numbers = g->n_items = g->n_circles = 0;
    for (size_t i = 0; i < g->bulk->n; i++)
        g->nodes[i].number = 0;
    for (size_t i = 0; i < g->bulk->n; i++)
        if (!g->nodes[i].number)
            visit_node(g, i);
}

/* Whether the members of a group lead to `goal`, among the operations of its circle up to it. */
static bool leads_to(struct graph *g, size_t from, size_t goal) {
    struct node *node = &g->nodes[from];
    if (node->sought_by == goal + 1)
        return false;
    node->sought_by = goal + 1;
    for (size_t i = 0; i < node->n; i++) {
        size_t to = node->edges[i].to;
        bool inside = to <= goal && is_sound(g, to) && g->nodes[to].circle == node->circle;
        if (inside && node->edges[i].member && (to == goal || leads_to(g, to, goal)))
            return true;
    }
    return false;
}

/* Groups must not be members of each other: the operation that closes the circle is refused. */
static bool refuse_circles(struct graph *g) {
    bool any = false;
    for (size_t i = 0; i < g->bulk->n; i++) {
        struct bulk_item *item = &g->bulk->items[i];
        if (item->method != BULK_POST || item->users || item->err != OK || !leads_to(g, i, i))
            continue;
        any = true;
        g->nodes[i].n = 0; /* it will not run, so it waits for nothing */
        item->err = ERR_INVALID_VALUE;
        item->detail = "nested group would create a cycle";
    }
    return any;
}

/* Calls `take` for each edge that leads from one circle to another. */
static void each_wait(struct graph *g, void (*take)(struct circle *who, size_t who_at, struct circle *whom)) {
    for (size_t i = 0; i < g->bulk->n; i++) {
        const struct node *node = &g->nodes[i];
        for (size_t k = 0; k < node->n; k++) {
            size_t whom = g->nodes[node->edges[k].to].circle;
            if (whom != node->circle && is_sound(g, node->edges[k].to))
                take(&g->circles[node->circle], node->circle, &g->circles[whom]);
        }
    }
}

static void count_wait(struct circle *who, size_t who_at, struct circle *whom) {
    (void)who_at;
    who->lacks++;
    whom->n_waiting++;
}

static void note_wait(struct circle *who, size_t who_at, struct circle *whom) {
    (void)who;
    whom->waiting[whom->n_waiting++] = who_at;
}

static void find_waiting(struct graph *g) {
    each_wait(g, count_wait);
    for (size_t c = 0; c < g->n_circles; c++) {
        g->circles[c].waiting = arena_array(g->ctx->arena, g->circles[c].n_waiting + 1, sizeof(size_t));
        g->circles[c].n_waiting = 0;
    }
    each_wait(g, note_wait);
}

/* Within a circle, operations whose resources must exist before come first. */
static void put_item(struct graph *g, size_t i) {
    struct node *node = &g->nodes[i];
    if (node->placed)
        return;
    node->placed = true;
    for (size_t k = 0; k < node->n; k++) {
        size_t to = node->edges[k].to;
        if (node->edges[k].member && is_sound(g, to) && g->nodes[to].circle == node->circle)
            put_item(g, to);
    }
    g->out->items[g->n_out++] = i;
}

/*
 * Always takes the first circle that waits for nothing: operations that name later ones are delayed, all others keep
 * their place.
 */
static void put_in_order(struct graph *g) {
    size_t n = g->bulk->n, *at = arena_array(g->ctx->arena, n, sizeof *at); /* the circles by their place */
    unsigned char *ready = arena_alloc(g->ctx->arena, n), *next;
    for (size_t c = 0; c < g->n_circles; c++) {
        at[g->circles[c].place] = c;
        ready[g->circles[c].place] = g->circles[c].lacks == 0;
    }
    while ((next = memchr(ready, 1, n))) {
        const struct circle *c = &g->circles[at[next - ready]];
        *next = 0;
        for (size_t i = 0; i < c->n; i++)
            put_item(g, c->items[i]);
        g->out->groups[++g->out->n_groups] = g->n_out;
        for (size_t i = 0; i < c->n_waiting; i++) {
            struct circle *who = &g->circles[c->waiting[i]];
            if (--who->lacks == 0)
                ready[who->place] = 1;
        }
    }
}

void bulk_order(struct ctx *ctx, struct bulk *b, struct bulk_order *out) {
    assert(b->n <= BULK_OPERATIONS);
    struct graph g = {.ctx = ctx, .bulk = b, .out = out};
    g.nodes = arena_array(ctx->arena, b->n, sizeof *g.nodes);
    g.stack = arena_array(ctx->arena, b->n, sizeof *g.stack);
    g.items = arena_array(ctx->arena, b->n, sizeof *g.items);
    g.circles = arena_array(ctx->arena, b->n, sizeof *g.circles);
    out->items = arena_array(ctx->arena, b->n, sizeof *out->items);
    out->groups = arena_array(ctx->arena, b->n + 1, sizeof *out->groups);
    out->n_groups = 0;
    for (g.from = 0; g.from < b->n; g.from++)
        if (is_sound(&g, g.from))
            bulk_visit(ctx, &b->items[g.from], add_edge, &g);
    find_circles(&g);
    if (refuse_circles(&g))
        find_circles(&g);
    find_waiting(&g);
    put_in_order(&g);
}
