/* Addresses and address ranges (CIDR), IPv4 and IPv6. */

#include "base/ip.h"

#include "base/number.h"
#include "base/words.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { ALL = 128, MAPPED = 96 };

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

bool ip_parse(const char *text, size_t len, struct ip *out) {
    char copy[INET6_ADDRSTRLEN + 1];
    if (len == 0 || len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    memcpy(out->bytes, mapped, sizeof mapped);
    out->bits = ALL;
    return inet_pton(AF_INET, copy, out->bytes + sizeof mapped) == 1 || inet_pton(AF_INET6, copy, out->bytes) == 1;
}

bool ip_is_v4(const struct ip *ip) {
    return ip->bits >= MAPPED && memcmp(ip->bytes, mapped, sizeof mapped) == 0;
}

bool ip_parse_range(const char *text, size_t len, struct ip *out) {
    const char *slash = memchr(text, '/', len);
    size_t address = slash ? (size_t)(slash - text) : len, digits = slash ? len - address - 1 : 0;
    if (!ip_parse(text, address, out))
        return false;
    if (!slash)
        return true;
    bool dotted = memchr(text, '.', address) && !memchr(text, ':', address);
    int64_t length;
    if (digits > 3 || slash[1] == '-' || !number_parse(slash + 1, digits, &length))
        return false;
    unsigned bits = (unsigned)length + (dotted ? MAPPED : 0);
    if (bits > ALL)
        return false;
    out->bits = bits;
    for (unsigned i = bits; i < ALL; i++)
        out->bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
    return true;
}

void ip_format(const struct ip *ip, char out[IP_TEXT]) {
    assert(ip->bits <= ALL);
    char text[INET6_ADDRSTRLEN];
    bool v4 = ip_is_v4(ip);
    inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip->bytes + sizeof mapped : ip->bytes, text, sizeof text);
    if (ip->bits == ALL)
        snprintf(out, IP_TEXT, "%s", text);
    else
        snprintf(out, IP_TEXT, "%s/%u", text, v4 ? ip->bits - MAPPED : ip->bits);
}

static bool covers_address(const struct ip *range, const struct ip *address) {
    unsigned whole = range->bits / 8, rest = range->bits % 8;
    if (memcmp(range->bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || ((range->bytes[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

bool ip_listed(const char *ranges, const struct ip *address) {
    struct ip range;
    size_t len;
    for (const char *element; (element = words_next(&ranges, ", ", &len));)
        if (ip_parse_range(element, len, &range) && covers_address(&range, address))
            return true;
    return false;
}

const char *ip_list_fault(const char *ranges, size_t *len) {
    struct ip range;
    for (const char *element; (element = words_next(&ranges, ", ", len));)
        if (!ip_parse_range(element, *len, &range))
            return element;
    return NULL;
}
