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
    bool lenient; /* bodies without schemas, unregistered extensions, unquoted literals, value paths that match nothing
                     numbers and JSON as text */
    struct json_object *unresolved; /* the parts with one of these texts fail: see bulk_resolve(); NULL: none */
};

/* How to read values from outside. */
struct reader {
    struct ctx *ctx;
    struct dialect dialect;
    bool in_text; /* inside JSON that came as text, where texts are only texts */
};

/*
 * Reads a POST or PUT body into normal form. Unknown and readOnly attributes are ignored; "", null and [] unassign;
 * string booleans are accepted in any case (R-09, Entra); R-23 and R-27 (equal list values are merged) apply. `old`
 * (PUT): the stored resource, whose immutable values are kept or must match (ERR_MUTABILITY); NULL for POST. Errors:
 * ERR_INVALID_SYNTAX (not an object; strict: `schemas` missing or without the base URN; both dialects: `schemas` that
 * name only another type's base URN), ERR_INVALID_VALUE (type, required, two primaries; names the attribute).
 */
enum err resource_from_body(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect,
                            struct json_object *body, struct json_object *old, struct json_object **out)
    __attribute__((warn_unused_result));

/* The rules by which a resource is read. */
struct resource_rules {
    const struct resource_type *rt;
    struct dialect dialect;
};

/*
 * The same for a PUT whose attributes are parts. With parts->go_on an attribute that fails in lenient dialect is left
 * out and stays as it was; immutable attributes stay as they were in both dialects.
 */
enum err resource_from_parts(struct ctx *ctx, struct resource_rules rules, struct json_object *body,
                             struct json_object *old, struct parts *parts, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * Checks a changed resource with resource_keep_fixed() and resource_check(). With parts->go_on the invalid changes are
 * left out one by one (strict: only those of immutable attributes): each attribute, of the resource or of an extension,
 * then stays as it was.
 */
enum err resource_settle(struct ctx *ctx, struct resource_rules rules, struct json_object *old, bool omitted_stays,
                         struct parts *parts, struct json_object **new) __attribute__((warn_unused_result));

/*
 * Reads a single value of an attribute from outside into normal form; *out NULL: unassigned. `where` names it in
 * errors. Use resource_list() for lists. ERR_INVALID_VALUE. Lenient: [] is unassigned, a number in place of a string
 * becomes its JSON text, and JSON text in place of an object is parsed.
 */
enum err resource_value(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                        struct json_object **out) __attribute__((warn_unused_result));

/*
 * Unwraps the value of an attribute that is neither complex nor a list: lenient accepts [x], {"value": x} and
 * [{"value": x, ...}] (Entra without its compliant mode). Anything else is returned unchanged.
 */
struct json_object *resource_scalar(const struct reader *r, const struct attr *attr, struct json_object *in);

/*
 * Reads a list from outside: an array of single values in normal form, not yet compared with each other; null, "" and
 * {} are no values. ERR_INVALID_VALUE, also for an unreadable value: an object without any part of the attribute, a
 * member without an id. Strict: also for anything but an array. Lenient: a bare value is a list of one, {"members":
 * [...]} as the value of members is that list (Salesforce), and an element whose value is null or "" is dropped if only
 * its type, primary and display are left.
 */
enum err resource_list(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                       struct json_object **out) __attribute__((warn_unused_result));

/* As resource_list(), for values to remove: each must identify something. */
enum err resource_list_named(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                             struct json_object **out) __attribute__((warn_unused_result));

/*
 * A value in place of an object or list: lenient parses a text that begins with { or [ (after blanks) and is JSON by
 * the rules of bodies, one level deep (Keycloak's SCIM client sends such texts); `inside` then says how to read its
 * parts. Anything else is returned unchanged.
 */
struct json_object *resource_unpacked(const struct reader *r, struct json_object *in, struct reader *inside);

/* Whether an element of a list has only the parts that describe a value: type, primary, display. */
bool resource_is_shell(const struct attr *attr, struct json_object *element);

/* Lenient: whether an element from outside, read as `v`, is such a shell because its value came as null or "". */
bool resource_is_cleared(const struct reader *r, const struct attr *attr, struct json_object *in,
                         struct json_object *v);

/* The values of a list by their resource_identity(); json-c's hash table. */
struct json_object *resource_index(struct arena *a, const struct attr *attr, struct json_object *list);

/*
 * Appends values to a list and to its index; a value that exists (same value and type; members: same value) is
 * merged. `touched`, if not NULL, receives the elements that took part (a JSON array that shares them). Linear in the
 * number of values.
 */
void resource_merge(struct ctx *ctx, const struct attr *attr, struct json_object *list, struct json_object *index,
                    struct json_object *values, struct json_object *touched);

/* The identity of a list value, as text: equal for values that count as the same. */
const char *resource_identity(struct arena *a, const struct attr *attr, struct json_object *element);

/* Lenient: if several values of a list are primary, only the first one stays so. */
void resource_first_primary(const struct reader *r, const struct attr *attr, struct json_object *values);

/* At most one element of `now` may be primary (ERR_INVALID_VALUE); if one is, the others of `list` lose it. */
enum err resource_settle_primary(struct ctx *ctx, const struct attr *attr, struct json_object *list,
                                 struct json_object *now) __attribute__((warn_unused_result));

/*
 * Checks that a changed resource has the same immutable attributes, and immutable parts of single complex ones, as
 * `old`, the stored one (lists in any order); their spelling stays. With `omitted_stays` (PUT, R-38) omitted immutable
 * and writeOnly ones are copied to `new`; otherwise (PATCH) removing them is refused. ERR_MUTABILITY names the
 * attribute.
 */
enum err resource_keep_fixed(struct ctx *ctx, const struct resource_type *rt, struct json_object *old,
                             bool omitted_stays, struct json_object *new) __attribute__((warn_unused_result));

/*
 * Checks that required attributes, parts and extensions are present, except those that `old` (the stored resource,
 * NULL: a new one) lacks, too; in a list no more values than before may lack a part. Also checks that indexed values
 * fit (value_check_keys()). Recomputes `schemas`: the base, then the extensions that have data.
 * ERR_INVALID_VALUE.
 */
enum err resource_check(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                        struct json_object *old) __attribute__((warn_unused_result));

#endif
