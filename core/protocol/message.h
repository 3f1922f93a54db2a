#ifndef MUSTER_PROTOCOL_MESSAGE_H
#define MUSTER_PROTOCOL_MESSAGE_H

#include <json-c/json.h>
#include <stdbool.h>

/* Whether the `schemas` of a message (RFC 7644, 3.1) name this URN, without case. */
bool message_is(struct json_object *body, const char *urn);

/*
 * The lenient check: they name any URN whose last part is this name ("PatchOp"; Entra sometimes sends it under the core
 * URN), or are absent or [].
 */
bool message_is_nearly(struct json_object *body, const char *name);

#endif
