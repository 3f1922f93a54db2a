#include "fuzz.h"
#include "protocol/patch.h"

#include <string.h>

/* Applies the request to a resource; whatever becomes of it, the resource itself is as before. */
static struct json_object *apply(struct ctx *ctx, const struct resource_type *rt, const struct patch *p,
                                 struct json_object *before, bool go_on) {
    struct parts parts = {.go_on = go_on};
    struct json_object *after = NULL, *kept = json_copy(ctx->arena, before);
    bool changed = false;
    enum err e = patch_apply(ctx, p, before, &parts, &after, &changed);
    fuzz_outcome(ctx, e);
    HOLDS(json_same(before, kept));
    if (e != OK)
        return NULL;
    HOLDS(changed || json_same(after, before));
    HOLDS(go_on || parts.err == OK);
    HOLDS(strlen(parts_told(ctx->arena, &parts, "{\"a\":1}")) > 0);
    fuzz_normal(ctx, rt, after, before);
    return after;
}

/* Choice: 1 groups, 2 lenient, 4 without the parts that fail. What is applied gives a resource in normal form, twice
 * the same one, and can be applied to that again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    unsigned choice;
    struct json_object *body = fuzz_body(ctx, data, size, &choice);
    const struct resource_type *rt = fuzz_type(choice & 1);
    struct patch_members members;
    struct patch *p = NULL;
    if (!body)
        return 0;
    enum err e = patch_parse(ctx, rt, (struct dialect){.lenient = choice & 2}, body, &p);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    patch_members(ctx->arena, p, &members);
    struct json_object *before = fuzz_resource(ctx, choice & 1);
    struct json_object *after = apply(ctx, rt, p, before, choice & 4), *same = apply(ctx, rt, p, before, choice & 4);
    HOLDS(!after == !same && (!after || json_same(after, same)));
    if (after)
        (void)apply(ctx, rt, p, after, choice & 4);
    return 0;
}
