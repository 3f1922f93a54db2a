#ifndef MUSTER_PROTOCOL_MESSAGE_H
#define MUSTER_PROTOCOL_MESSAGE_H

#include <json-c/json.h>
#include <stdbool.h>

/* Whether the `schemas` of a message (RFC 7644, 3.1) name this URN, without case. */
bool message_is(struct json_object *body, const char *urn);

#endif
