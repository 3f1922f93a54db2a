#ifndef MUSTER_WEBHOOK_FORMAT_SET_H
#define MUSTER_WEBHOOK_FORMAT_SET_H

#include "webhook/format.h"

/*
 * The format "set": a security event token of SCIM (RFC 9967, RFC 8417), pushed by RFC 8935. Its claims:
 *   {"iss": the origin of the base URL (its keys are at /.well-known/jwks.json there),
 *    "aud": [the audience, else the receiver's URL], "iat": now, "toe": when it happened,
 *    "jti": the delivery, "txn": the request, "organization_id",
 *    "sub_id": {"format": "scim", "uri": "/Users/{id}", "externalId", "id"}, "events": {uri: payload}}
 * and the payloads, by kind of change:
 *   created, linked, or back after its removal    create:full {"version", "data": the resource, a group without
 * members} updated; members came or went patch:notice {"version", "attributes": paths, never a value}
 *   active became true, or false                  activate {}, deactivate {}, and patch:notice if more changed
 *   removed                                       delete {}
 *   an endpoint is tried                          the verification event of OpenID's shared signals, about the endpoint
 * The request needs a signing key. false: there is no such event, or no data is left (the person was erased).
 */
bool format_set(struct arena *a, const struct format_request *r, struct format_message *out);

/* The URIs of the events above except the last, for ServiceProviderConfig (RFC 9967, section 4); NULL ends the list. */
extern const char *const format_set_uris[];

#endif
