/* Steps of a PATCH on single values and their parts. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

/* The object that has the attribute: the resource, or its extension, which is made if `make`; NULL if it is missing. */
static struct json_object *find_holder(const struct patch_act *a, bool make) {
    const struct schema *ext = a->s->target.ref.extension;
    struct json_object *box = ext ? json_get(a->resource, ext->urn) : a->resource;
    if (box || !make || !ext)
        return box;
    box = json_new_object(a->ctx->arena);
    json_object_object_add(a->resource, ext->urn, json_object_get(box));
    return box;
}

struct json_object *patch_current(const struct patch_act *a) {
    return json_get(find_holder(a, false), a->attr->name);
}

static bool is_empty_value(struct json_object *v) {
    return !v || (json_object_is_type(v, json_type_array) && json_object_array_length(v) == 0) ||
           (json_object_is_type(v, json_type_object) && json_object_object_length(v) == 0);
}

enum err patch_put(const struct patch_act *a, struct json_object *v) {
    const struct schema *ext = a->s->target.ref.extension;
    bool empty = is_empty_value(v);
    if (empty && a->attr->required)
        return fail(a->ctx, patch_current(a) ? ERR_MUTABILITY : ERR_INVALID_VALUE, "%s is required", a->attr->name);
    struct json_object *box = find_holder(a, !empty);
    if (!box)
        return OK;
    json_set_or_drop(box, a->attr->name, empty ? NULL : v);
    return ext && is_empty_value(box) ? patch_drop_extension(a->ctx, ext, a->resource) : OK;
}

struct json_object *patch_working(const struct patch_act *a, bool list) {
    struct json_object *v = patch_current(a);
    if (v)
        return v;
    return list ? json_new_array(a->ctx->arena) : json_new_object(a->ctx->arena);
}

enum err patch_part_value(const struct patch_act *a, struct json_object **out) {
    assert(a->sub);
    const char *where = arena_join(a->ctx->arena, a->attr->name, ".", a->sub->name);
    if (a->attr->type == ATTR_COMPLEX && !a->sub->multi)
        return resource_value(&a->read, a->sub, a->s->value, where, out);
    return resource_list(&a->read, a->sub, a->s->value, where, out);
}

bool patch_gives_nothing(const struct patch_act *a) {
    struct json_object *v = a->s->value;
    if (json_object_is_type(v, json_type_string))
        return a->read.dialect.lenient && json_object_get_string_len(v) == 0;
    if (json_object_is_type(v, json_type_array))
        return a->read.dialect.lenient && json_object_array_length(v) == 0;
    return !v;
}

struct json_object *patch_object(const struct patch_act *a, struct reader *inside) {
    struct json_object *in = resource_unpacked(&a->read, a->s->value, inside);
    bool one = json_object_is_type(in, json_type_array) && json_object_array_length(in) == 1;
    if (one && (!a->attr->multi || a->read.dialect.lenient))
        in = resource_unpacked(inside, json_object_array_get_idx(in, 0), inside);
    return in;
}

enum err patch_set_part(const struct patch_act *a, struct json_object *element, const struct attr *sub,
                        struct json_object *v) {
    struct json_object *old = json_get(element, sub->name);
    if (sub->mutability == ATTR_IMMUTABLE && old) {
        if (v && value_equal(a->ctx->arena, sub, old, v))
            return OK;
        return fail(a->ctx, ERR_MUTABILITY, "%s.%s is immutable", a->attr->name, sub->name);
    }
    if (!v && old && sub->required)
        return fail(a->ctx, ERR_MUTABILITY, "%s.%s is required", a->attr->name, sub->name);
    json_set_or_drop(element, sub->name, v);
    return OK;
}

bool patch_names_part(struct json_object *in, const struct attr *sub) {
    json_object_object_foreach(in, name, part) {
        (void)part;
        if (fold_ascii_equal(name, strlen(name), sub->name, strlen(sub->name)))
            return true;
    }
    return false;
}

enum err patch_read_parts(const struct patch_act *a, struct patch_parts *out) {
    bool *named = arena_array(a->ctx->arena, a->attr->n_subs, sizeof *named);
    struct reader inside;
    *out = (struct patch_parts){.named = named};
    struct json_object *in = patch_object(a, &inside);
    enum err e = resource_value(&inside, a->attr, in, a->attr->name, &out->whole);
    if (e != OK)
        return e;
    if (!json_object_is_type(in, json_type_object))
        in = out->whole; /* a text for the value part */
    for (size_t i = 0; i < a->attr->n_subs; i++) {
        const struct attr *sub = &a->attr->subs[i];
        bool given = json_get(out->whole, sub->name);
        named[i] = given || (in && patch_names_part(in, sub));
        out->clears = out->clears || (named[i] && !given);
    }
    return OK;
}

enum err patch_set_parts(const struct patch_act *a, struct json_object *element, const struct patch_parts *parts) {
    enum err e = OK;
    for (size_t i = 0; e == OK && i < a->attr->n_subs; i++) {
        const struct attr *sub = &a->attr->subs[i];
        if (parts->named[i] && sub->mutability != ATTR_READ_ONLY)
            e = patch_set_part(a, element, sub, json_get(parts->whole, sub->name));
    }
    return e;
}
