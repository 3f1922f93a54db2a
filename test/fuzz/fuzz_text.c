#include "base/clock.h"
#include "base/fold.h"
#include "base/token.h"
#include "base/uuid.h"
#include "fuzz.h"

/* Texts as they are compared: folding once is folding twice. Times, tokens, ids. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    const char *(*const folds[])(struct arena *, const char *, size_t) = {fold_identity, fold_caseless, fold_exact};
    char key[CLOCK_KEY], hash[TOKEN_HASH_HEX + 1];
    unsigned choice;
    size_t len;
    char *text = fuzz_text(ctx, data, size, &choice, &len);
    if (!text)
        return 0;
    for (size_t i = 0; i < sizeof folds / sizeof *folds; i++) {
        const char *once = folds[i](ctx->arena, text, len);
        HOLDS(strcmp(once, folds[i](ctx->arena, once, strlen(once))) == 0);
    }
    (void)fold_has_control(text, len);
    (void)fold_blank(text, len);
    if (clock_parse(text, len, key))
        HOLDS(strlen(key) >= 19 && strlen(key) < CLOCK_KEY);
    HOLDS(!token_well_formed(TOKEN_SCIM, text, len) || len < TOKEN_MAX);
    HOLDS(!uuid_valid(text, len) || len == UUID_TEXT);
    token_hash_hex(text, len, hash);
    HOLDS(strlen(hash) == TOKEN_HASH_HEX);
    return 0;
}
