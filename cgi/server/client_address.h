#ifndef MUSTER_SERVER_CLIENT_ADDRESS_H
#define MUSTER_SERVER_CLIENT_ADDRESS_H

#include "server/request.h"

#include <stdbool.h>

/*
 * The client's address: REMOTE_ADDR, or if `trusted` (addresses and CIDR ranges, separated by commas) has the peer, the
 * last hop of X-Forwarded-For that is not trusted. In its one form (base/ip.h): ::ffff:192.0.2.1 is 192.0.2.1. NULL:
 * none, or no valid address.
 */
const char *client_address(const struct request *r, const char *trusted);

/*
 * Whether the request comes from a process of this host: the peer is a loopback address, and no header shows a proxy in
 * between. The addresses in such headers are never trusted here.
 */
bool client_address_is_local(const struct request *r);

#endif
