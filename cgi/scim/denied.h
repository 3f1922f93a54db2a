#ifndef MUSTER_SCIM_DENIED_H
#define MUSTER_SCIM_DENIED_H

#include "scim/exchange.h"

/*
 * If an existing token was denied, the call's log line names it, its organization and the reason (revoked, expired,
 * address, scope, connection: the URL names another one), and the audit log gets scim.token.denied, a few times a
 * minute for each token. What its connection has received (scim/activity.h) shows it as often; so it does if a token
 * stands in a header that is wrong otherwise, or the beginning of one. Two round trips, only for such failures; the
 * client sees nothing of it.
 */
void denied_keep(struct exchange *x, enum err e);

#endif
