#ifndef MUSTER_PROTOCOL_PARTS_H
#define MUSTER_PROTOCOL_PARTS_H

#include "base/fail.h"

#include <stdbool.h>

struct arena;

/* A part of a request that was left out: an operation of a PATCH, or an attribute of a PUT or of a path-less value. */
struct part {
    const char *name;   /* the path or attribute, as sent or in the schema's spelling */
    enum err err;       /* why */
    const char *detail; /* ... as a sentence */
    struct part *next;
};

/*
 * The results of the parts of a request. With `go_on` a part that fails is undone as a whole and left out, and the
 * later parts are still applied; the caller decides what the first failure means when it knows the result. Without
 * `go_on` the first failure ends the work.
 */
struct parts {
    bool go_on;            /* in */
    struct part *left_out; /* in the order of the request, including ignored parts */
    struct part **last;
    enum err err;       /* of the first part that failed; OK: none did */
    const char *detail; /* ... and why */
};

/* Records a part that failed, with the failure in `ctx`, which is cleared. */
void parts_failed(struct ctx *ctx, struct parts *parts, const char *name, enum err e);

/* Records a part that failed earlier, and those after it in the list. NULL: none. */
void parts_failed_before(struct ctx *ctx, struct parts *parts, const struct part *failed);

/* Records a part that is left out but is no failure. */
void parts_pass_over(struct ctx *ctx, struct parts *parts, const char *name, enum err e, const char *detail);

/* Makes the first failure that of the whole request; OK if there is none. */
enum err parts_refuse(struct ctx *ctx, const struct parts *parts) __attribute__((warn_unused_result));

/* Forgets all outcomes, for another attempt. */
void parts_clear(struct parts *parts);

/*
 * Adds "held": [{"part", "detail"}, ...] to the data of an event (a JSON object that has members): the omitted parts,
 * with long texts of a client shortened. If none was omitted, returns the data itself. Arena.
 */
const char *parts_told(struct arena *a, const struct parts *parts, const char *event);

#endif
