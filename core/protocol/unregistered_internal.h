#ifndef MUSTER_PROTOCOL_UNREGISTERED_INTERNAL_H
#define MUSTER_PROTOCOL_UNREGISTERED_INTERNAL_H

#include "protocol/unregistered.h"

/* The member's name as the object spells it, else as given. */
const char *unregistered_key(struct json_object *box, const char *name);

/* Sets one member of an object: objects are merged into what is there, `add` appends to a list, what is unassigned
 * takes away. ERR_INVALID_VALUE: too many members. */
enum err unregistered_set(struct ctx *ctx, struct json_object *box, const char *name, bool add, struct json_object *v)
    __attribute__((warn_unused_result));

/* A change of the values that its filter chooses under `key`. */
enum err unregistered_choose(struct ctx *ctx, struct json_object *box, const char *key,
                             const struct unregistered_change *c) __attribute__((warn_unused_result));

/* Takes the listed values out of the list under `key`: those that have all that a listed one says. */
enum err unregistered_take(struct ctx *ctx, struct json_object *box, const char *key, struct json_object *listed)
    __attribute__((warn_unused_result));

#endif
