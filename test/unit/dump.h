#ifndef MUSTER_TEST_DUMP_H
#define MUSTER_TEST_DUMP_H

/* What the programs share that show to tests in Python what C makes of something: JSON in on standard input, JSON out.
 */

#include "base/arena.h"
#include "base/fail.h"
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { DUMP_INPUT_MAX = 32 * 1024 * 1024 };

static inline void __attribute__((noreturn)) die(const char *what) {
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, what);
    exit(1);
}

/* Standard input as a tree; the program ends if it is none. */
static inline struct json_object *read_input(struct ctx *ctx) {
    char *text = arena_alloc(ctx->arena, DUMP_INPUT_MAX + 1);
    size_t len = fread(text, 1, DUMP_INPUT_MAX, stdin);
    struct json_object *in;
    if (!feof(stdin))
        die("the input is too long");
    if (json_parse_own(ctx, text, len, &in) != OK)
        die(fail_detail(ctx));
    return in;
}

#endif
