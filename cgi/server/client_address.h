#ifndef MUSTER_SERVER_CLIENT_ADDRESS_H
#define MUSTER_SERVER_CLIENT_ADDRESS_H

#include "server/request.h"

#include <stdbool.h>

/*
 * Who sent the request: REMOTE_ADDR, or the last hop of X-Forwarded-For that is not one of ours, where `trusted`
 * (addresses and CIDR ranges, by comma) names the peer. In its one form (base/ip.h): ::ffff:192.0.2.1 is 192.0.2.1.
 * NULL if there is none that is an address.
 */
const char *client_address(const struct request *r, const char *trusted);

/*
 * Whether the request comes from a process of this host: the peer is a loopback address, and no header says that a
 * proxy stands in between. What such headers name is not believed here, whoever sent them.
 */
bool client_address_is_local(const struct request *r);

#endif
