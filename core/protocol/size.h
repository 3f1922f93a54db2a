#ifndef MUSTER_PROTOCOL_SIZE_H
#define MUSTER_PROTOCOL_SIZE_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* In bytes. Limits apply to what a request brings: what was stored before there were limits stays as it is. */
enum {
    SIZE_STRING = 8 * 1024,
    SIZE_BINARY = 1024 * 1024,     /* photos[].value, x509Certificates[].value */
    SIZE_USER = 256 * 1024,        /* a user as JSON, without photos and certificates */
    SIZE_USER_WHOLE = 2048 * 1024, /* ... with them */
    SIZE_GROUP = 256 * 1024        /* a group as JSON, without its members */
};

/*
 * Checks that the name and the strings of a part from outside (a member of a resource; the path of an operation and its
 * value; NULL: null) are short enough, before it is read. Strings that `old` (NULL: nothing) also has always pass. A
 * text that may be JSON (size_may_be_json()) passes: a caller that parses it checks its content again, and a caller
 * that takes it as a string calls size_check_text(). ERR_INVALID_VALUE names the attribute and the limit.
 */
enum err size_check(struct ctx *ctx, const char *name, struct json_object *v, struct json_object *old)
    __attribute__((warn_unused_result));

/* Whether a string begins as an object or a list does. */
bool size_may_be_json(const char *s);

/* Checks a string that becomes the value of this attribute. ERR_INVALID_VALUE; `where` names it. */
enum err size_check_text(struct ctx *ctx, const struct attr *attr, const char *s, const char *where)
    __attribute__((warn_unused_result));

/*
 * Checks the size of a user or group in normal form, without `schemas`. `old` is its state before (NULL: a new one).
 * These are not refused: a resource that does not grow, one that was already too large and grows by at most the limit
 * of a string, and the end of a user's access. ERR_INVALID_VALUE.
 */
enum err size_check_resource(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                             struct json_object *old) __attribute__((warn_unused_result));

#endif
