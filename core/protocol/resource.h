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
};

/* How values from outside are read. */
struct reader {
    struct ctx *ctx;
    struct dialect dialect;
    bool in_text; /* inside JSON that came as text: what is text in there is text */
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

/* What a resource is read by. */
struct resource_rules {
    const struct resource_type *rt;
    struct dialect dialect;
};

/*
 * The same for a PUT whose attributes are parts: with parts->go_on, in lenient dialect, what an attribute cannot be is
 * left out, and it stays as it was; in both what is immutable stays so.
 */
enum err resource_from_parts(struct ctx *ctx, struct resource_rules rules, struct json_object *body,
                             struct json_object *old, struct parts *parts, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * Holds a changed resource to resource_keep_fixed() and resource_check(). With parts->go_on the changes that cannot
 * stand are left out one by one (strict: only for what is immutable), each attribute, of the resource or of an
 * extension, being as it was before.
 */
enum err resource_settle(struct ctx *ctx, struct resource_rules rules, struct json_object *old, bool omitted_stays,
                         struct parts *parts, struct json_object **new) __attribute__((warn_unused_result));

/*
 * One single value of an attribute from outside → normal form; *out NULL: unassigned. `where` names it in errors. Lists
 * go through resource_list(). ERR_INVALID_VALUE. Lenient: [] is unassigned, a number is its JSON text where a string is
 * needed, and JSON that came as text is read where an object is needed.
 */
enum err resource_value(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                        struct json_object **out) __attribute__((warn_unused_result));

/*
 * What stands for one value of an attribute that is neither complex nor a list: lenient takes what clients wrap it in,
 * [x], {"value": x} and [{"value": x, ...}] (Entra without its compliant mode). Anything else is given back as it is.
 */
struct json_object *resource_scalar(const struct reader *r, const struct attr *attr, struct json_object *in);

/*
 * A list from outside: an array of single values in normal form, not yet compared with each other; null, "" and {} are
 * no values. ERR_INVALID_VALUE, also for a value that cannot be read, since nothing would come of it: an object without
 * any part of the attribute, a member without an id. Strict: and for what is no array. Lenient: one bare value is a
 * list of one, {"members": [...]} as the value of members is that list (Salesforce), and an element whose value is
 * null or "" is none if only its type, primary and display are left.
 */
enum err resource_list(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                       struct json_object **out) __attribute__((warn_unused_result));

/* As resource_list(), for values that are to be taken away: each has to say what. */
enum err resource_list_named(const struct reader *r, const struct attr *attr, struct json_object *in, const char *where,
                             struct json_object **out) __attribute__((warn_unused_result));

/*
 * A value where an object or a list is needed: lenient reads a text that begins with { or [ (or blanks and these) and
 * is JSON by the same rules as a body (Keycloak's SCIM client sends such), one level deep; `inside` then is how its
 * parts are read. Anything else is given back as it is.
 */
struct json_object *resource_unpacked(const struct reader *r, struct json_object *in, struct reader *inside);

/* Whether an element of a list has nothing but what says which kind of value it would be: type, primary, display. */
bool resource_is_shell(const struct attr *attr, struct json_object *element);

/* Lenient: whether an element from outside, read as `v`, is such a shell because its value came as null or "". */
bool resource_is_cleared(const struct reader *r, const struct attr *attr, struct json_object *in,
                         struct json_object *v);

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

/* Lenient: of several values of one list that are primary the first one is. */
void resource_first_primary(const struct reader *r, const struct attr *attr, struct json_object *values);

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
