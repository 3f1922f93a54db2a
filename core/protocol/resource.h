#ifndef MUSTER_PROTOCOL_RESOURCE_H
#define MUSTER_PROTOCOL_RESOURCE_H

#include "base/fail.h"
#include "protocol/parts.h"
#include "protocol/schema.h"

#include <stdbool.h>

/*
 * A resource in normal form: a JSON object with `schemas` (base, then extensions that have data), the attributes in the
 * schemas' spelling, extension objects under their URN in the schemas' spelling, values of the right JSON type, nothing
 * unassigned. Without id, meta, groups (computed) and password (dropped before anything else sees it). `members` of a
 * group: {value, type?, $ref?} as sent, `display` dropped. An extension object under an unregistered URN is kept as
 * sent in lenient dialect.
 */

struct dialect {
    bool lenient; /* bodies without schemas, unregistered extensions, unquoted literals,
                     replaceCreates */
};

/*
 * A POST or PUT body → normal form. Unknown plain attributes are ignored; readOnly ones are ignored; "" null []
 * unassign; string booleans are taken in any case (R-09, Entra); R-23 and R-27 (equal list values are one). `old`
 * (PUT): the stored resource, whose immutable values are kept or must match (ERR_MUTABILITY); NULL for POST. Errors:
 * ERR_INVALID_SYNTAX (not an object; strict: `schemas` missing or without the base URN; both dialects: `schemas` that
 * name only another type's base URN), ERR_INVALID_VALUE (type, required, two primaries; names the attribute).
 */
enum err resource_from_body(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect,
                            struct json_object *body, struct json_object *old, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * The same for a PUT whose attributes are parts: with parts->go_on, in lenient dialect, what an attribute cannot be is
 * left out, and it stays as it was; in both what is immutable stays so.
 */
enum err resource_from_parts(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect,
                             struct json_object *body, struct json_object *old, struct parts *parts,
                             struct json_object **out) __attribute__((warn_unused_result));

/*
 * Holds a changed resource to resource_keep_fixed() and resource_check(). With parts->go_on the changes that cannot
 * stand are left out one by one (strict: only for what is immutable), each attribute, of the resource or of an
 * extension, being as it was before.
 */
enum err resource_settle(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect,
                         struct json_object *old, bool omitted_stays, struct parts *parts, struct json_object **new)
    __attribute__((warn_unused_result));

/*
 * One single value of an attribute from outside → normal form; *out NULL: unassigned. `where` names it in errors. Lists
 * go through resource_list(). ERR_INVALID_VALUE.
 */
enum err resource_value(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                        struct json_object **out) __attribute__((warn_unused_result));

/* A list from outside, or one bare value for it: an array of single values in normal form, not yet compared with each
 * other. */
enum err resource_list(struct ctx *ctx, const struct attr *attr, struct json_object *in, const char *where,
                       struct json_object **out) __attribute__((warn_unused_result));

/* The values of a list by what makes each one itself, as resource_identity() has it; json-c's hash table. */
struct json_object *resource_index(struct arena *a, const struct attr *attr, struct json_object *list);

/*
 * Appends values to a list and to its index: one that is there already (same value and type; members: same
 * value) is merged into it. `touched`, if not NULL, receives the elements that took part (a JSON array that shares
 * them). Linear in the number of values.
 */
void resource_merge(struct ctx *ctx, const struct attr *attr, struct json_object *list, struct json_object *index,
                    struct json_object *values, struct json_object *touched);

/* What makes two values of a list the same one, as text. */
const char *resource_identity(struct arena *a, const struct attr *attr, struct json_object *element);

/* Of the elements of `now` at most one may be primary (ERR_INVALID_VALUE); if one is, all others of `list` are so no
 * more. */
enum err resource_settle_primary(struct ctx *ctx, const struct attr *attr, struct json_object *list,
                                 struct json_object *now) __attribute__((warn_unused_result));

/*
 * Holds a changed resource to what `old`, the stored one, has of immutable attributes and immutable parts of single
 * complex ones: the same values (lists in any order), which then stay as they were spelt. `omitted_stays` (PUT, R-38):
 * what `new` leaves out of them, and of writeOnly ones, is put into it; else (PATCH) it was taken away, and that is
 * refused. ERR_MUTABILITY names the attribute.
 */
enum err resource_keep_fixed(struct ctx *ctx, const struct resource_type *rt, struct json_object *old,
                             bool omitted_stays, struct json_object *new) __attribute__((warn_unused_result));

/*
 * Required attributes, parts of complex values and extensions are present, but for those that `old` (the stored
 * resource, NULL: a new one) lacks too: in a list no more values may be without a part than were so before; and the
 * values that indexes hold fit into them (value_check_keys()). Recomputes `schemas`: the base, then the extensions that
 * have data. ERR_INVALID_VALUE.
 */
enum err resource_check(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                        struct json_object *old) __attribute__((warn_unused_result));

#endif
