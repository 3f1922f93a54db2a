#include "base/uuid.h"
#include "directory/cursor.h"
#include "fuzz.h"

/* Choice 1: the text is the sort key of a cursor of ours, which is read as what it was; else a cursor from outside. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    struct session *s = arena_alloc(ctx->arena, sizeof *s);
    struct cursor out = {0};
    unsigned choice;
    size_t len;
    char *text = fuzz_text(ctx, data, size, &choice, &len);
    if (!text)
        return 0;
    s->ctx = *ctx;
    s->tenant.cursor_key = "00ff";
    s->tenant.now_us = INT64_C(1767225600000000);
    s->cursor_seconds = 3600;
    if (!(choice & 1)) {
        enum err e = cursor_read(s, text, &out);
        fuzz_outcome(&s->ctx, e);
        if (e != OK)
            return 0;
        HOLDS(uuid_valid(out.id, strlen(out.id)) && out.count >= 0 && out.at_s >= 0);
        fuzz_outcome(&s->ctx, cursor_verify(s, text, &out, "list"));
        return 0;
    }
    struct cursor c = {.backward = choice & 2,
                       .count = 10,
                       .at_s = 1767225600,
                       .id = "0a000000-0000-4000-8000-000000000000",
                       .key = choice & 4 ? text : NULL};
    const char *written = cursor_write(s, &c, text);
    HOLDS(cursor_read(s, written, &out) == OK && cursor_verify(s, written, &out, text) == OK);
    HOLDS(out.backward == c.backward && out.count == c.count && out.at_s == c.at_s && strcmp(out.id, c.id) == 0);
    HOLDS(!out.key == !c.key && (!c.key || strcmp(out.key, c.key) == 0));
    HOLDS(cursor_verify(s, written, &out, "another list") != OK || strcmp(text, "another list") == 0);
    return 0;
}
