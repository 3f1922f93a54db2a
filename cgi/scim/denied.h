#ifndef MUSTER_SCIM_DENIED_H
#define MUSTER_SCIM_DENIED_H

#include "scim/exchange.h"

/*
 * If an existing token was denied, the call's log line names it, its organization and the reason (revoked, expired,
 * address, scope), and the audit log gets scim.token.denied, a few times a minute for each token. One round trip, only
 * for such failures; the client sees nothing of it.
 */
void denied_keep(struct exchange *x, enum err e);

#endif
