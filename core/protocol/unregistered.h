#ifndef MUSTER_PROTOCOL_UNREGISTERED_H
#define MUSTER_PROTOCOL_UNREGISTERED_H

#include "base/fail.h"
#include "protocol/filter.h"
#include "protocol/resource.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Unregistered extensions (lenient): an object under a URN, with any JSON members. Their names are compared without
 * ASCII case and keep their first spelling.
 */

enum unregistered_op { UNREGISTERED_ADD, UNREGISTERED_REPLACE, UNREGISTERED_REMOVE };

/* One change. */
struct unregistered_change {
    enum unregistered_op op;
    const char *path;            /* URN, URN:NAME or URN:NAME.SUB */
    bool in_body;                /* a key of a body: with an object as value it is never NAME.SUB */
    const struct filter *filter; /* the filter after NAME, NULL: none */
    const char *tail;            /* the part after the filter, NULL: none */
    struct json_object *value;   /* NULL: null, or none */
};

/* The present value at the path of the change, for counting the work. NULL: nothing. */
struct json_object *unregistered_current(const struct resource_type *rt, const struct unregistered_change *c,
                                         struct json_object *resource);

/*
 * Makes the change in a resource that the caller owns, in place. The URN of the path is the longest member of the
 * resource with whose name the path begins. If there is none, an object is the whole extension, and any other value is
 * the member after the last colon; so is an object whose path ends like ":User:seat". Objects are merged member by
 * member; null, "", [] and {} remove; `add` appends to a list; empty objects are removed. A filter chooses from a list,
 * or tests the one value that is there. If nothing matches, `add` and `replace` make a value from the filter, if it has
 * only `eq` and `and` (else ERR_NO_TARGET). ERR_INVALID_PATH, ERR_INVALID_VALUE: an extension that is no object, an
 * empty value to remove, or a result deeper or longer than a body may be.
 */
enum err unregistered_apply(const struct reader *r, const struct resource_type *rt, const struct unregistered_change *c,
                            struct json_object *resource) __attribute__((warn_unused_result));

#endif
