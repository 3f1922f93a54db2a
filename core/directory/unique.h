#ifndef MUSTER_DIRECTORY_UNIQUE_H
#define MUSTER_DIRECTORY_UNIQUE_H

#include "directory/session.h"
#include "protocol/parts.h"
#include "protocol/schema.h"

#include <json-c/json.h>

/*
 * Values of extension attributes with uniqueness server or global: no two live resources of a connection share one, by
 * a unique index.
 */

/* The keys (protocol/value.h) of a resource's values, also of those that nobody may see, as unique_values_set takes
 * them; NULL: the type has no such attribute. */
const char *unique_values(struct session *s, const struct resource_type *rt, struct json_object *resource);

/* Queues the values of a resource where they differ from those it had; `before` NULL: none, `after` NULL: it goes. */
void unique_queue(struct session *s, const char *id, const char *before, const char *after);

/*
 * Takes changes of such attributes back to what `old` has, noted in `parts`: those with a value that is among the rows
 * of unique_values_taken; NULL: all.
 */
void unique_yield(struct session *s, const struct resource_type *rt, const struct db_rows *taken,
                  struct json_object *old, struct json_object *resource, struct parts *parts);

/* Whether the last statement failed because another resource has such a value. */
bool unique_taken(const struct session *s);

/* ERR_UNIQUENESS after unique_taken(); the detail names the attributes of the type that must be unique. */
enum err unique_refused(struct session *s, const struct resource_type *rt) __attribute__((warn_unused_result));

#endif
