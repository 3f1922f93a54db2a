#include "client_address.h"

#include "base/arena.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* An address as 16 bytes; IPv4 in its mapped form. */
struct address {
    uint8_t bytes[16];
    bool v4;
};

static bool parse(const char *text, size_t len, struct address *out) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    char copy[INET6_ADDRSTRLEN + 1];
    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    memcpy(out->bytes, mapped, sizeof mapped);
    out->v4 = inet_pton(AF_INET, copy, out->bytes + 12) == 1;
    return out->v4 || inet_pton(AF_INET6, copy, out->bytes) == 1;
}

static bool same_prefix(const struct address *a, const struct address *b, unsigned bits) {
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(a->bytes, b->bytes, whole) != 0)
        return false;
    return rest == 0 || ((a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest)) == 0;
}

/* One element of the trusted list, "10.0.0.0/8" or "::1". */
static bool covers(const char *range, size_t len, const struct address *a) {
    struct address net;
    const char *slash = memchr(range, '/', len);
    size_t address_len = slash ? (size_t)(slash - range) : len;
    if (!parse(range, address_len, &net))
        return false;
    unsigned bits = net.v4 ? 32 : 128;
    if (slash) {
        unsigned long asked = strtoul(slash + 1, NULL, 10);
        bits = asked < bits ? (unsigned)asked : bits;
    }
    return same_prefix(&net, a, net.v4 ? bits + 96 : bits);
}

static bool is_trusted(const char *trusted, const char *text, size_t len) {
    struct address a;
    if (!parse(text, len, &a))
        return false;
    for (const char *p = trusted; *p;) {
        p += strspn(p, ", ");
        size_t n = strcspn(p, ", ");
        if (n && covers(p, n, &a))
            return true;
        p += n;
    }
    return false;
}

const char *client_address(const struct request *r, const char *trusted) {
    const char *peer = request_header(r, "REMOTE_ADDR");
    const char *hops = request_header(r, "HTTP_X_FORWARDED_FOR");
    struct address a;
    if (!peer || !parse(peer, strlen(peer), &a))
        return NULL;
    const char *found = peer;
    size_t found_len = strlen(peer), end = hops ? strlen(hops) : 0;
    while (end && is_trusted(trusted, found, found_len)) {
        size_t start = end;
        while (start && hops[start - 1] != ',')
            start--;
        size_t from = start + strspn(hops + start, " "), to = end;
        while (to > from && hops[to - 1] == ' ')
            to--;
        if (!parse(hops + from, to - from, &a))
            break;
        found = hops + from;
        found_len = to - from;
        end = start ? start - 1 : 0;
    }
    return arena_strndup(r->ctx->arena, found, found_len);
}

bool client_address_is_local(const struct request *r) {
    static const char *const proxied[] = {"HTTP_X_FORWARDED_FOR",   "HTTP_FORWARDED", "HTTP_X_REAL_IP",
                                          "HTTP_X_FORWARDED_PROTO", "HTTP_VIA",       "HTTP_X_FORWARDED_HOST"};
    const char *peer = request_header(r, "REMOTE_ADDR");
    for (size_t i = 0; i < sizeof proxied / sizeof *proxied; i++)
        if (request_header(r, proxied[i]))
            return false;
    return peer && is_trusted("127.0.0.0/8,::1", peer, strlen(peer));
}
