#include "fuzz.h"
#include "server/request.h"

#include <unistr.h>

static const char *param(void *self, const char *name) {
    return strcmp(name, "REQUEST_URI") == 0 ? self : strcmp(name, "REQUEST_METHOD") == 0 ? "GET" : NULL;
}

static long no_body(void *self, char *to, size_t n) {
    (void)self;
    if (n)
        *to = '\0';
    return 0;
}

/* The target of a request: decoded texts are UTF-8, segments name one thing each. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    static const char *const names[] = {"filter", "count", "startIndex", "cursor", "attributes", "a"};
    if (memchr(data, '\0', size))
        return 0; /* FastCGI parameters end there */
    char *uri = arena_strndup(ctx->arena, (const char *)data, size);
    struct source source = {.param = param, .read = no_body, .self = uri};
    struct request *r = arena_alloc(ctx->arena, sizeof *r);
    const char *value;
    request_open(r, ctx, &source);
    enum err e = request_split_path(r, "/scim/v2");
    fuzz_outcome(ctx, e);
    for (size_t i = 0; e == OK && i < r->n_segments; i++)
        HOLDS(*r->segments[i] && !strpbrk(r->segments[i], "/\\") &&
              !u8_check((const uint8_t *)r->segments[i], strlen(r->segments[i])));
    e = request_split_query(r);
    fuzz_outcome(ctx, e);
    for (size_t i = 0; e == OK && i < r->n_params; i++)
        HOLDS(!u8_check((const uint8_t *)r->params[i].value, strlen(r->params[i].value)));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        fuzz_outcome(ctx, request_param(r, names[i], &value));
    return 0;
}
