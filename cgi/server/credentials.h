#ifndef MUSTER_SERVER_CREDENTIALS_H
#define MUSTER_SERVER_CREDENTIALS_H

#include "server/request.h"

/* The kind of secret that a service expects in the Authorization header. */
enum credentials_kind { CREDENTIALS_SCIM, CREDENTIALS_API, CREDENTIALS_SESSION, CREDENTIALS_LINK };

/*
 * The secret of "Authorization: Bearer SECRET" as hex of its SHA-256. ERR_UNAUTHORIZED without the header;
 * ERR_INVALID_TOKEN if it has not the form of ours; the detail says what was probably pasted instead, by the text alone
 * (nothing is looked up).
 */
enum err credentials_read(struct ctx *ctx, const struct request *r, enum credentials_kind kind, const char **hash)
    __attribute__((warn_unused_result));

#endif
