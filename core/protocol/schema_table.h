#ifndef MUSTER_PROTOCOL_SCHEMA_TABLE_H
#define MUSTER_PROTOCOL_SCHEMA_TABLE_H

#include "protocol/schema.h"

/* The schemas of core/protocol/schemas.json, of which the build makes tables (tools/generate); NULL after the last. */
extern const struct schema *const schema_table[];

#endif
