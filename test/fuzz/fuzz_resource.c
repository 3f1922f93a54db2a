#include "fuzz.h"
#include "protocol/projection.h"
#include "protocol/resource.h"
#include "protocol/value.h"

/* Choice: 1 groups, 2 lenient, 4 in place of a resource that is there. What is taken is in normal form and, sent once
 * more, is itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    unsigned choice;
    struct json_object *body = fuzz_body(ctx, data, size, &choice), *out = NULL, *again = NULL;
    const struct resource_type *rt = fuzz_type(choice & 1);
    struct dialect dialect = {.lenient = choice & 2};
    if (!body)
        return 0;
    struct json_object *old = choice & 4 ? fuzz_resource(ctx, choice & 1) : NULL;
    enum err e = resource_from_body(ctx, rt, dialect, body, old, &out);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    fuzz_normal(ctx, rt, out, old);
    HOLDS(resource_from_body(ctx, rt, dialect, out, out, &again) == OK && json_same(out, again));
    HOLDS(json_object_is_type(value_folded(ctx->arena, rt, out), json_type_object));
    projection_conceal(rt, out);
    projection_apply(NULL, rt, out);
    return 0;
}
