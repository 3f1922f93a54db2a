#ifndef MUSTER_PROTOCOL_UNREGISTERED_H
#define MUSTER_PROTOCOL_UNREGISTERED_H

#include "base/fail.h"
#include "protocol/filter.h"
#include "protocol/resource.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Extensions that nobody registered (lenient): an object under a URN, whose members are whatever JSON the client sends.
 * Their names are compared without ASCII case and keep the spelling that came first.
 */

enum unregistered_op { UNREGISTERED_ADD, UNREGISTERED_REPLACE, UNREGISTERED_REMOVE };

/* One change. */
struct unregistered_change {
    enum unregistered_op op;
    const char *path;            /* URN, URN:NAME or URN:NAME.SUB */
    bool in_body;                /* a key of a body: what has an object is never NAME.SUB */
    const struct filter *filter; /* behind NAME, NULL: none */
    const char *tail;            /* the part behind the filter, NULL: none */
    struct json_object *value;   /* NULL: null, or none */
};

/* How many values the change has to look through: what stands at its path now, and what it gives. NULL: nothing. */
struct json_object *unregistered_current(const struct resource_type *rt, const struct unregistered_change *c,
                                         struct json_object *resource);

/*
 * Makes the change in a resource of our own, in place. Where the URN ends is told by what the resource has: the longest
 * member whose name the path begins with; if there is none, an object is the whole extension, and anything else the
 * member behind the last colon; so is an object whose path ends as ":User:seat" does. Objects are merged member by
 * member; null, "", [] and {} take away; `add` appends to a list; what is left empty goes. A filter chooses from a
 * list, or means the one value that is there; without a match `add` and `replace` make a value of it, if it is made of
 * `eq` and `and` (ERR_NO_TARGET). ERR_INVALID_PATH, ERR_INVALID_VALUE: an extension that is no object, a value to
 * remove that says nothing, and what would be nested deeper or longer than a body may be.
 */
enum err unregistered_apply(const struct reader *r, const struct resource_type *rt, const struct unregistered_change *c,
                            struct json_object *resource) __attribute__((warn_unused_result));

#endif
