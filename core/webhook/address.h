#ifndef MUSTER_WEBHOOK_ADDRESS_H
#define MUSTER_WEBHOOK_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Whether an address is one of the public Internet. Everything in IANA's registries of special-purpose addresses
 * (RFC 6890) is not: this host, private and shared networks, link-local, documentation, benchmarks, multicast,
 * reserved. Of IPv6 only 2000::/3 is, without what is set apart in it: protocol assignments (2001::/23, with Teredo and
 * ORCHID), 6to4 and documentation. An IPv4 address in IPv6 (::ffff:0:0/96, and 64:ff9b::/96 of NAT64) is judged as that
 * address. Another family than AF_INET and AF_INET6 is never public.
 */
bool address_is_public(const struct sockaddr *sa);

#endif
