#ifndef MUSTER_SCIM_ACTIVITY_H
#define MUSTER_SCIM_ACTIVITY_H

#include "protocol/bulk.h"
#include "scim/exchange.h"

/* What the control plane shows of a connection's requests (GET .../scim/connections/{id}/activity). */

/*
 * Writes down what the finished answer to a valid token says: refused writes in the audit log (scim/refused.h), the
 * request as the connection's last one, and who was refused; a request that was taken ends what was refused about the
 * same person, group or URL. Nothing is written for a request that was taken, but for the first of a token, one a
 * minute, one in two seconds while somebody watches, and if it may end a problem. Otherwise one round trip, in a
 * transaction of its own that waits for no standby; a failure is logged and changes nothing.
 */
void activity_keep(struct exchange *x, enum err e);

/* Records which resources a BulkRequest has changed, if that may end problems. */
void activity_bulk(struct exchange *x, const struct bulk *bulk);

/* A token that exists and was not accepted. */
struct activity_token {
    const char *organization, *connection, *token;
    const char *reason; /* revoked, expired, address, connection; NULL: only the header was wrong */
};

/* Writes down a request with such a token: as the connection's last one, and as a problem. One round trip. */
void activity_denied(struct exchange *x, enum err e, const struct activity_token *t);

#endif
