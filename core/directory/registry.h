#ifndef MUSTER_DIRECTORY_REGISTRY_H
#define MUSTER_DIRECTORY_REGISTRY_H

#include "base/fail.h"
#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>

/* The extension schemas of an organization. The caller tells of a change in its transaction (control_event). */

enum { REGISTRY_SCHEMAS = 32, REGISTRY_BYTES = 256 * 1024 };

/* What a change of the registry came to. */
struct registry_result {
    const char *object; /* the schema, as op_extension_list shows it */
    size_t resources;   /* that have data under its URN */
};

/* A schema to register, as it came. */
struct registry_request {
    const char *organization, *type; /* "User" or "Group" */
    bool required;
    const char *text; /* JSON (RFC 7643, 7) */
    size_t len;
};

/*
 * Registers a schema (RFC 7643, 7, as JSON text) for "User" or "Group". Data that resources have under its URN already
 * (lenient dialect keeps it) is read with it, so that it is found by filters. ERR_INVALID_VALUE: the definition, with
 * what is wrong; or a resource, named, whose data does not fit it. ERR_UNIQUENESS: registered already, or two
 * resources share a value that shall be unique. ERR_CAP: REGISTRY_SCHEMAS.
 */
enum err registry_add(struct ctx *ctx, struct db *db, const struct registry_request *r, struct registry_result *out)
    __attribute__((warn_unused_result));

/*
 * Takes a schema away. Data that resources have under its URN forbids that (ERR_MUTABILITY), but with `keep_data`: it
 * then stays in them as that of an unregistered extension. ERR_NOT_FOUND.
 */
enum err registry_remove(struct ctx *ctx, struct db *db, const char *organization, const char *urn, bool keep_data,
                         struct registry_result *out) __attribute__((warn_unused_result));

#endif
