#ifndef MUSTER_PROTOCOL_PATCH_H
#define MUSTER_PROTOCOL_PATCH_H

#include "base/fail.h"
#include "protocol/parts.h"
#include "protocol/resource.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

enum { PATCH_OPERATIONS = 10000 };

struct patch;

/*
 * Reads a PatchOp message (RFC 7644, 3.5.2): its form, each op, each path (parsed with its filter), mutability of what
 * a path names. All that can be told without the resource is told here. ERR_INVALID_SYNTAX, ERR_TOO_LARGE: the message
 * has not the form of a PatchOp. What is wrong with a part of it (PA-02 to PA-12) is noted with the part and comes out
 * when that is its turn; details begin with "operation N: " (1-based).
 */
enum err patch_parse(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect, struct json_object *body,
                     struct patch **out) __attribute__((warn_unused_result));

/* What is wrong with the first part that the message itself shows to be wrong. */
enum err patch_faulty(struct ctx *ctx, const struct patch *p) __attribute__((warn_unused_result));

/*
 * Applies all parts in order to a copy of `resource` (normal form); `out` receives the result, held to what is
 * immutable and required (resource_settle()). `changed` tells whether the result differs.
 *
 * `parts` tells what was left out. In lenient dialect a path that names, in good form, an attribute which nobody knows
 * is passed over; if a request has nothing else, that is its failure (ERR_INVALID_PATH). With parts->go_on what fails
 * is left out (strict: only what fails because it is immutable), the failure stands in `parts`, and the result is what
 * the others made. Else the first failure is returned, and nothing is given.
 *
 * ERR_TOO_LARGE is always returned: the operations have more to look through than a request may ask for (some millions
 * of values; members that are added, or removed by their value, are found at once).
 */
enum err patch_apply(struct ctx *ctx, const struct patch *p, struct json_object *resource, struct parts *parts,
                     struct json_object **out, bool *changed) __attribute__((warn_unused_result));

/*
 * Members of a body of a POST or PUT whose names are paths, as those of an operation without a path may be:
 * {"name.givenName": ..., "urn:...:User:active": ..., "emails[type eq \"work\"].value": ...}. Each is a part.
 */
struct patch *patch_names(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect);

/*
 * One such member; `extension`: it stands in the object of that schema, NULL: in the resource. What nobody knows and
 * what is readOnly is passed over. ERR_INVALID_PATH, ERR_INVALID_FILTER: a path that cannot be read;
 * ERR_INVALID_SYNTAX in strict dialect for one that can.
 */
enum err patch_name_add(struct ctx *ctx, struct patch *p, const struct schema *extension, const char *name,
                        struct json_object *value, bool in_text) __attribute__((warn_unused_result));

/*
 * Adds all that they give to a new resource. What fails is left out (`parts`, with go_on), else the first failure is
 * returned. ERR_TOO_LARGE as for patch_apply().
 */
enum err patch_names_apply(struct ctx *ctx, const struct patch *p, struct parts *parts, struct json_object **resource)
    __attribute__((warn_unused_result));

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

#endif
