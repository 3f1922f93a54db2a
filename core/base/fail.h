#ifndef MUSTER_BASE_FAIL_H
#define MUSTER_BASE_FAIL_H

#include <stdbool.h>

struct arena;

/*
 * Every way in which a unit of work can fail, one list for all layers (errors.def).
 * The kind says what went wrong in the words of the field; what a client is told
 * (an HTTP status, a scimType) is decided where the protocol is spoken, in cgi/.
 */
enum err {
    OK = 0,
#define ERROR(kind, text) ERR_##kind,
#include "base/errors.def"
#undef ERROR
    ERR_COUNT
};

/*
 * What one unit of work (a request, a command) carries through every layer:
 * where its memory lives and what went wrong first.
 */
struct ctx {
    struct arena *arena; /* lives as long as the unit of work */
    enum err err;        /* the last failure recorded, OK if none */
    const char *detail;  /* a sentence for the client, in the arena; NULL: the kind's own text */
};

/*
 * Records a failure and its detail (printf form, owned by the arena) and gives
 * the kind back, so that a caller can write `return fail(ctx, ERR_..., "...")`.
 * `fmt` NULL takes the kind's default text. The detail goes to the client: never
 * SQL, never a path of the machine, never another tenant's data.
 */
enum err fail(struct ctx *ctx, enum err kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4), warn_unused_result));

/* The default text of a kind, a sentence without a full stop. */
const char *fail_text(enum err kind);

/* The kind's name as it stands in the log, "invalid_filter". */
const char *fail_name(enum err kind);

/* What the client is told: the detail, else the kind's text. */
const char *fail_detail(const struct ctx *ctx);

/* Forgets a failure, when the work is tried again. */
void fail_clear(struct ctx *ctx);

/*
 * Records what `from` has recorded, a failure or none: of work with a context of its own whose failure is also this
 * one's, or of a copy made before other work. The arena stays; the detail is borrowed from that of `from`.
 */
void fail_take(struct ctx *ctx, const struct ctx *from);

#endif
