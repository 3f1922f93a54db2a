#include "protocol/bulk_internal.h"

#include "base/arena.h"

#include <stdlib.h>

struct edge {
    size_t to;
    bool member;
};

struct node {
    struct edge *edges;
    size_t n, cap;
    size_t number, low; /* of Tarjan's algorithm; number 0: not visited */
    bool waiting;       /* on its stack */
    bool placed;        /* in the order within a group */
    bool seen;          /* by a search for circles */
};

struct graph {
    struct ctx *ctx;
    struct bulk *bulk;
    struct node *nodes;
    size_t from; /* whose references are being read */
    size_t *stack, depth, numbers;
    struct bulk_order *out;
    size_t n_out;
};

static void add_edge(void *arg, const char *bulk_id, bool member) {
    struct graph *g = arg;
    struct node *node = &g->nodes[g->from];
    size_t to = bulk_find(g->bulk, bulk_id);
    if (to == g->bulk->n)
        return;
    if (node->n == node->cap) {
        size_t cap = node->cap ? node->cap * 2 : 8;
        struct edge *more = arena_array(g->ctx->arena, cap, sizeof *more);
        for (size_t i = 0; i < node->n; i++)
            more[i] = node->edges[i];
        node->edges = more;
        node->cap = cap;
    }
    node->edges[node->n++] = (struct edge){to, member};
}

static bool is_sound(const struct graph *g, size_t i) {
    return g->bulk->items[i].err == OK;
}

/* Whether the members of a group lead to `goal`, among the operations up to it. */
static bool reaches(struct graph *g, size_t from, size_t goal) {
    struct node *node = &g->nodes[from];
    if (node->seen)
        return false;
    node->seen = true;
    for (size_t i = 0; i < node->n; i++) {
        size_t to = node->edges[i].to;
        if (!node->edges[i].member || to > goal || !is_sound(g, to))
            continue;
        if (to == goal || reaches(g, to, goal))
            return true;
    }
    return false;
}

/* Groups that would be members of each other: the operation that closes the circle is refused. */
static void refuse_circles(struct graph *g) {
    for (size_t i = 0; i < g->bulk->n; i++) {
        struct bulk_item *item = &g->bulk->items[i];
        if (item->method != BULK_POST || item->users || item->err != OK)
            continue;
        for (size_t k = 0; k < g->bulk->n; k++)
            g->nodes[k].seen = false;
        if (!reaches(g, i, i))
            continue;
        item->err = ERR_INVALID_VALUE;
        item->detail = "nested group would create a cycle";
    }
}

/* What has to be there before it comes first. */
static void place(struct graph *g, size_t i, const size_t *group, size_t n) {
    struct node *node = &g->nodes[i];
    if (node->placed)
        return;
    node->placed = true;
    for (size_t k = 0; k < node->n; k++)
        for (size_t m = 0; node->edges[k].member && m < n; m++)
            if (group[m] == node->edges[k].to)
                place(g, group[m], group, n);
    g->out->items[g->n_out++] = i;
}

static int by_place(const void *a, const void *b) {
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* The operations above `base` on the stack are a group. */
static void emit(struct graph *g, size_t base) {
    size_t n = g->depth - base, *group = g->stack + base;
    qsort(group, n, sizeof *group, by_place);
    for (size_t i = 0; i < n; i++)
        g->nodes[group[i]].waiting = false;
    for (size_t i = 0; i < n; i++)
        place(g, group[i], group, n);
    g->depth = base;
    g->out->groups[++g->out->n_groups] = g->n_out;
}

/* Tarjan's strongly connected components: they come out with what they name in front of them. */
static void visit(struct graph *g, size_t i) {
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
            visit(g, node->edges[k].to);
        if (to->waiting && to->low < node->low)
            node->low = to->low;
    }
    if (node->low == node->number)
        emit(g, base);
}

void bulk_order(struct ctx *ctx, struct bulk *b, struct bulk_order *out) {
    struct graph g = {.ctx = ctx, .bulk = b, .out = out};
    g.nodes = arena_array(ctx->arena, b->n, sizeof *g.nodes);
    g.stack = arena_array(ctx->arena, b->n, sizeof *g.stack);
    out->items = arena_array(ctx->arena, b->n, sizeof *out->items);
    out->groups = arena_array(ctx->arena, b->n + 1, sizeof *out->groups);
    out->n_groups = 0;
    for (g.from = 0; g.from < b->n; g.from++)
        if (is_sound(&g, g.from))
            bulk_visit(ctx, &b->items[g.from], add_edge, &g);
    refuse_circles(&g);
    for (size_t i = 0; i < b->n; i++)
        if (!g.nodes[i].number)
            visit(&g, i);
}
