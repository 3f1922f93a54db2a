#ifndef MUSTER_PROTOCOL_PROJECTION_H
#define MUSTER_PROTOCOL_PROJECTION_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

enum { PROJECTION_NAMES = 1000 };

/* The choice of an answer's attributes (RFC 7644, 3.9): `attributes` or `excludedAttributes`. */
struct projection;

/*
 * Reads the two parameters, comma-separated (NULL: not given; empty counts as absent, R-41); unknown names are ignored,
 * but the URN of an unregistered extension names the extension, and URN:name and URN:name.part its members; `name[...]`
 * counts as name. Both given, or more than PROJECTION_NAMES different attributes: ERR_INVALID_VALUE. Neither:
 * *out is NULL, the default set.
 */
enum err projection_parse(struct ctx *ctx, const struct resource_type *rt, const char *attributes, const char *excluded,
                          const struct projection **out) __attribute__((warn_unused_result));

/* Whether an attribute of this name ("members", "groups", "meta") can be in the answer; p NULL: the default set. */
bool projection_wants(const struct projection *p, const char *attr);

/* Whether a part that is returned by default can be in the answer ("members", "display"); `part` NULL: any. */
bool projection_wants_part(const struct projection *p, const char *attr, const char *part);

/* Names of members of a stored resource, in lower case. */
struct name_list {
    const char **names;
    size_t n;
};

/*
 * The members of a stored resource that an answer can have (`keep`; none: all), and those that it cannot have
 * (`leave`), so that the others need not be fetched for projection_apply().
 */
void projection_names(struct arena *a, const struct projection *p, const struct resource_type *rt,
                      struct name_list *keep, struct name_list *leave);

/*
 * Removes from a whole resource (with id, meta, groups, members), in place, the unwanted attributes and those left
 * without any part. p NULL: removes only what is returned never or on request.
 */
void projection_apply(const struct projection *p, const struct resource_type *rt, struct json_object *resource);

/* Removes, in place, what nobody may see: writeOnly values, and those returned never. */
void projection_conceal(const struct resource_type *rt, struct json_object *resource);

/*
 * The projection for the answer to a write: `p`, and those attributes returned on request that the body (a resource, or
 * a PatchOp) sets (RFC 7643, 7).
 */
const struct projection *projection_of_write(struct ctx *ctx, const struct resource_type *rt,
                                             const struct projection *p, struct json_object *body);

#endif
