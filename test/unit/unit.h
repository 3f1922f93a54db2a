#ifndef MUSTER_TEST_UNIT_H
#define MUSTER_TEST_UNIT_H

/* Ours come first: cmocka has a macro of the name fail. */
#include "base/arena.h"
#include "base/fail.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A context with an arena of its own. */
static inline struct ctx unit_ctx(void) {
    return (struct ctx){.arena = arena_create()};
}

/* A JSON text as a tree; the test fails if it is none. */
static inline struct json_object *unit_json(struct ctx *ctx, const char *text) {
    struct json_object *o = NULL;
    if (json_parse(ctx, text, strlen(text), &o) != OK)
        fail_msg("%s: %s", text, fail_detail(ctx));
    return o;
}

/* A file of the test data as a tree. */
static inline struct json_object *unit_data(struct ctx *ctx, const char *name) {
    char path[512];
    snprintf(path, sizeof path, TEST_DATA "/%s", name);
    FILE *f = fopen(path, "re");
    if (!f)
        fail_msg("%s cannot be read", path);
    char *text = arena_alloc(ctx->arena, 4 * 1024 * 1024);
    size_t n = fread(text, 1, 4 * 1024 * 1024 - 1, f);
    fclose(f);
    text[n] = '\0';
    return unit_json(ctx, text);
}

#endif
