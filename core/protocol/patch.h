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
 * Reads a PatchOp message (RFC 7644, 3.5.2): its form, each op, each path (parsed with its filter), the mutability of
 * each path. It checks everything that does not need the resource. ERR_INVALID_SYNTAX, ERR_TOO_LARGE: the message is no
 * PatchOp. An error in a part (PA-02 to PA-12) is stored with the part and reported when the part is applied; details
 * begin with "operation N: " (1-based).
 */
enum err patch_parse(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect, struct json_object *body,
                     struct patch **out) __attribute__((warn_unused_result));

/* The error of the first part that is wrong by itself, without the resource; OK: none. */
enum err patch_faulty(struct ctx *ctx, const struct patch *p) __attribute__((warn_unused_result));

/*
 * Applies all parts in order to a copy of `resource` (normal form); `out` receives the result, checked for immutable
 * and required attributes (resource_settle()). `changed` says whether it differs.
 *
 * `parts` says what was left out. In lenient dialect a well-formed path to an unknown attribute is ignored; if the
 * request has no other part, it fails with ERR_INVALID_PATH. With parts->go_on a failing part is left out (strict: only
 * if an immutable attribute is the reason), `parts` has the failure, and the result is that of the other parts.
 * Otherwise the first failure is returned, without a result.
 *
 * ERR_TOO_LARGE, as the failure of a part: with it the operations would examine more values than a request may (over a
 * million; members that are added, or removed by their value, are found at once). Parts that examine no list still
 * succeed, `active` above all.
 */
enum err patch_apply(struct ctx *ctx, const struct patch *p, struct json_object *resource, struct parts *parts,
                     struct json_object **out, bool *changed) __attribute__((warn_unused_result));

/*
 * Members of a body of a POST or PUT whose names are paths, as those of an operation without a path may be:
 * {"name.givenName": ..., "urn:...:User:active": ..., "emails[type eq \"work\"].value": ...}. Each is a part.
 */
struct patch *patch_names(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect);

/*
 * Adds one such member. `extension`: the schema in whose object it is; NULL: in the resource. Unknown and readOnly
 * attributes are ignored. ERR_INVALID_PATH, ERR_INVALID_FILTER: the path is malformed; ERR_INVALID_SYNTAX: a valid path
 * in strict dialect.
 */
enum err patch_name_add(struct ctx *ctx, struct patch *p, const struct schema *extension, const char *name,
                        struct json_object *value, bool in_text) __attribute__((warn_unused_result));

/*
 * Adds the values of all members to a new resource. With go_on in `parts` a failing member is left out; otherwise the
 * first failure is returned. ERR_TOO_LARGE as for patch_apply().
 */
enum err patch_names_apply(struct ctx *ctx, const struct patch *p, struct parts *parts, struct json_object **resource)
    __attribute__((warn_unused_result));

/*
 * The members of a group that its patch needs, so that a change of n members costs O(n): the ids that it names, or all
 * of them (replace, remove of the whole list, or a filter other than `value eq "..."` joined by or).
 */
struct patch_members {
    bool all;
    const char **ids; /* as sent, without duplicates; also those in a `replace` list */
    size_t n;
};
void patch_members(struct arena *a, const struct patch *p, struct patch_members *out);

#endif
