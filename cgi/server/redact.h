#ifndef MUSTER_SERVER_REDACT_H
#define MUSTER_SERVER_REDACT_H

#include <stddef.h>

struct ctx;

/*
 * A request body for the log (MUSTER_LOG=debug): its shape, without all values and names except those of SCIM: names of
 * attributes and of messages' members, schemas, op, booleans and the attribute at the beginning of a path. In the
 * arena; NULL if it is no JSON object.
 */
const char *redact_body(struct ctx *ctx, const char *body, size_t len);

#endif
