#ifndef MUSTER_SCIM_ENVELOPE_H
#define MUSTER_SCIM_ENVELOPE_H

#include "base/fail.h"
#include "server/response.h"

struct buf;

/*
 * Makes the client's view of a failure (RFC 7644, 3.12): status and scimType from the kind, the detail from the
 * context. Sets WWW-Authenticate for 401 and Retry-After for 503.
 */
void envelope_render(const struct ctx *ctx, enum err err, struct response *out);

/* Appends only the Error message to `out`; `detail` NULL: the kind's default text. */
void envelope_error(enum err err, const char *detail, struct buf *out);

/* Only the status. */
int envelope_status(enum err err);

/* The scimType, NULL: none. */
const char *envelope_scim_type(enum err err);

#endif
