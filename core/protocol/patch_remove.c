/* Steps of a PATCH that remove values from a list. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/json.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

static bool is_members(const struct patch_act *a) {
    return a->attr && strcmp(a->attr->name, "members") == 0 && !a->s->target.ref.extension;
}

/* The comparison `value eq "..."` that a member must meet; NULL if the filter has none. */
static const struct filter *value_named(const struct filter *f, const struct attr *value) {
    if (f->kind == FILTER_AND) {
        const struct filter *left = value_named(f->left, value);
        return left ? left : value_named(f->right, value);
    }
    return f->kind == FILTER_EQ && f->key && f->ref.sub == value ? f : NULL;
}

const char *patch_removed_member(const struct patch_act *a) {
    struct ctx quiet = {.arena = a->ctx->arena};
    const struct reader read = {.ctx = &quiet, .dialect = a->read.dialect, .in_text = a->read.in_text};
    struct json_object *listed;
    if (a->s->op != PATCH_REMOVE || !is_members(a) || a->sub)
        return NULL;
    if (a->s->target.filter) {
        const struct filter *named = value_named(a->s->target.filter, schema_value_part(a->attr));
        return named ? json_text(quiet.arena, named->key) : NULL;
    }
    if (resource_list_named(&read, a->attr, a->s->value, a->attr->name, &listed) != OK ||
        json_object_array_length(listed) != 1)
        return NULL;
    return resource_identity(quiet.arena, a->attr, json_object_array_get_idx(listed, 0));
}

enum err patch_remove_member(const struct patch_act *a, const char *identity) {
    struct json_object *list = patch_working(a, true), *index;
    const struct filter *f = a->s->target.filter;
    enum err e = patch_index(a, list, &index);
    if (e != OK)
        return e;
    struct json_object *gone = json_get(index, identity);
    if (!gone || (f && !filter_match(a->ctx->arena, f, gone)))
        return OK; /* */
    size_t i = 0, n = json_object_array_length(list);
    e = patch_spend_glance(a, n);
    if (e != OK)
        return e;
    while (i < n && json_object_array_get_idx(list, i) != gone)
        i++;
    assert(i < n);
    json_object_object_del(index, identity);
    json_object_array_del_idx(list, i, 1);
    return patch_put(a, list);
}

/* Those parts of a value that `like` also has, as text; NULL: the value lacks one. */
static const char *text_like(struct arena *arena, const struct attr *attr, struct json_object *like,
                             struct json_object *v) {
    if (attr->type != ATTR_COMPLEX)
        return value_text(arena, attr, v);
    struct json_object *text = json_new_array(arena);
    for (size_t i = 0; i < attr->n_subs; i++) {
        const struct attr *sub = &attr->subs[i];
        struct json_object *part = json_get(v, sub->name);
        if (!json_get(like, sub->name))
            continue;
        if (!part)
            return NULL;
        json_object_array_add(text, json_object_new_int64((int64_t)i));
        json_object_array_add(text, json_object_new_string(value_text(arena, sub, part)));
    }
    return json_text(arena, text);
}

/* The names of a value's parts, as text. */
static const char *parts_of(struct arena *arena, const struct attr *attr, struct json_object *v) {
    struct json_object *places = json_new_array(arena);
    for (size_t i = 0; i < attr->n_subs; i++)
        if (json_get(v, attr->subs[i].name))
            json_object_array_add(places, json_object_new_int64((int64_t)i));
    return json_text(arena, places);
}

/*
 * The values to remove from a list: their texts, and one value for each set of parts that they give. A value is
 * identified by all parts that are given (R-22, Entra), a member by its identity.
 */
struct listed {
    const struct attr *attr;
    bool members;
    struct json_object *texts, *shapes;
};

static void read_listed(struct arena *arena, struct json_object *values, struct listed *out) {
    out->texts = json_new_object(arena);
    out->shapes = json_new_object(arena);
    for (size_t i = 0, n = json_object_array_length(values); i < n; i++) {
        struct json_object *v = json_object_array_get_idx(values, i);
        const char *text = out->members ? resource_identity(arena, out->attr, v) : text_like(arena, out->attr, v, v);
        json_object_object_add(out->texts, text, json_object_new_boolean(1));
        json_object_object_add(out->shapes, out->members ? "" : parts_of(arena, out->attr, v), json_object_get(v));
    }
}

static bool is_value_listed(struct arena *arena, const struct listed *l, struct json_object *element) {
    if (l->members)
        return json_get(l->texts, resource_identity(arena, l->attr, element));
    json_object_object_foreach(l->shapes, parts, like) {
        (void)parts;
        const char *text = text_like(arena, l->attr, like, element);
        if (text && json_get(l->texts, text))
            return true;
    }
    return false;
}

enum { LISTED = 3 }; /* how much more than a look it costs to find a value by its text */

enum err patch_remove_listed(const struct patch_act *a) {
    struct json_object *list = patch_current(a), *values, *kept = json_new_array(a->ctx->arena);
    struct listed listed = {.attr = a->attr, .members = is_members(a)};
    enum err e = resource_list_named(&a->read, a->attr, a->s->value, a->attr->name, &values);
    if (e != OK || json_object_array_length(values) == 0)
        return e; /* an empty list */
    if (!list)
        return a->attr->required ? fail(a->ctx, ERR_MUTABILITY, "%s is required", a->attr->name) : OK;
    read_listed(a->ctx->arena, values, &listed);
    e = patch_spend(a, list, LISTED * (size_t)json_object_object_length(listed.shapes));
    if (e != OK)
        return e;
    struct arena *each = arena_create();
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (!is_value_listed(each, &listed, element))
            json_object_array_add(kept, json_object_get(element));
        arena_reset(each);
    }
    arena_destroy(each);
    return patch_put(a, kept);
}

/* The list without the chosen values, which are in the list's order. */
static struct json_object *list_without(const struct patch_act *a, struct json_object *list, struct json_object *hits) {
    struct json_object *kept = json_new_array(a->ctx->arena);
    size_t hit = 0, n_hits = json_object_array_length(hits);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (hit < n_hits && json_object_array_get_idx(hits, hit) == element)
            hit++;
        else
            json_object_array_add(kept, json_object_get(element));
    }
    return kept;
}

enum err patch_remove_chosen(const struct patch_act *a) {
    struct json_object *list = patch_working(a, true), *hits = patch_chosen(a, list);
    if (json_object_array_length(hits) == 0)
        return OK; /* */
    enum err e = patch_spend_put(a, list);
    for (size_t i = 0, n = json_object_array_length(hits); a->sub && e == OK && i < n; i++) {
        e = patch_set_part(a, json_object_array_get_idx(hits, i), a->sub, NULL);
        if (e == OK)
            patch_drop_shell(a, json_object_array_get_idx(hits, i));
    }
    return e == OK ? patch_put_list(a, a->sub ? list : list_without(a, list, hits)) : e;
}
