#ifndef MUSTER_DIRECTORY_REGISTRY_H
#define MUSTER_DIRECTORY_REGISTRY_H

#include "base/fail.h"
#include "db/db.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Changes of the extension schemas of an organization. First registry_ask() queues what must be locked and read, then
 * registry_add() or registry_remove(), in the same transaction, checks the change and converts the data under the URN,
 * if there is any (a few round trips for 16 resources). The caller then stores the schema, or removes it, with the
 * event (api_schema_add, api_schema_remove).
 */

enum { REGISTRY_SCHEMAS = 32, REGISTRY_BYTES = 256 * 1024 };

struct registry_change {
    const char *organization; /* not needed by registry_ask() */
    const char *urn;
    const char *type;       /* of a schema that comes: "User" or "Group" */
    bool required;          /* whether these resources must have it */
    const char *definition; /* JSON, as /Schemas shows it; NULL: the schema is to be removed */
    bool keep_data;         /* of a schema that goes */
};

/*
 * Reads a schema (RFC 7643, 7) that is to be registered, as received: sets `urn` and `definition`. ERR_INVALID_VALUE:
 * the definition is wrong, with the reason.
 */
enum err registry_define(struct ctx *ctx, struct json_object *schema, struct registry_change *out)
    __attribute__((warn_unused_result));

/* Locks the organization's directory. */
void registry_ask(struct ctx *ctx, struct db *db, const struct registry_change *x);

/*
 * `found` are the rows of registry_ask(), `resources` is set to the number of resources with data under the URN.
 * Existing data (which lenient keeps) is read with the schema, so that filters find it; it must stay as it is, but for
 * the spelling of names. ERR_INVALID_VALUE: the schema does not go with the others, with the reason. ERR_CONFLICT: data
 * would be lost or changed or breaks a rule of the schema, with the number of resources and some of the attributes.
 * ERR_UNIQUENESS: registry_refused() says why. ERR_CAP: REGISTRY_SCHEMAS.
 */
enum err registry_add(struct ctx *ctx, struct db *db, const struct registry_change *x, const struct db_rows *found,
                      size_t *resources) __attribute__((warn_unused_result));

/* After a transaction that ended so: the schema is already registered, or two resources share a value. */
enum err registry_refused(struct ctx *ctx, struct db *db, const char *urn) __attribute__((warn_unused_result));

/*
 * See registry_add(). ERR_CONFLICT if resources have data under the URN, unless `keep_data`: then the data stays as
 * that of an unregistered extension; ERR_CONFLICT if some of it may not be shown (returned never, mutability
 * writeOnly), as it then would be. ERR_NOT_FOUND.
 */
enum err registry_remove(struct ctx *ctx, struct db *db, const struct registry_change *x, const struct db_rows *found,
                         size_t *resources) __attribute__((warn_unused_result));

#endif
