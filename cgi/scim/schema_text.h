#ifndef MUSTER_SCIM_SCHEMA_TEXT_H
#define MUSTER_SCIM_SCHEMA_TEXT_H

#include "directory/session.h"
#include "protocol/schema.h"

/*
 * A schema for /Schemas of a connection, without meta: JSON text in the session's arena. User and Group also list
 * externalId, which is a common attribute in RFC 7643, because clients look for it there. Descriptions say how the
 * connection treats an attribute, if its settings decide that.
 */
const char *schema_text(struct session *s, const struct schema *schema);

#endif
