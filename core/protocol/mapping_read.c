/* Reads the value of a mapping's path out of a user. */

#include "protocol/mapping_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/number.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

static bool is_scalar(struct json_object *v) {
    return v && !json_object_is_type(v, json_type_object) && !json_object_is_type(v, json_type_array);
}

/* A scalar itself; the assigned scalars of an array; else NULL. `part` NULL: the elements themselves. */
static struct json_object *scalars_of(struct arena *a, struct json_object *v, const char *part) {
    if (!json_object_is_type(v, json_type_array))
        return is_scalar(v) ? v : NULL;
    struct json_object *list = json_new_array(a);
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(v, i);
        struct json_object *one = part ? json_get(element, part) : element;
        if (is_scalar(one) && value_assigned(one))
            json_object_array_add(list, json_object_get(one));
    }
    return list;
}

/* The first value of a list that matches the filter and has the part. */
static struct json_object *choose_element(const struct mapping_path *p, struct json_object *list, const char *part) {
    struct arena *scratch = arena_create(); /* for one match, because a list can be long */
    struct json_object *found = NULL;
    for (size_t i = 0, n = json_object_array_length(list); i < n && !found; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        struct json_object *one = part ? json_get(element, part) : element;
        arena_reset(scratch);
        if (value_assigned(one) && filter_match(scratch, p->filter, element))
            found = one;
    }
    arena_destroy(scratch);
    return found;
}

static struct json_object *read_registered(struct arena *a, const struct mapping_path *p,
                                           struct json_object *resource) {
    struct json_object *box = p->ref.extension ? json_get(resource, p->ref.extension->urn) : resource;
    struct json_object *v = json_get(box, p->ref.attr->name);
    const char *part = p->ref.sub ? p->ref.sub->name : NULL;
    if (!json_object_is_type(v, json_type_array))
        return p->filter || p->indexed ? NULL : scalars_of(a, part ? json_get(v, part) : v, NULL);
    if (!p->filter && !p->indexed)
        return scalars_of(a, v, part);
    if (p->filter)
        return scalars_of(a, choose_element(p, v, part), NULL);
    v = json_object_array_get_idx(v, p->index);
    return scalars_of(a, part ? json_get(v, part) : v, NULL);
}

/*
 * The value of the longest member with whose name the key begins, up to a colon, a dot or its end; *rest is what
 * follows.
 */
static struct json_object *member_of_key(struct json_object *resource, const char *key, const char **rest) {
    size_t len = strlen(key), longest = 0;
    struct json_object *found = NULL;
    if (!json_object_is_type(resource, json_type_object))
        return NULL;
    json_object_object_foreach(resource, name, member) {
        size_t n = strlen(name);
        if (n <= longest || n > len || !strchr(":.", key[n]) || !fold_ascii_equal(name, n, key, n))
            continue;
        longest = n;
        found = member;
        *rest = key + n + (key[n] != '\0');
    }
    return found;
}

/* NAME *( "." NAME ), each with [ "[" index "]" ]; parse_raw() has checked the form. */
static struct json_object *follow_path(struct arena *a, struct json_object *v, const char *path) {
    while (v && *path) {
        size_t n = strcspn(path, ".[");
        if (n)
            v = json_get_caseless(v, arena_strndup(a, path, n));
        path += n;
        if (*path == '[') {
            int64_t index = 0;
            n = strcspn(++path, "]");
            bool found = number_parse(path, n, &index) && json_object_is_type(v, json_type_array);
            v = found ? json_object_array_get_idx(v, (size_t)index) : NULL;
            path += n + (path[n] == ']');
        }
        path += *path == '.';
    }
    return v;
}

struct json_object *mapping_path_read(struct arena *a, const struct mapping_path *p, struct json_object *resource) {
    assert(!p->groups);
    if (p->ref.attr)
        return read_registered(a, p, resource);
    const char *rest = "";
    struct json_object *member = member_of_key(resource, p->key, &rest);
    return scalars_of(a, follow_path(a, member, rest), NULL);
}
