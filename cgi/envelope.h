#ifndef MUSTER_CGI_ENVELOPE_H
#define MUSTER_CGI_ENVELOPE_H

#include "base/fail.h"
#include "response.h"

/*
 * A failure as the client sees it (RFC 7644, 3.12): the kind gives status and scimType, the context the detail. One
 * table, one place. Sets WWW-Authenticate for 401 and Retry-After for 503.
 */
void envelope_render(const struct ctx *ctx, enum err err, struct response *out);

/* The status alone, for the log. */
int envelope_status(enum err err);

#endif
