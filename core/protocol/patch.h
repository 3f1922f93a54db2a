#ifndef MUSTER_PROTOCOL_PATCH_H
#define MUSTER_PROTOCOL_PATCH_H

#include "base/fail.h"
#include "protocol/resource.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

enum { PATCH_OPERATIONS = 10000 };

struct patch;

/*
 * Reads a PatchOp message (RFC 7644, 3.5.2): its form, each op, each path (parsed with its filter), mutability of what
 * a path names. All that can be told without the resource is told here. Errors as in the matrix, PA-02 to PA-12;
 * details begin with "operation N: " (1-based).
 */
enum err patch_parse(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect, struct json_object *body,
                     struct patch **out) __attribute__((warn_unused_result));

/*
 * Applies all operations in order to a copy of `resource` (normal form); `out` receives the result, checked by
 * resource_keep_fixed() (what is immutable) and resource_check() (what is required; `schemas`). On an error nothing is
 * given. `changed` tells whether the result differs. ERR_TOO_LARGE: the operations have more to look through than a
 * request may ask for (some millions of values; members that are added, or removed by their value, are found at once).
 */
enum err patch_apply(struct ctx *ctx, const struct patch *p, struct json_object *resource, struct json_object **out,
                     bool *changed) __attribute__((warn_unused_result));

/*
 * What a group's patch must see of the members that the group has, so that a change of n members costs O(n):
 * the ids it names, or all of them (replace, remove of the whole list, a filter other than `value eq "..."` joined by
 * or).
 */
struct patch_members {
    bool all;
    const char **ids; /* as sent, without duplicates; also those in a `replace` list */
    size_t n;
};
void patch_members(struct arena *a, const struct patch *p, struct patch_members *out);

/* Whether any operation can touch this attribute (by name in the schema's spelling), for choosing locks. */
bool patch_touches(const struct patch *p, const char *attr);

#endif
