#ifndef MUSTER_TEST_FUZZ_H
#define MUSTER_TEST_FUZZ_H

/*
 * What the fuzz targets share. A target is one file, fuzz_NAME.c, with LLVMFuzzerTestOneInput(); NAME.dict has words
 * of its language, NAME.seeds inputs to begin with, one a line, where \n, \0 and \\ stand for these bytes. The first
 * byte of most inputs chooses among ways to read the rest: '0' to '7'. The inputs are limited in length, so that
 * all of it is gone through in milliseconds.
 */

#include "base/arena.h"
#include "base/fail.h"
#include "base/json.h"
#include "protocol/schema.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, so that the input is reported, unless what always holds does hold. */
#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            fuzz_fault(__FILE__, __LINE__, #condition);                                                                \
    } while (0)

void fuzz_fault(const char *file, int line, const char *condition) __attribute__((noreturn));

/* A context whose arena is empty; the same one each time. */
struct ctx *fuzz_begin(void);

/* The type of users or groups; users have the enterprise extension and one with each type of data. */
const struct resource_type *fuzz_type(bool group);

/* A resource of such a type in normal form, in the context's arena. */
struct json_object *fuzz_resource(struct ctx *ctx, bool group);

/* A JSON text of ours in the arena. */
struct json_object *fuzz_json(struct ctx *ctx, const char *text);

/* The bytes behind the first as a text, with a NUL behind it, in the arena; NULL if it could not come so far: not UTF-8
 * or with a NUL. Else *choice is the number of the first byte, 0 to 7. */
char *fuzz_text(struct ctx *ctx, const uint8_t *data, size_t size, unsigned *choice, size_t *len);

/* The bytes behind the first as JSON from outside; NULL: it is none, or null. */
struct json_object *fuzz_body(struct ctx *ctx, const uint8_t *data, size_t size, unsigned *choice);

/* That an error has a text for the client, and success none. */
void fuzz_outcome(const struct ctx *ctx, enum err e);

/* That a resource is in normal form: what would be stored reads as itself and has all that is required. */
void fuzz_normal(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                 struct json_object *old);

#endif
