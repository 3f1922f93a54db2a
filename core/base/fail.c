/* The list of error kinds, and the record of the first error of a request. */

#include "base/fail.h"

#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>

static const char *const texts[ERR_COUNT] = {
    [OK] = "",
#define ERROR(kind, text) [ERR_##kind] = text,
#include "base/errors.def"
#undef ERROR
};

static const char *const names[ERR_COUNT] = {
    [OK] = "ok",
#define ERROR(kind, text) [ERR_##kind] = #kind,
#include "base/errors.def"
#undef ERROR
};

enum err fail(struct ctx *ctx, enum err kind, const char *fmt, ...) {
    assert(kind > OK && kind < ERR_COUNT);
    ctx->err = kind;
    ctx->detail = NULL;
    if (fmt) {
        va_list ap;
        va_start(ap, fmt);
        ctx->detail = arena_vprintf(ctx->arena, fmt, ap);
        va_end(ap);
    }
    return kind;
}

const char *fail_text(enum err kind) {
    assert(kind >= OK && kind < ERR_COUNT);
    return texts[kind];
}

const char *fail_name(enum err kind) {
    assert(kind >= OK && kind < ERR_COUNT);
    return names[kind];
}

const char *fail_detail(const struct ctx *ctx) {
    return ctx->detail ? ctx->detail : texts[ctx->err];
}

void fail_clear(struct ctx *ctx) {
    ctx->err = OK;
    ctx->detail = NULL;
}

void fail_take(struct ctx *ctx, const struct ctx *from) {
    ctx->err = from->err;
    ctx->detail = from->detail;
}
