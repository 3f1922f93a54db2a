#ifndef MUSTER_SCIM_ENVELOPE_H
#define MUSTER_SCIM_ENVELOPE_H

#include "base/fail.h"
#include "server/response.h"

struct buf;

/*
 * A failure as the client sees it (RFC 7644, 3.12): the kind gives status and scimType, the context the detail. One
 * table, one place. Sets WWW-Authenticate for 401 and Retry-After for 503.
 */
void envelope_render(const struct ctx *ctx, enum err err, struct response *out);

/* The Error message alone, behind what `out` has; `detail` NULL: the kind's own text. */
void envelope_error(enum err err, const char *detail, struct buf *out);

/* The status alone. */
int envelope_status(enum err err);

/* The scimType, NULL: none. */
const char *envelope_scim_type(enum err err);

#endif
