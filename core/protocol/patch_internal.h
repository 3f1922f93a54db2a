#ifndef MUSTER_PROTOCOL_PATCH_INTERNAL_H
#define MUSTER_PROTOCOL_PATCH_INTERNAL_H

#include "protocol/filter.h"
#include "protocol/patch.h"

enum patch_op { PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE };

/* Where one step acts: attr, attr.sub, attr[filter], attr[filter].sub; or a whole extension (ref.attr NULL). */
struct patch_target {
    struct attr_ref ref;
    const struct filter *filter;
};

/*
 * One change of one attribute. An operation without a path is a step for each member of its value, since its names are
 * paths themselves (R-24, Entra).
 */
struct patch_step {
    unsigned number; /* of the operation, 1-based */
    enum patch_op op;
    struct patch_target target;
    const char *unregistered; /* an extension that nobody registered (lenient), kept as sent; else NULL */
    struct json_object *value;
    bool has_value;
    const char *name; /* of the target, for details */
    struct patch_step *next;
};

struct patch {
    const struct resource_type *rt;
    struct dialect dialect;
    struct patch_step *first, **last;
};

/* What one step does, on `resource` in place. */
enum err patch_step_apply(struct ctx *ctx, const struct patch *p, const struct patch_step *s,
                          struct json_object *resource) __attribute__((warn_unused_result));

/* A step on `schemas` (PA-50): extension URNs of the type come and go with their data; the base stays. */
enum err patch_schemas(struct ctx *ctx, const struct patch *p, const struct patch_step *s, struct json_object *resource)
    __attribute__((warn_unused_result));

/* Takes an extension's data away. ERR_MUTABILITY if the extension is required. */
enum err patch_drop_extension(struct ctx *ctx, const struct schema *extension, struct json_object *resource)
    __attribute__((warn_unused_result));

/* As fail(), with "operation N: " in front of the detail. */
enum err patch_fail(struct ctx *ctx, const struct patch_step *s, enum err kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), warn_unused_result));

#endif
