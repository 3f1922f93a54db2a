#ifndef MUSTER_SCIM_SCHEMA_TEXT_H
#define MUSTER_SCIM_SCHEMA_TEXT_H

#include "directory/session.h"
#include "protocol/schema.h"

/*
 * A schema as /Schemas shows it to a connection, without meta: JSON text in the session's arena. User and Group also
 * name externalId, which RFC 7643 counts among the common attributes and clients look for there; descriptions say what
 * the connection does with an attribute, where its settings decide that.
 */
const char *schema_text(struct session *s, const struct schema *schema);

#endif
