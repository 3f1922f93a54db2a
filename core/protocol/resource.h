#ifndef MUSTER_PROTOCOL_RESOURCE_H
#define MUSTER_PROTOCOL_RESOURCE_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <stdbool.h>

/*
 * A resource in normal form: a JSON object with `schemas` (base, then extensions that have data), the attributes in the schemas'
 * spelling, extension objects under their URN in the schemas' spelling, values of the right JSON type, nothing unassigned.
 * Without id, meta, groups (computed) and password (dropped before anything else sees it). `members` of a group: {value, type?, $ref?} as
 * sent, `display` dropped. An extension object under an unregistered URN is kept as sent in lenient dialect.
 */

struct dialect {
    bool lenient; /* DESIGN 4, Dialect: bodies without schemas, unregistered extensions, unquoted literals, replaceCreates */
};

/*
 * A POST or PUT body → normal form. Unknown plain attributes are ignored; readOnly ones are ignored; "" null [] unassign;
 * string booleans are taken in any case; R-23 and R-27 (equal list values collapse); an address without any parts is dropped; an
 * email (any multi-valued complex attribute with a value part) whose value is null or "" is dropped.
 * `old` (PUT): the stored resource, whose immutable values are kept or must match (ERR_MUTABILITY); NULL for POST.
 * Errors: ERR_INVALID_SYNTAX (not an object; strict: `schemas` missing or without the base URN; a body whose schemas name only another type's
 * base URN, in both dialects), ERR_INVALID_VALUE (type, required, two primaries; names the attribute).
 */
enum err resource_from_body(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect, struct json_object *body,
                            struct json_object *old, struct json_object **out) __attribute__((warn_unused_result));

/* One attribute's value from outside → normal form, NULL when unassigned (used by PATCH). `where` names it in errors. */
enum err resource_value(struct ctx *ctx, const struct attr *attr, struct dialect dialect, struct json_object *in, const char *where,
                        struct json_object **out) __attribute__((warn_unused_result));

/* Required attributes present, at most one primary a list; recomputes `schemas`. */
enum err resource_check(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource)
    __attribute__((warn_unused_result));

#endif
