#include "fuzz.h"
#include "server/client_address.h"
#include "server/request.h"

#include <arpa/inet.h>

/* A request as a web server passes it on: NAME=value lines, an empty line, the body, which comes in pieces. */
struct wire {
    char **lines;
    size_t n;
    const char *body;
    size_t left, step;
};

static const char *param(void *self, const char *name) {
    struct wire *w = self;
    size_t len = strlen(name);
    for (size_t i = 0; i < w->n; i++)
        if (strncmp(w->lines[i], name, len) == 0 && w->lines[i][len] == '=' && w->lines[i][len + 1])
            return w->lines[i] + len + 1;
    return NULL;
}

static long pull(void *self, char *to, size_t n) {
    struct wire *w = self;
    size_t take = n < w->step ? n : w->step;
    take = take < w->left ? take : w->left;
    memcpy(to, w->body, take);
    w->body += take;
    w->left -= take;
    return (long)take;
}

static void read_lines(struct arena *a, const char *p, size_t len, struct wire *out) {
    const char *end = p + len;
    out->lines = arena_array(a, len + 1, sizeof *out->lines);
    while (p < end && *p != '\n') {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop : end) - p);
        if (!memchr(p, '\0', n))
            out->lines[out->n++] = arena_strndup(a, p, n);
        p += n + (stop != NULL);
    }
    p += p < end;
    out->body = p;
    out->left = (size_t)(end - p);
}

static void addresses(const struct request *r) {
    static const char *const trusted[] = {"", "127.0.0.1", "10.0.0.0/8, ::1", "0.0.0.0/0,::/0",
                                          "fe80::/10 192.0.2.0/33"};
    struct in6_addr address;
    for (size_t i = 0; i < sizeof trusted / sizeof *trusted; i++) {
        const char *found = client_address(r, trusted[i]);
        HOLDS(!found || inet_pton(AF_INET, found, &address) == 1 || inet_pton(AF_INET6, found, &address) == 1);
    }
    (void)client_address_is_local(r);
}

/* A body is whole or refused, an address an address. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { MAX = 512 };
    struct ctx *ctx = fuzz_begin();
    struct wire w = {0};
    if (size == 0)
        return 0;
    w.step = (size_t)(data[0] & 7) + 1;
    read_lines(ctx->arena, (const char *)data + 1, size - 1, &w);
    size_t whole = w.left;
    struct source source = {.param = param, .read = pull, .self = &w};
    struct request *r = arena_alloc(ctx->arena, sizeof *r);
    request_open(r, ctx, &source);
    fuzz_outcome(ctx, request_check_content_type(r));
    fuzz_outcome(ctx, request_check_accept(r));
    fuzz_outcome(ctx, request_split_path(r, "/scim/v2"));
    fuzz_outcome(ctx, request_split_query(r));
    addresses(r);
    enum err e = request_check_length(r, MAX);
    if (e == OK)
        e = request_read_body(r, MAX);
    fuzz_outcome(ctx, e);
    HOLDS(e != OK || (r->body_len <= whole && r->body_len <= MAX && r->body[r->body_len] == '\0'));
    return 0;
}
