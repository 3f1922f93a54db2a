#ifndef MUSTER_WEBHOOK_ADDRESS_H
#define MUSTER_WEBHOOK_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * Whether an address belongs to the public Internet. The addresses in IANA's registries of special-purpose addresses
 * (RFC 6890) do not: this host, private and shared networks, link-local, documentation, benchmarks, multicast,
 * reserved. Public IPv6 addresses are those of 2000::/3, except its special parts: protocol assignments (2001::/23,
 * with Teredo and ORCHID), 6to4 and documentation. An IPv4 address in IPv6 (::ffff:0:0/96, and 64:ff9b::/96 of NAT64)
 * counts as the IPv4 address. Families other than AF_INET and AF_INET6 are never public.
 */
bool address_is_public(const struct sockaddr *sa);

#endif
