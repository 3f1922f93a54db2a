/* Records the parts of a request that were left out, and why. */

#include "protocol/parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <assert.h>
#include <string.h>

enum {
    TEXT_MAX = 300,               /* bytes of a name or detail in an event: both repeat a client's text */
    EVENT_MAX = 256 * 1024 * 1024 /* far more than a request can bring */
};

void parts_pass_over(struct ctx *ctx, struct parts *parts, const char *name, enum err e, const char *detail) {
    assert(name && detail);
    struct part *p = arena_alloc(ctx->arena, sizeof *p);
    *p = (struct part){.name = arena_strdup(ctx->arena, name), .err = e, .detail = arena_strdup(ctx->arena, detail)};
    if (!parts->last)
        parts->last = &parts->left_out;
    *parts->last = p;
    parts->last = &p->next;
}

void parts_failed(struct ctx *ctx, struct parts *parts, const char *name, enum err e) {
    assert(e != OK);
    const char *detail = ctx->err == e ? fail_detail(ctx) : fail_text(e);
    parts_pass_over(ctx, parts, name, e, detail);
    if (parts->err == OK) {
        parts->err = e;
        parts->detail = arena_strdup(ctx->arena, detail);
    }
    fail_clear(ctx);
}

void parts_failed_before(struct ctx *ctx, struct parts *parts, const struct part *failed) {
    for (; failed; failed = failed->next)
        parts_failed(ctx, parts, failed->name, fail(ctx, failed->err, "%s", failed->detail));
}

enum err parts_refuse(struct ctx *ctx, const struct parts *parts) {
    return parts->err == OK ? OK : fail(ctx, parts->err, "%s", parts->detail);
}

void parts_clear(struct parts *parts) {
    *parts = (struct parts){.go_on = parts->go_on};
}

const char *parts_told(struct arena *a, const struct parts *parts, const char *event) {
    if (!parts->left_out)
        return event;
    struct buf *b = buf_new(a, EVENT_MAX);
    buf_add(b, event, strlen(event) - 1);
    buf_str(b, ",\"held\":[");
    for (const struct part *p = parts->left_out; p; p = p->next) {
        buf_str(b, p == parts->left_out ? "{\"part\":" : ",{\"part\":");
        buf_json_str(b, utf8_shorten(a, p->name, TEXT_MAX));
        buf_str(b, ",\"detail\":");
        buf_json_str(b, utf8_shorten(a, p->detail, TEXT_MAX));
        buf_char(b, '}');
    }
    buf_str(b, "]}");
    return buf_text(b);
}
