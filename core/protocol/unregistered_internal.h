#ifndef MUSTER_PROTOCOL_UNREGISTERED_INTERNAL_H
#define MUSTER_PROTOCOL_UNREGISTERED_INTERNAL_H

#include "protocol/unregistered.h"

/*
 * Sets one member of an object: an object is merged into the present one, `add` appends to a list, an unassigned value
 * removes. ERR_INVALID_VALUE: too many members.
 */
enum err unregistered_set(struct ctx *ctx, struct json_object *box, const char *name, bool add, struct json_object *v)
    __attribute__((warn_unused_result));

/* Changes the values under `key` that the filter chooses. */
enum err unregistered_choose(struct ctx *ctx, struct json_object *box, const char *key,
                             const struct unregistered_change *c) __attribute__((warn_unused_result));

/* Removes from the list under `key` the values that have all parts of a listed one. */
enum err unregistered_take(struct ctx *ctx, struct json_object *box, const char *key, struct json_object *listed)
    __attribute__((warn_unused_result));

#endif
