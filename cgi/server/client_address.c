/* The address of a client, also behind trusted proxies. */

#include "server/client_address.h"

#include "base/arena.h"
#include "base/ip.h"

#include <string.h>

/* A hop of X-Forwarded-For; some proxies add the port ("192.0.2.1:49152", "[2001:db8::1]:49152"). */
static bool parse_hop(const char *text, size_t len, struct ip *out) {
    if (ip_parse(text, len, out))
        return true;
    const char *end = memchr(text, ']', len);
    if (len && *text == '[')
        return end && ip_parse(text + 1, (size_t)(end - text) - 1, out);
    end = memchr(text, ':', len);
    return end && memchr(text, '.', (size_t)(end - text)) && ip_parse(text, (size_t)(end - text), out);
}

static const char *address_text(const struct request *r, const struct ip *ip) {
    char text[IP_TEXT];
    ip_format(ip, text);
    return arena_strdup(r->ctx->arena, text);
}

const char *client_address(const struct request *r, const char *trusted) {
    const char *peer = request_header(r, "REMOTE_ADDR");
    const char *hops = request_joined(r, "HTTP_X_FORWARDED_FOR");
    struct ip found, hop;
    if (!peer || !ip_parse(peer, strlen(peer), &found))
        return NULL;
    for (size_t end = hops ? strlen(hops) : 0; end && ip_listed(trusted, &found);) {
        size_t start = end;
        while (start && hops[start - 1] != ',')
            start--;
        size_t from = start + strspn(hops + start, " "), to = end;
        while (to > from && hops[to - 1] == ' ')
            to--;
        if (!parse_hop(hops + from, to - from, &hop))
            break;
        found = hop;
        end = start ? start - 1 : 0;
    }
    return address_text(r, &found);
}

bool client_address_is_local(const struct request *r) {
    static const char *const proxied[] = {"HTTP_X_FORWARDED_FOR",   "HTTP_FORWARDED", "HTTP_X_REAL_IP",
                                          "HTTP_X_FORWARDED_PROTO", "HTTP_VIA",       "HTTP_X_FORWARDED_HOST"};
    const char *peer = request_header(r, "REMOTE_ADDR");
    struct ip address;
    for (size_t i = 0; i < sizeof proxied / sizeof *proxied; i++)
        if (request_header(r, proxied[i]))
            return false;
    return peer && ip_parse(peer, strlen(peer), &address) && ip_listed("127.0.0.0/8,::1", &address);
}
