#ifndef MUSTER_DIRECTORY_UNIQUE_H
#define MUSTER_DIRECTORY_UNIQUE_H

#include "directory/session.h"
#include "protocol/parts.h"
#include "protocol/schema.h"

#include <json-c/json.h>

/*
 * Values of extension attributes with uniqueness server or global: a unique index prevents that two live resources of a
 * connection share one.
 */

/*
 * The keys (protocol/value.h) of a resource's values, secret ones, too, in the form for unique_values_set; NULL: the
 * type has no such attribute.
 */
const char *unique_values(struct session *s, const struct resource_type *rt, struct json_object *resource);

/* Queues the changed values of a resource; `before` NULL: it had none, `after` NULL: it is removed. */
void unique_queue(struct session *s, const char *id, const char *before, const char *after);

/*
 * Reverts changes of such attributes to the values in `old`, and records that in `parts`: changes with a value among
 * the rows of unique_values_taken; NULL: all.
 */
void unique_yield(struct session *s, const struct resource_type *rt, const struct db_rows *taken,
                  struct json_object *old, struct json_object *resource, struct parts *parts);

/* Whether the last statement failed because another resource has such a value. */
bool unique_taken(const struct session *s);

/* ERR_UNIQUENESS after unique_taken(); the detail names the attributes of the type that must be unique. */
enum err unique_refused(struct session *s, const struct resource_type *rt) __attribute__((warn_unused_result));

#endif
