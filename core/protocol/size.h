#ifndef MUSTER_PROTOCOL_SIZE_H
#define MUSTER_PROTOCOL_SIZE_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes. Limits judge what a request brings: what is stored, from before there were limits, stays as it is. */
enum {
    SIZE_STRING = 8 * 1024,
    SIZE_BINARY = 1024 * 1024,     /* photos[].value, x509Certificates[].value */
    SIZE_USER = 256 * 1024,        /* a user as JSON, without photos and certificates */
    SIZE_USER_WHOLE = 2048 * 1024, /* ... with them */
    SIZE_GROUP = 256 * 1024        /* a group as JSON, without its members */
};

/*
 * Whether a part of what comes from outside (a member of a resource, the path of an operation and its value; NULL:
 * null) has a name and strings that are short enough, before anything is made of it; strings that stand in `old` (NULL:
 * nothing) too always are. A text that can be JSON (size_may_be_json()) passes: whoever reads it as JSON asks again for
 * what stands in it, and whoever takes it as the string that it is, size_check_text(). ERR_INVALID_VALUE names the
 * attribute and the limit.
 */
enum err size_check(struct ctx *ctx, const char *name, struct json_object *v, struct json_object *old)
    __attribute__((warn_unused_result));

/* Whether a string begins as an object or a list does. */
bool size_may_be_json(const char *s);

/* A string that is taken as it is, as the value of this attribute. ERR_INVALID_VALUE; `where` names it. */
enum err size_check_text(struct ctx *ctx, const struct attr *attr, const char *s, const char *where)
    __attribute__((warn_unused_result));

/*
 * Whether a user or a group in normal form, without `schemas`, may have its size. `old` (NULL: a new one) is what it
 * was: what does not grow, or is larger than that already and grows by no more than a string may have, is not refused,
 * nor is the end of a user's access. ERR_INVALID_VALUE.
 */
enum err size_check_resource(struct ctx *ctx, const struct resource_type *rt, struct json_object *resource,
                             struct json_object *old) __attribute__((warn_unused_result));

#endif
