#include "protocol/bulk.h"

#include "base/buf.h"
#include "protocol/schema.h"
#include "unit.h"

#include <time.h>

enum { MANY = BULK_OPERATIONS, NAMED = 250 };

static void add_operation(struct buf *b, const char *op) {
    bool group = *op >= 'A' && *op <= 'Z';
    if (*op == '-') {
        buf_str(b, "{\"method\":\"DELETE\",\"path\":\"/Users/x\"}");
        return;
    }
    if (*op == '+') {
        buf_fmt(b, "{\"method\":\"DELETE\",\"path\":\"/Users/bulkId:%c\"}", op[1]);
        return;
    }
    buf_fmt(b, "{\"method\":\"POST\",\"path\":\"%s\",\"bulkId\":\"%c\",\"data\":{\"%s\":[",
            group ? "/Groups" : "/Users", *op, group ? "members" : "names");
    for (const char *p = op + 1; *p && *p != ' '; p++)
        buf_fmt(b, "%s{\"value\":\"bulkId:%c\"}", p > op + 1 ? "," : "", *p);
    buf_str(b, "]}}");
}

/* "aB" is a user a that names B, "Ab" a group A with b as its member, "-" a DELETE, "+a" one of bulkId:a. */
static void read_operations(struct ctx *ctx, const char *text, struct bulk *out) {
    struct buf *b = buf_new(ctx->arena, 64 * 1024);
    buf_str(b, "{\"schemas\":[\"" SCHEMA_BULK_REQUEST "\"],\"Operations\":[");
    for (const char *op = text; op; op = strchr(op, ' ')) {
        op += *op == ' ';
        if (op != text)
            buf_char(b, ',');
        add_operation(b, op);
    }
    buf_str(b, "]}");
    assert_int_equal(bulk_parse(ctx, unit_json(ctx, buf_text(b)), out), OK);
}

/* The order as the places of the operations, circles in brackets, those that were refused with a "!". */
static const char *order_of(struct ctx *ctx, const char *text) {
    struct bulk bulk;
    struct bulk_order order;
    struct buf *b = buf_new(ctx->arena, 1024);
    read_operations(ctx, text, &bulk);
    bulk_order(ctx, &bulk, &order);
    for (size_t k = 0; k < order.n_groups; k++) {
        bool circle = order.groups[k + 1] - order.groups[k] > 1;
        buf_str(b, circle ? "[" : "");
        for (size_t i = order.groups[k]; i < order.groups[k + 1]; i++)
            buf_fmt(b, "%zu%s", order.items[i], bulk.items[order.items[i]].err == OK ? "" : "!");
        buf_str(b, circle ? "]" : "");
    }
    return buf_text(b);
}

static void who_names_what_comes_later_is_put_off(void **state) {
    (void)state;
    static const struct {
        const char *operations, *order;
    } cases[] = {
        {"a - b", "012"},
        {"a ba - cb", "0123"},
        {"Ab - b", "120"},           /* the DELETE keeps its place in front of the POST */
        {"Abb - b -", "1203"},       /* the group comes at once when what it names is there */
        {"AB - Bc - c -", "134205"}, /* one after the other */
        {"+a - a", "120"},
        {"a +a b c", "0123"},
        {"ad bd - d e", "23014"},
        {"ab - ba -", "1[02]3"}, /* a circle runs in the place of its last */
        {"aa - b", "012"},
        {"az - b", "012"},      /* nobody has that bulkId */
        {"AB BA - C", "01!23"}, /* a circle of members is refused */
        {"AA Ba a", "0!21"},
        {"cA Abc - b", "23[01]"},
        {"dE Ec - cd b", "2[031]4"},
    };
    UNIT_EACH (i, cases, cases[i].operations) {
        struct ctx ctx = unit_ctx();
        const char *got = order_of(&ctx, cases[i].operations);
        if (strcmp(got, cases[i].order) != 0)
            fail_msg("%s: %s", cases[i].operations, got);
        arena_destroy(ctx.arena);
    }
}

static void who_names_itself_is_known(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct bulk bulk;
    struct bulk_order order;
    read_operations(&ctx, "aa ba c - Dc", &bulk);
    bulk_order(&ctx, &bulk, &order);
    for (size_t i = 0; i < bulk.n; i++)
        assert_int_equal(bulk.items[i].names_itself, i == 0);
    arena_destroy(ctx.arena);
}

/* Each of many groups has many members; `step` 1: the ones after it, -1: the ones before it. */
static double seconds_for(int step, bool circular) {
    struct ctx ctx = unit_ctx();
    struct buf *b = buf_new(ctx.arena, 16 * 1024 * 1024);
    struct bulk bulk;
    struct bulk_order order;
    buf_str(b, "{\"schemas\":[\"" SCHEMA_BULK_REQUEST "\"],\"Operations\":[");
    for (int i = 0; i < MANY; i++) {
        buf_fmt(b, "%s{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"%d\",\"data\":{\"members\":[\"\"",
                i ? "," : "", i);
        for (int k = 1; k <= NAMED; k++) {
            int to = i + k * step;
            if (circular || (to >= 0 && to < MANY))
                buf_fmt(b, ",\"bulkId:%d\"", (to + MANY) % MANY);
        }
        buf_str(b, "]}}");
    }
    buf_str(b, "]}");
    assert_int_equal(bulk_parse(&ctx, unit_json(&ctx, buf_text(b)), &bulk), OK);
    clock_t begin = clock();
    bulk_order(&ctx, &bulk, &order);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    for (size_t i = 0; !circular && i < MANY; i++)
        assert_int_equal(order.items[i], step > 0 ? MANY - 1 - i : i);
    arena_destroy(ctx.arena);
    return seconds;
}

static void a_thousand_operations_with_many_references_are_ordered_at_once(void **state) {
    (void)state;
    for (int step = -1; step <= 1; step += 2)
        for (int circular = 0; circular < 2; circular++) {
            assert_true(seconds_for(step, circular) < 5);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_names_what_comes_later_is_put_off),
        cmocka_unit_test(who_names_itself_is_known),
        cmocka_unit_test(a_thousand_operations_with_many_references_are_ordered_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
