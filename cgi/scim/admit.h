#ifndef MUSTER_SCIM_ADMIT_H
#define MUSTER_SCIM_ADMIT_H

#include "scim/exchange.h"

#include <json-c/json.h>
#include <stdbool.h>

/* Who may work, and at how much at a time: limits first, then identity, then work. */

/*
 * The limits of a request with a token: its rate, and its organization's share of the workers if the token is known.
 * `heavy`: its head says that it is heavy work. ERR_RATE_LIMITED, ERR_UNAVAILABLE.
 */
enum err admit_limits(struct exchange *x, bool heavy) __attribute__((warn_unused_result));

/*
 * Its identity, after admit_limits(). A small body of a token that was accepted lately is read and parsed at once, and
 * its authentication travels with the operation: OK without a look. Any other body, and whoever comes from an address
 * of which many wrong tokens came, waits for an authentication of its own. Errors of session_authenticate() and
 * admit_limits().
 */
enum err admit_identity(struct exchange *x, bool heavy) __attribute__((warn_unused_result));

/* The request turns out to be heavy work. Of a token that is not known yet it is first asked whose it is. */
enum err admit_heavy(struct exchange *x) __attribute__((warn_unused_result));

/* admit_heavy() if a list in a body has more than SHARE_LIST values. */
enum err admit_body(struct exchange *x, struct json_object *body) __attribute__((warn_unused_result));

/* What became of the request's authentication, for the next request of its token. */
void admit_note(struct exchange *x, enum err e);

#endif
