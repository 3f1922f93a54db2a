#include "unit.h"
#include "webhook/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

static bool is_public(const char *text) {
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &in.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&in);
    if (inet_pton(AF_INET6, text, &in6.sin6_addr) != 1)
        fail_msg("%s is no address", text);
    return address_is_public((const struct sockaddr *)&in6);
}

/* Both ends of every range, so that each bound is right from inside. */
static const char *const special[] = {
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0",
    "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.0",
    "192.168.255.255", "192.175.48.1", "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0",
    "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255",
    /* IPv6: unspecified, loopback, IPv4-compatible */
    "::", "::1", "::8.8.8.8",
    /* mapped and NAT64, of addresses that are not public; NAT64 of one's own */
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b:1::8.8.8.8", "64:ff9b:0:0:1::8.8.8.8",
    /* IPv4-translated, discard, dummy, ours, link-local, site-local, segment routing, multicast */
    "::ffff:0:8.8.8.8", "100::1", "100:0:0:1::1", "fc00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
    "5f00::1", "ff00::", "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    /* Teredo, benchmarks, ORCHID, drone ids, and the rest of the protocol assignments; documentation; 6to4 */
    "2001::1", "2001:0:53aa:64c:0:fbff:f7f7:f7f7", "2001:2::1", "2001:10::1", "2001:20::1", "2001:30::1",
    "2001:1ff:ffff::1", "2001:db8::1", "2001:db8:ffff::1", "2002::1", "2002:808:808::1", "2620:4f:8000::1", "3ffe::1",
    "3fff::1", "3fff:fff::1", "1fff:ffff::1", "4000::1"};

/* The neighbours of the ranges, and some that are well known. */
static const char *const ordinary[] = {"1.0.0.0",
                                       "8.8.8.8",
                                       "9.255.255.255",
                                       "11.0.0.0",
                                       "100.63.255.255",
                                       "100.128.0.0",
                                       "126.255.255.255",
                                       "128.0.0.0",
                                       "169.253.255.255",
                                       "169.255.0.0",
                                       "172.15.255.255",
                                       "172.32.0.0",
                                       "191.255.255.255",
                                       "192.0.1.0",
                                       "192.0.3.0",
                                       "192.167.255.255",
                                       "192.169.0.0",
                                       "198.17.255.255",
                                       "198.20.0.0",
                                       "198.51.99.255",
                                       "198.51.101.0",
                                       "203.0.112.255",
                                       "203.0.114.0",
                                       "223.255.255.255",
                                       "::ffff:8.8.8.8",
                                       "64:ff9b::8.8.8.8",
                                       "2000::1",
                                       "2001:200::1",
                                       "2001:db7::1",
                                       "2001:db9::1",
                                       "2001:4860:4860::8888",
                                       "2003::1",
                                       "2620:4f:8001::1",
                                       "2620:4f:7fff::1",
                                       "2606:4700:4700::1111",
                                       "2a00:1450:4001::1",
                                       "3ffd::1",
                                       "3fff:1000::1"};

static void special_addresses_are_not_public(void **state) {
    (void)state;
    UNIT_EACH (i, special, special[i])
        if (is_public(special[i]))
            fail_msg("%s counts as public", special[i]);
}

static void ordinary_addresses_are_public(void **state) {
    (void)state;
    UNIT_EACH (i, ordinary, ordinary[i])
        if (!is_public(ordinary[i]))
            fail_msg("%s does not count as public", ordinary[i]);
}

static void an_ipv4_address_is_judged_alike_in_ipv6(void **state) {
    (void)state;
    char mapped[80], nat64[80];
    UNIT_EACH (i, special, special[i]) {
        if (strchr(special[i], ':'))
            continue;
        snprintf(mapped, sizeof mapped, "::ffff:%s", special[i]);
        snprintf(nat64, sizeof nat64, "64:ff9b::%s", special[i]);
        assert_false(is_public(mapped));
        assert_false(is_public(nat64));
    }
}

static void other_families_are_not_public(void **state) {
    (void)state;
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_storage none = {.ss_family = AF_UNSPEC};
    assert_false(address_is_public((const struct sockaddr *)&local));
    assert_false(address_is_public((const struct sockaddr *)&none));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_addresses_are_not_public),
        cmocka_unit_test(ordinary_addresses_are_public),
        cmocka_unit_test(an_ipv4_address_is_judged_alike_in_ipv6),
        cmocka_unit_test(other_families_are_not_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
