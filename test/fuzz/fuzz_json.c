#include "base/jsonv.h"
#include "fuzz.h"

/* What the validator takes json-c reads as the same; what it refuses it refuses at a byte of the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    struct json_object *tree = NULL, *again = NULL;
    struct jsonv_result r = jsonv_check((const char *)data, size);
    enum err e = json_parse(ctx, (const char *)data, size, &tree);
    HOLDS((r.fault == JSONV_OK) == (e == OK));
    HOLDS(r.at <= size && (r.fault == JSONV_OK || r.what));
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    const char *text = json_text(ctx->arena, tree);
    HOLDS(json_parse(ctx, text, strlen(text), &again) == OK && json_same(tree, again));
    return 0;
}
