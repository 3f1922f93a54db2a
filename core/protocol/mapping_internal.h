#ifndef MUSTER_PROTOCOL_MAPPING_INTERNAL_H
#define MUSTER_PROTOCOL_MAPPING_INTERNAL_H

#include "protocol/filter.h"
#include "protocol/mapping.h"
#include "protocol/template.h"

#include <stddef.h>

/* What a rule reads. */
struct mapping_path {
    const char *key;     /* as written */
    struct attr_ref ref; /* attr NULL: the key is a path into raw JSON */
    const struct filter *filter;
    bool indexed;
    size_t index;
    bool groups; /* groups[index], .displayName if by_name, else .value */
    bool by_name;
};

struct mapping_rule {
    struct mapping_path path;
    const struct template *template; /* NULL: the value unchanged */
    enum mapping_field field;
    const char *metadata_key; /* public_metadata: its key */
    const char *name;         /* name of the field, as written */
};

/* A row of group_roles. */
struct mapping_row {
    const char *group;        /* as written */
    const char *key, *id;     /* as a name and as an id are compared */
    struct json_object *role; /* the arena's */
};

struct mapping {
    const struct mapping_rule *rules;
    size_t n;
    const struct mapping_row *rows;
    size_t n_rows;
};

/* Names of the fields; public_metadata without key. */
extern const char *const mapping_fields[MAPPING_PUBLIC_METADATA + 1];

/*
 * What a rule writes for a resource, and what it read: NULL if there is none. `left`: what templates may still read and
 * produce.
 */
struct json_object *mapping_rule_try(struct arena *a, const struct mapping_rule *r, struct json_object *resource,
                                     size_t *left, struct json_object **read);

/* Whether a value is a role: "org:" and more. */
bool mapping_is_role(struct json_object *v);

/* Reads the rows of group_roles. ERR_INVALID_VALUE: `"group_roles", row N: ...` (1-based). */
enum err mapping_roles_parse(struct ctx *ctx, struct json_object *json, struct mapping *m)
    __attribute__((warn_unused_result));

/* Reads a key. ERR_INVALID_VALUE: `"KEY", byte N: ...`. */
enum err mapping_path_parse(struct ctx *ctx, const struct resource_type *user, const char *key,
                            struct mapping_path *out) __attribute__((warn_unused_result));

/* A path's value in a user: a scalar, an array of scalars, or NULL. Not for groups. Arena, or the resource's own. */
struct json_object *mapping_path_read(struct arena *a, const struct mapping_path *p, struct json_object *resource);

#endif
