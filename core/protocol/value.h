#ifndef MUSTER_PROTOCOL_VALUE_H
#define MUSTER_PROTOCOL_VALUE_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <stdbool.h>

/*
 * How values are compared: each value has a key, a JSON value of which equality and order are those of the attribute.
 *   string     folded text: userName by fold_identity; others by caseExact
 *   reference, binary   exact text          boolean  true/false
 *   integer, decimal    number              dateTime clock_parse()'s sortable text
 */

/* Whether a value counts as one: not null, "", [], {} or made only of such. */
bool value_assigned(struct json_object *v);

/* The same of an attribute's value, without the parts of it that nobody may see. */
bool value_shown(const struct attr *attr, struct json_object *v);

/* The key of a single simple value that already has the attribute's type; the arena owns it. */
struct json_object *value_key(struct arena *a, const struct attr *attr, struct json_object *v);

/* The string key alone, for string, reference, binary and dateTime attributes. */
const char *value_key_text(struct arena *a, const struct attr *attr, const char *s, size_t len);

/*
 * A resource in normal form (protocol/resource.h) → its keys in the same shape: what filters of the database compare,
 * column `folded`. Unassigned parts are left out, and those that nobody may see; extension objects stand under
 * their URN in the schema's spelling; `schemas` as caseless strings; what nobody registered under names in lower case.
 * Arena.
 */
struct json_object *value_folded(struct arena *a, const struct resource_type *rt, struct json_object *resource);

/* Whether a text stands somewhere in a value. */
bool value_holds(struct json_object *v, const char *text);

/* Bytes of the longest key in an index: PostgreSQL has room for 2704 with all that stands beside it. */
enum { VALUE_KEY_MAX = 1000 };

/*
 * Whether the values of a resource in normal form that indexes hold fit into them, whatever PostgreSQL can compress:
 * userName, externalId, emails.value, a group's displayName, and what must be unique in an extension. Values that `old`
 * (NULL: a new resource) has too are not asked. ERR_INVALID_VALUE names the attribute and the limit.
 */
enum err value_check_keys(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                          struct json_object *old) __attribute__((warn_unused_result));

/* Two simple values, complex values or lists of one attribute compared by key, lists without order; "primary": false is
 * absent. */
bool value_equal(struct arena *a, const struct attr *attr, struct json_object *x, struct json_object *y);

/* A text that is the same for all values that value_equal() finds equal; to look them up by. Arena. */
const char *value_text(struct arena *a, const struct attr *attr, struct json_object *v);

#endif
