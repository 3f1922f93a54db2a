#ifndef MUSTER_BASE_JSON_H
#define MUSTER_BASE_JSON_H

#include "base/fail.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Parses JSON from outside. The strict validator (base/jsonv.h) reads the raw bytes first. Then json-c builds the tree,
 * whose counts must match the validator's (a mismatch is ERR_INTERNAL). The root belongs to the arena; members are
 * borrowed. Errors: ERR_INVALID_SYNTAX with the byte, or ERR_INVALID_VALUE for a U+0000 in a string or a number out of
 * range.
 */
enum err json_parse(struct ctx *ctx, const char *text, size_t len, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * As json_parse(), for an object or array that we stored or made: without the validator; broken text is ERR_INTERNAL.
 */
enum err json_parse_own(struct ctx *ctx, const char *text, size_t len, struct json_object **out)
    __attribute__((warn_unused_result));

/*
 * New containers and copies that belong to the arena as roots: do not put them, but get them when you add them to
 * another.
 */
struct json_object *json_new_object(struct arena *a);
struct json_object *json_new_array(struct arena *a);
struct json_object *json_copy(struct arena *a, struct json_object *o);

/* Returns the same value; it now lives at least as long as the arena, even if its parent goes. NULL stays NULL. */
struct json_object *json_keep(struct arena *a, struct json_object *o);

/* Hands a new value over to the arena, and returns it. */
struct json_object *json_keep_new(struct arena *a, struct json_object *o);

/* The compact text of a value, in the arena. */
const char *json_text(struct arena *a, struct json_object *o);

/* A member by its exact name; NULL if it is absent or null, or if `o` is not an object. */
struct json_object *json_get(struct json_object *o, const char *name);

/* A member by its name, ignoring ASCII case; NULL as above. */
struct json_object *json_get_caseless(struct json_object *o, const char *name);

/* A string member, borrowed from the object; NULL if it is absent or not a string. */
const char *json_get_string(struct json_object *o, const char *name);

/* Sets a member of an object to a text, or to null. */
void json_set_text(struct json_object *o, const char *name, const char *text);

/* Sets a member of an object to a value that somebody else owns too, or to null. */
void json_set(struct json_object *o, const char *name, struct json_object *value);

/* As json_set(); NULL takes the member away. */
void json_set_or_drop(struct json_object *o, const char *name, struct json_object *value);

/* Whether two values are equal: the order matters in arrays but not in objects; numbers compare by value. */
bool json_same(struct json_object *a, struct json_object *b);

#endif
