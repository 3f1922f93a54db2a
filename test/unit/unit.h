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

/* The row that a test is at, in a loop of UNIT_EACH: NULL outside. */
static size_t unit_row;
static const char *unit_row_text;

static inline void unit_at(size_t row, const char *text) {
    unit_row = row;
    unit_row_text = text;
}

/* Each row of a table by its number i. A test that fails within says at which row, by its number and a text of it. */
#define UNIT_EACH(i, table, text)                                                                                      \
    for (size_t i = 0; i < sizeof(table) / sizeof *(table) ? (unit_at(i, text), true) : (unit_at(0, NULL), false); i++)

static inline int unit_say_row(void **state) {
    (void)state;
    if (unit_row_text)
        print_error("in row %zu: %s\n", unit_row, unit_row_text);
    unit_at(0, NULL);
    return 0;
}

#undef cmocka_unit_test
#define cmocka_unit_test(f) cmocka_unit_test_teardown(f, unit_say_row)

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
