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
 * What became of the parts of a request. With `go_on` a part that fails is undone wholly and left out, and those behind
 * it are applied all the same; whoever asked for that decides what the first failure means, once the result is known.
 * Without it the first failure is the end.
 */
struct parts {
    bool go_on;            /* in */
    struct part *left_out; /* in the order of the request, also those that are only passed over */
    struct part **last;
    enum err err;       /* of the first part that failed; OK: none did */
    const char *detail; /* ... and why */
};

/* Notes a part that failed with what `ctx` says, which is forgotten there. */
void parts_failed(struct ctx *ctx, struct parts *parts, const char *name, enum err e);

/* Notes a part that failed before, with others: it and those behind it. NULL: none. */
void parts_failed_before(struct ctx *ctx, struct parts *parts, const struct part *failed);

/* The same for a part that is left out without being a failure. */
void parts_pass_over(struct ctx *ctx, struct parts *parts, const char *name, enum err e, const char *detail);

/* The first failure as the failure of the whole; OK if there is none. */
enum err parts_refuse(struct ctx *ctx, const struct parts *parts) __attribute__((warn_unused_result));

/* Forgets all outcomes, for another attempt. */
void parts_clear(struct parts *parts);

/*
 * The data of an event, a JSON object that has members, with "held": [{"part", "detail"}, ...] behind them: what was
 * left out, long texts of a client shortened. Without parts left out the data itself. Arena.
 */
const char *parts_told(struct arena *a, const struct parts *parts, const char *event);

#endif
