#ifndef MUSTER_SCIM_ADMIT_H
#define MUSTER_SCIM_ADMIT_H

#include "scim/exchange.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Admits requests: limits first, then identity, then work. */

/*
 * Checks the limits of a request with a token: its rate, and its organization's share of the workers if the token is
 * known. `heavy`: its head shows that it is heavy work. ERR_RATE_LIMITED, ERR_UNAVAILABLE.
 */
enum err admit_limits(struct exchange *x, bool heavy) __attribute__((warn_unused_result));

/*
 * Checks its identity, after admit_limits(). If the token was accepted lately and the body is small, the authentication
 * is sent with the operation: OK at once. Any other body, and any request from an address that sent many wrong tokens,
 * needs a separate authentication first. Errors of session_authenticate() and admit_limits().
 */
enum err admit_identity(struct exchange *x, bool heavy) __attribute__((warn_unused_result));

/*
 * Call this when the request turns out to be heavy work. If the token's organization is unknown, it authenticates
 * first.
 */
enum err admit_heavy(struct exchange *x) __attribute__((warn_unused_result));

/* admit_heavy() if a list in a body has more than SHARE_LIST values. */
enum err admit_body(struct exchange *x, struct json_object *body) __attribute__((warn_unused_result));

/* Stores the result of the request's authentication for the next request of its token. */
void admit_note(struct exchange *x, enum err e);

#endif
