#ifndef MUSTER_PROTOCOL_SCHEMA_JSON_H
#define MUSTER_PROTOCOL_SCHEMA_JSON_H

#include <stddef.h>

/* core/protocol/schemas.json, linked in. */
extern const char schema_json[];
extern const size_t schema_json_len;

#endif
