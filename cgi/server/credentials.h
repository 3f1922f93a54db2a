#ifndef MUSTER_SERVER_CREDENTIALS_H
#define MUSTER_SERVER_CREDENTIALS_H

#include "server/request.h"

/* What a service wants in the Authorization header. */
enum credentials_kind { CREDENTIALS_SCIM, CREDENTIALS_API };

/*
 * The secret of "Authorization: Bearer SECRET" as hex of its SHA-256. ERR_UNAUTHORIZED without the header;
 * ERR_INVALID_TOKEN if it cannot be one of ours, and the detail says what was pasted instead, as far as the text alone
 * shows it (nothing is looked up).
 */
enum err credentials_read(struct ctx *ctx, const struct request *r, enum credentials_kind kind, const char **hash)
    __attribute__((warn_unused_result));

#endif
