#ifndef MUSTER_BASE_JSON_H
#define MUSTER_BASE_JSON_H

#include "base/fail.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * JSON from outside: the strict validator (base/jsonv.h) reads the raw bytes first, json-c builds
 * the tree after it, and the tree's counts must match the validator's (a mismatch is ERR_INTERNAL).
 * The root belongs to the arena; members are borrowed. Errors: ERR_INVALID_SYNTAX with the byte,
 * or ERR_INVALID_VALUE for a U+0000 in a string or a number out of range.
 */
enum err json_parse(struct ctx *ctx, const char *text, size_t len, struct json_object **out)
    __attribute__((warn_unused_result));

/* As json_parse for an object or array that we stored or made ourselves: no validator; broken text is ERR_INTERNAL. */
enum err json_parse_own(struct ctx *ctx, const char *text, size_t len, struct json_object **out)
    __attribute__((warn_unused_result));

/* New containers and copies that belong to the arena as roots (do not put them; get them when adding to another). */
struct json_object *json_new_object(struct arena *a);
struct json_object *json_new_array(struct arena *a);
struct json_object *json_copy(struct arena *a, struct json_object *o);

/* The value itself, which then lives at least as long as the arena, whatever happens to its parent. NULL stays NULL. */
struct json_object *json_keep(struct arena *a, struct json_object *o);

/* Gives a new value to the arena and back. */
struct json_object *json_keep_new(struct arena *a, struct json_object *o);

/* Compact text of a value in the arena. */
const char *json_text(struct arena *a, struct json_object *o);

/* The member of an object by exact name, NULL if absent, null, or `o` is not an object. */
struct json_object *json_get(struct json_object *o, const char *name);

/* The member whose name is equal without ASCII case; NULL as above. */
struct json_object *json_get_caseless(struct json_object *o, const char *name);

/* A string member, NULL if absent or no string. Borrowed from the object. */
const char *json_get_string(struct json_object *o, const char *name);

/* Whether two values are equal: objects without order, arrays with, numbers by value. */
bool json_same(struct json_object *a, struct json_object *b);

#endif
