#ifndef MUSTER_PROTOCOL_VALUE_H
#define MUSTER_PROTOCOL_VALUE_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <stdbool.h>

/*
 * Values are compared by keys: a key is a JSON value with the equality and order of the attribute.
 *   string     folded text: userName by fold_identity; others by caseExact
 *   reference, binary   exact text          boolean  true/false
 *   integer, decimal    number              dateTime clock_parse()'s sortable text
 */

/* Whether a value is assigned: not null, "", [], {} or made only of these. */
bool value_assigned(struct json_object *v);

/* The same for an attribute's value, without its secret parts. */
bool value_shown(const struct attr *attr, struct json_object *v);

/* The key of a single simple value that already has the attribute's type; the arena owns it. */
struct json_object *value_key(struct arena *a, const struct attr *attr, struct json_object *v);

/* The string key alone, for string, reference, binary and dateTime attributes. */
const char *value_key_text(struct arena *a, const struct attr *attr, const char *s, size_t len);

/*
 * The keys of a resource in normal form (protocol/resource.h), in the same shape: the column `folded`, which filters in
 * the database compare. Unassigned and secret parts are left out; extension objects are under their URN in the
 * schema's spelling; `schemas` are caseless strings; unregistered members have names in lower case. Arena.
 */
struct json_object *value_folded(struct arena *a, const struct resource_type *rt, struct json_object *resource);

/* Whether a text occurs somewhere in a value. */
bool value_holds(struct json_object *v, const char *text);

/* Bytes of the longest key in an index: PostgreSQL has room for 2704, with the other columns of the index. */
enum { VALUE_KEY_MAX = 1000 };

/*
 * Checks that the indexed values of a resource in normal form fit into the indexes, even if PostgreSQL cannot compress
 * them: userName, externalId, emails.value, a group's displayName, and unique values of extensions. Values that `old`
 * (NULL: a new resource) also has are not checked. ERR_INVALID_VALUE names the attribute and the limit.
 */
enum err value_check_keys(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                          struct json_object *old) __attribute__((warn_unused_result));

/*
 * Compares two simple values, complex values or lists of one attribute by key; the order of lists does not matter;
 * "primary": false counts as absent.
 */
bool value_equal(struct arena *a, const struct attr *attr, struct json_object *x, struct json_object *y);

/* A text that is the same for all values that value_equal() finds equal, to look them up. Arena. */
const char *value_text(struct arena *a, const struct attr *attr, struct json_object *v);

#endif
