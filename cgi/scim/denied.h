#ifndef MUSTER_SCIM_DENIED_H
#define MUSTER_SCIM_DENIED_H

#include "scim/exchange.h"

/*
 * A token that exists and was denied leaves a trace: the call's log line names it, its organization and the reason
 * (revoked, expired, address, scope), and the audit log has scim.token.denied, a few a minute for each token. One round
 * trip, only for what failed so; nothing of it is told to the client.
 */
void denied_keep(struct exchange *x, enum err e);

#endif
