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

/*
 * Whether a token for SCIM stands in a header that credentials_read() refuses, whatever is around it: words, quotes,
 * blanks in it. `hash` is then that of the token; or NULL, if it is not complete, and `beginning` has its first
 * TOKEN_SHOWN characters.
 */
bool credentials_inside(struct arena *a, const struct request *r, const char **hash, const char **beginning);

#endif
