#ifndef MUSTER_TEST_FILTER_UNIT_H
#define MUSTER_TEST_FILTER_UNIT_H

#include "base/json.h"
#include "protocol/filter.h"
#include "protocol/value.h"

#include <string.h>

/* A filter of the one type. */
static inline enum err unit_filter(struct ctx *ctx, const struct resource_type *rt, bool lenient, const char *text,
                                   const struct filter **out) {
    return filter_parse(ctx, rt, NULL, (struct filter_source){text, strlen(text), lenient}, out);
}

/* Whether one of the values, or the one value, meets every filter; those of which nobody sees anything are none. */
static inline bool unit_any_matches(struct arena *a, const struct attr *attr, const struct filter *const filters[2],
                                    struct json_object *v) {
    bool list = json_object_is_type(v, json_type_array);
    for (size_t i = 0, n = list ? json_object_array_length(v) : v != NULL; i < n; i++) {
        struct json_object *element = list ? json_object_array_get_idx(v, i) : v;
        if (value_shown(attr, element) && filter_match(a, filters[0], element) &&
            (!filters[1] || filter_match(a, filters[1], element)))
            return true;
    }
    return false;
}

/* One comparison or value path on an attribute: any value may meet it; null and pr mean the whole attribute. */
static inline bool unit_attribute_matches(struct arena *a, const struct filter *f, struct json_object *v) {
    if (f->kind == FILTER_VALUE_PATH)
        return unit_any_matches(a, f->ref.attr, (const struct filter *const[]){f->left, f->right}, v);
    if (!f->ref.sub && (f->kind == FILTER_PR || !f->key))
        return value_shown(f->ref.attr, v) == (f->kind != FILTER_EQ);
    if (!f->ref.attr->multi || (f->ref.attr->type == ATTR_ANY && !json_object_is_type(v, json_type_array)))
        return filter_match(a, f, v);
    return unit_any_matches(a, f->ref.attr, (const struct filter *const[]){f, NULL}, v);
}

/* Whether a resource in normal form meets a filter: what the database has to find. */
static inline bool unit_matches(struct arena *a, const struct filter *f, struct json_object *resource) {
    if (f->kind == FILTER_AND)
        return unit_matches(a, f->left, resource) && unit_matches(a, f->right, resource);
    if (f->kind == FILTER_OR)
        return unit_matches(a, f->left, resource) || unit_matches(a, f->right, resource);
    if (f->kind == FILTER_NOT)
        return !unit_matches(a, f->left, resource);
    if (f->ref.absent)
        return filter_absent(f);
    const char *urn = f->ref.extension ? f->ref.extension->urn : f->ref.unregistered, *name = f->ref.attr->name;
    struct json_object *box = urn ? json_get_caseless(resource, urn) : resource;
    return unit_attribute_matches(a, f, f->ref.unregistered ? json_get_caseless(box, name) : json_get(box, name));
}

#endif
