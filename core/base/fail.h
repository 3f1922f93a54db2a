#ifndef MUSTER_BASE_FAIL_H
#define MUSTER_BASE_FAIL_H

#include <stdbool.h>

struct arena;

/*
 * Every way in which a unit of work can fail: one list for all layers (errors.def). cgi/ alone decides which HTTP
 * status and scimType a kind becomes.
 */
enum err {
    OK = 0,
#define ERROR(kind, text) ERR_##kind,
#include "base/errors.def"
#undef ERROR
    ERR_COUNT
};

/* One unit of work (a request, a command), as every layer gets it: its memory, and its failure. */
struct ctx {
    struct arena *arena; /* lives as long as the unit of work */
    enum err err;        /* the last failure recorded, OK if none */
    const char *detail;  /* a sentence for the client, in the arena; NULL: the kind's default text */
};

/*
 * Records a failure and its detail (printf format; owned by the arena) and returns the kind, so that a caller can write
 * `return fail(ctx, ERR_..., "...")`. `fmt` NULL takes the kind's default text. The client sees the detail, so it never
 * has SQL, a path of the machine or another tenant's data.
 */
enum err fail(struct ctx *ctx, enum err kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result));

/* The default text of a kind, a sentence without a full stop. */
const char *fail_text(enum err kind);

/* The kind's name in the log, such as "invalid_filter". */
const char *fail_name(enum err kind);

/* The text for the client: the detail, or else the kind's text. */
const char *fail_detail(const struct ctx *ctx);

/* Forgets a failure, when the work is tried again. */
void fail_clear(struct ctx *ctx);

/*
 * Records what `from` has recorded, a failure or none: of work with a context of its own whose failure is also this
 * one's, or of a copy made before other work. The arena stays; the detail is borrowed from that of `from`.
 */
void fail_take(struct ctx *ctx, const struct ctx *from);

#endif
