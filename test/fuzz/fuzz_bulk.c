#include "fuzz.h"
#include "protocol/bulk.h"

/* An accepted request has an order in which each operation occurs once. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    unsigned choice;
    struct json_object *body = fuzz_body(ctx, data, size, &choice);
    struct bulk_order order = {0};
    struct bulk b = {0};
    if (!body)
        return 0;
    enum err e = bulk_parse(ctx, body, &b);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    bulk_order(ctx, &b, &order);
    bool *seen = arena_array(ctx->arena, b.n + 1, sizeof *seen);
    HOLDS(order.n_groups <= b.n && order.groups[order.n_groups] == b.n);
    for (size_t i = 0; i < b.n; i++) {
        HOLDS(order.items[i] < b.n && !seen[order.items[i]]);
        seen[order.items[i]] = true;
    }
    for (size_t i = 0; i < b.n; i++) {
        struct bulk_item *item = &b.items[i];
        struct json_object *unresolved = NULL, *out;
        const char *target = NULL;
        if (item->err != OK)
            continue;
        memcpy(item->id, "0a000000-0000-4000-8000-000000000000", UUID_TEXT + 1);
        if (item->data) {
            out = bulk_resolve(ctx, &b, item->data, &unresolved);
            e = bulk_check_resolved(ctx, unresolved, "", out);
            fuzz_outcome(ctx, e);
            HOLDS((e == OK) == !unresolved);
        }
        if (item->target)
            fuzz_outcome(ctx, bulk_resolve_target(ctx, &b, item->target, &target));
    }
    return 0;
}
