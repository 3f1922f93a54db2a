#include "fuzz.h"
#include "protocol/template.h"

static const char *const values[] = {
    "null", "\"Alma  Reyes, Lima\"", "[\"a\",\"\xc3\x84\",\"\"]", "7", "-1.5e-5", "true", "[]", "\"\xce\xa3\xcf\x83\""};

/* What is taken gives text, texts or nothing, within the limits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    struct template *t = NULL;
    unsigned choice;
    size_t len;
    char *text = fuzz_text(ctx, data, size, &choice, &len);
    if (!text)
        return 0;
    enum err e = template_parse(ctx, text, len, &t);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    struct json_object *value = fuzz_json(ctx, values[choice]),
                       *out = template_eval(ctx->arena, t, value, &(size_t){SIZE_MAX});
    HOLDS(!out || json_object_is_type(out, json_type_string) || json_object_is_type(out, json_type_array));
    (void)template_text(ctx->arena, out, &len);
    HOLDS(len <= TEMPLATE_RESULT);
    return 0;
}
