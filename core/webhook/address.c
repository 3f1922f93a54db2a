/* Decides whether an address belongs to the public Internet. */

#include "webhook/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define IPV4(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast. */
static const struct {
    uint32_t address;
    unsigned bits;
} special4[] = {
    {IPV4(0, 0, 0, 0), 8},       /* this network */
    {IPV4(10, 0, 0, 0), 8},      /* private */
    {IPV4(100, 64, 0, 0), 10},   /* shared, for carriers */
    {IPV4(127, 0, 0, 0), 8},     /* loopback */
    {IPV4(169, 254, 0, 0), 16},  /* link-local */
    {IPV4(172, 16, 0, 0), 12},   /* private */
    {IPV4(192, 0, 0, 0), 24},    /* protocol assignments */
    {IPV4(192, 0, 2, 0), 24},    /* documentation */
    {IPV4(192, 31, 196, 0), 24}, /* AS112 */
    {IPV4(192, 52, 193, 0), 24}, /* AMT */
    {IPV4(192, 88, 99, 0), 24},  /* 6to4 relays */
    {IPV4(192, 168, 0, 0), 16},  /* private */
    {IPV4(192, 175, 48, 0), 24}, /* AS112 */
    {IPV4(198, 18, 0, 0), 15},   /* benchmarks */
    {IPV4(198, 51, 100, 0), 24}, /* documentation */
    {IPV4(203, 0, 113, 0), 24},  /* documentation */
    {IPV4(224, 0, 0, 0), 4},     /* multicast */
    {IPV4(240, 0, 0, 0), 4},     /* reserved, and broadcast */
};

/* https://www.iana.org/assignments/iana-ipv6-special-registry, the entries in 2000::/3. */
static const struct {
    uint8_t address[6];
    unsigned bits;
} special6[] = {
    {{0x20, 0x01, 0x00}, 23},                   /* protocol assignments: Teredo, benchmarks, ORCHID */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},             /* documentation */
    {{0x20, 0x02}, 16},                         /* 6to4 */
    {{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48}, /* AS112 */
    {{0x3f, 0xfe}, 16},                         /* 6bone, no longer in use */
    {{0x3f, 0xff, 0x00}, 20},                   /* documentation */
};

static bool is_public4(uint32_t address) {
    for (size_t i = 0; i < sizeof special4 / sizeof *special4; i++)
        if ((address ^ special4[i].address) >> (32 - special4[i].bits) == 0)
            return false;
    return true;
}

/* Whether the first `bits` of two addresses are the same. */
static bool has_prefix(const uint8_t *address, const uint8_t *range, unsigned bits) {
    unsigned rest = bits % 8;
    return memcmp(address, range, bits / 8) == 0 &&
           (rest == 0 || (address[bits / 8] ^ range[bits / 8]) >> (8 - rest) == 0);
}

static bool is_public6(const uint8_t a[16]) {
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (memcmp(a, mapped, sizeof mapped) == 0 || memcmp(a, nat64, sizeof nat64) == 0)
        return is_public4(IPV4(a[12], a[13], a[14], a[15]));
    if (a[0] >> 5 != 1) /* 2000::/3 */
        return false;
    for (size_t i = 0; i < sizeof special6 / sizeof *special6; i++)
        if (has_prefix(a, special6[i].address, special6[i].bits))
            return false;
    return true;
}

bool address_is_public(const struct sockaddr *sa) {
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    if (sa->sa_family == AF_INET) {
        memcpy(&in, sa, sizeof in);
        return is_public4(ntohl(in.sin_addr.s_addr));
    }
    if (sa->sa_family != AF_INET6)
        return false;
    memcpy(&in6, sa, sizeof in6);
    return is_public6(in6.sin6_addr.s6_addr);
}
