#ifndef MUSTER_CGI_API_KEY_H
#define MUSTER_CGI_API_KEY_H

#include "request.h"

/*
 * The API key of the Authorization header as hex of its SHA-256. ERR_UNAUTHORIZED without the header,
 * ERR_INVALID_TOKEN if it cannot be one of ours.
 */
enum err api_key_read(struct ctx *ctx, const struct request *r, const char **hash) __attribute__((warn_unused_result));

#endif
