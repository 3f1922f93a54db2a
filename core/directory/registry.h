#ifndef MUSTER_DIRECTORY_REGISTRY_H
#define MUSTER_DIRECTORY_REGISTRY_H

#include "base/fail.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The extension schemas of an organization. The caller queues the event of a change in its transaction (control_event).
 */

enum { REGISTRY_SCHEMAS = 32, REGISTRY_BYTES = 256 * 1024 };

/* The result of a change of the registry. */
struct registry_result {
    const char *object; /* the schema, as op_extension_list shows it */
    size_t resources;   /* number of resources with data under its URN */
};

/* A schema to register, as received. */
struct registry_request {
    const char *organization, *type; /* "User" or "Group" */
    bool required;
    const char *text; /* JSON (RFC 7643, 7) */
    size_t len;
};

/*
 * Registers a schema (RFC 7643, 7, as JSON text) for "User" or "Group". Existing data under its URN (which lenient
 * keeps) is read with the schema, so that filters find it; it must stay as it is, but for the spelling of names.
 * ERR_INVALID_VALUE: the definition is wrong, with the reason. ERR_CONFLICT: data would be lost or changed or breaks a
 * rule of the schema, with the number of resources and some of the attributes. ERR_UNIQUENESS: the schema is already
 * registered, or two resources share a value that must be unique. ERR_CAP: REGISTRY_SCHEMAS.
 */
enum err registry_add(struct ctx *ctx, struct db *db, const struct registry_request *r, struct registry_result *out)
    __attribute__((warn_unused_result));

/*
 * Removes a schema. ERR_CONFLICT if resources have data under its URN, unless `keep_data`: then the data stays as
 * that of an unregistered extension; ERR_CONFLICT if some of it may not be shown (returned never, mutability
 * writeOnly), as it then would be. ERR_NOT_FOUND.
 */
enum err registry_remove(struct ctx *ctx, struct db *db, const char *organization, const char *urn, bool keep_data,
                         struct registry_result *out) __attribute__((warn_unused_result));

#endif
