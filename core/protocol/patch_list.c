#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

/* A value as text in which the order of its parts does not matter, nor a primary that is false. */
static const char *canonical(const struct patch_act *a, struct json_object *element) {
    const char *text = "";
    if (!json_object_is_type(element, json_type_object))
        return json_text(a->ctx->arena, element);
    for (size_t i = 0; i < a->attr->n_subs; i++) {
        struct json_object *part = json_get(element, a->attr->subs[i].name);
        bool no = json_object_is_type(part, json_type_boolean) && !json_object_get_boolean(part);
        if (part && !no)
            text = arena_printf(a->ctx->arena, "%s%zu:%s ", text, i, json_text(a->ctx->arena, part));
    }
    return text;
}

/* Puts a list back: without values that have lost all parts, and without doubles. */
static enum err put_list(const struct patch_act *a, struct json_object *list) {
    struct json_object *kept = json_new_array(a->ctx->arena);
    struct json_object *seen = json_new_object(a->ctx->arena);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (!value_assigned(element))
            continue;
        const char *text = canonical(a, element);
        if (json_get(seen, text))
            continue;
        json_object_object_add(seen, text, json_object_new_boolean(1));
        json_object_array_add(kept, json_object_get(element));
    }
    return patch_put(a, kept);
}

struct json_object *patch_chosen(const struct patch_act *a, struct json_object *list) {
    struct json_object *hits = json_new_array(a->ctx->arena);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (!a->s->target.filter || filter_match_value(a->ctx->arena, a->attr, a->s->target.filter, element))
            json_object_array_add(hits, json_object_get(element));
    }
    return hits;
}

/* a value made from a filter of `eq` joined by `and`; NULL if it says anything else. Canonical types only, if
 * asked. */
static bool value_of_filter(const struct patch_act *a, const struct filter *f, bool canonical_only,
                            struct json_object *into) {
    if (f->kind == FILTER_AND)
        return value_of_filter(a, f->left, canonical_only, into) && value_of_filter(a, f->right, canonical_only, into);
    const struct attr *sub = f->ref.sub;
    if (f->kind != FILTER_EQ || !f->key || !sub || sub->mutability == ATTR_READ_ONLY || json_get(into, sub->name))
        return false;
    bool canonical = !canonical_only || sub->n_canonical == 0;
    for (size_t i = 0; f->text && i < sub->n_canonical; i++)
        canonical =
            canonical || fold_ascii_equal(f->text, strlen(f->text), sub->canonical[i], strlen(sub->canonical[i]));
    bool text = f->text && json_object_is_type(f->key, json_type_string);
    json_object_object_add(into, sub->name, text ? json_object_new_string(f->text) : json_object_get(f->key));
    return canonical;
}

enum err patch_no_target(const struct patch_act *a) {
    return fail(a->ctx, ERR_NO_TARGET, "no value of %s matches \"%s\"", a->attr->name, a->s->name);
}

/* Completes a value that its filter has begun with the parts that the step gives. */
static enum err add_given(const struct patch_act *a, struct json_object *element) {
    struct json_object *in = a->s->value;
    enum err e =
        json_object_is_type(in, json_type_object) ? OK : resource_value(a->ctx, a->attr, in, a->attr->name, &in);
    if (e == OK && !value_assigned(in))
        e = fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    if (e != OK)
        return e;
    json_object_object_foreach(in, name, part) {
        bool empty = json_object_is_type(part, json_type_string) && json_object_get_string_len(part) == 0;
        if (part && !empty)
            json_object_object_add(element, name, json_object_get(part));
    }
    return OK;
}

enum err patch_create_value(const struct patch_act *a, struct json_object *list, bool canonical_only) {
    struct json_object *element = json_new_object(a->ctx->arena), *touched = json_new_array(a->ctx->arena), *v = NULL;
    if (a->attr->type != ATTR_COMPLEX)
        return fail(a->ctx, ERR_INVALID_PATH, "%s has no parts to make a value of", a->attr->name);
    if (!value_of_filter(a, a->s->target.filter, canonical_only, element))
        return patch_no_target(a);
    enum err e = a->sub ? patch_part_value(a, &v) : add_given(a, element);
    if (e != OK || (a->sub && !v && a->p->dialect.lenient))
        return e; /* Entra clears what is not there: nothing to create */
    if (v)
        json_object_object_add(element, a->sub->name, json_object_get(v));
    e = resource_value(a->ctx, a->attr, element, a->attr->name, &v);
    if (e != OK || !v)
        return e;
    json_object_array_add(touched, json_object_get(v));
    json_object_array_add(list, json_object_get(v));
    e = resource_settle_primary(a->ctx, a->attr, list, touched);
    return e == OK ? put_list(a, list) : e;
}

enum err patch_set_in_values(const struct patch_act *a, struct json_object *list, struct json_object *hits) {
    struct json_object *primary_now = json_new_array(a->ctx->arena), *v = NULL;
    enum err e = a->sub ? patch_part_value(a, &v) : OK;
    if (e == OK && !a->sub && !value_assigned(a->s->value))
        e = fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    for (size_t i = 0, n = json_object_array_length(hits); e == OK && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(hits, i);
        e = a->sub ? patch_set_part(a, element, a->sub, v) : patch_set_parts(a, element, a->s->value);
        bool names_primary =
            a->sub ? strcmp(a->sub->name, "primary") == 0 : json_get_caseless(a->s->value, "primary") != NULL;
        if (names_primary)
            json_object_array_add(primary_now, json_object_get(element));
    }
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, list, primary_now);
    return e == OK ? put_list(a, list) : e;
}

/* The new value of each chosen one, whole; its immutable parts stay. */
static enum err replacement(const struct patch_act *a, struct json_object *old, struct json_object *v,
                            struct json_object **out) {
    *out = json_copy(a->ctx->arena, v);
    for (size_t i = 0; i < a->attr->n_subs; i++) {
        const struct attr *sub = &a->attr->subs[i];
        struct json_object *was = json_get(old, sub->name), *is = json_get(v, sub->name);
        if (sub->mutability != ATTR_IMMUTABLE || !was)
            continue;
        if (is && !value_equal(a->ctx->arena, sub, was, is))
            return fail(a->ctx, ERR_MUTABILITY, "%s.%s is immutable", a->attr->name, sub->name);
        json_object_object_add(*out, sub->name, json_object_get(was));
    }
    return OK;
}

static bool among(struct json_object *hits, struct json_object *element) {
    for (size_t i = 0, n = json_object_array_length(hits); i < n; i++)
        if (json_object_array_get_idx(hits, i) == element)
            return true;
    return false;
}

/* Whether an equal one of the new values is there already: equal results collapse. */
static bool is_repeated(struct json_object *touched, struct json_object *v) {
    for (size_t i = 0, n = json_object_array_length(touched); i < n; i++)
        if (json_same(json_object_array_get_idx(touched, i), v))
            return true;
    return false;
}

enum err patch_replace_values(const struct patch_act *a, struct json_object *list, struct json_object *hits) {
    struct json_object *result = json_new_array(a->ctx->arena), *touched = json_new_array(a->ctx->arena), *v;
    enum err e = resource_value(a->ctx, a->attr, a->s->value, a->attr->name, &v);
    bool object = a->attr->type == ATTR_COMPLEX;
    if (e == OK && object && !v && a->s->value)
        e = fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    for (size_t i = 0, n = json_object_array_length(list); e == OK && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i), *new = v;
        if (!among(hits, element)) {
            json_object_array_add(result, json_object_get(element));
            continue;
        }
        if (v && object)
            e = replacement(a, element, v, &new);
        if (!v || e != OK || is_repeated(touched, new))
            continue;
        json_object_array_add(touched, json_object_get(new));
        json_object_array_add(result, json_object_get(new));
    }
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, result, touched);
    return e == OK ? put_list(a, result) : e;
}

/* The list's index, made if the steps before have left none. */
static struct json_object *index_of(const struct patch_act *a, struct json_object *list) {
    struct arena *arena = a->ctx->arena;
    if (a->index->list != list)
        *a->index =
            (struct patch_index){.list = json_keep(arena, list), .values = resource_index(arena, a->attr, list)};
    return a->index->values;
}

enum err patch_add_values(const struct patch_act *a) {
    struct json_object *list = patch_working(a, true), *touched = json_new_array(a->ctx->arena), *values;
    enum err e = resource_list(a->ctx, a->attr, a->s->value, a->attr->name, &values);
    if (e != OK || json_object_array_length(values) == 0)
        return e;
    resource_merge(a->ctx, a->attr, list, index_of(a, list), values, touched);
    e = resource_settle_primary(a->ctx, a->attr, list, touched);
    return e == OK ? patch_put(a, list) : e;
}

static bool is_members(const struct patch_act *a) {
    return a->attr && strcmp(a->attr->name, "members") == 0 && !a->s->target.ref.extension;
}

const char *patch_removed_member(const struct patch_act *a) {
    struct ctx quiet = {.arena = a->ctx->arena};
    const struct filter *f = a->s->target.filter;
    struct json_object *listed;
    if (a->s->op != PATCH_REMOVE || !is_members(a) || a->sub)
        return NULL;
    if (f)
        return f->kind == FILTER_EQ && f->key && f->ref.sub == schema_value_part(a->attr)
                   ? json_text(quiet.arena, f->key)
                   : NULL;
    if (resource_list(&quiet, a->attr, a->s->value, a->attr->name, &listed) != OK ||
        json_object_array_length(listed) != 1)
        return NULL;
    return resource_identity(quiet.arena, a->attr, json_object_array_get_idx(listed, 0));
}

enum err patch_remove_member(const struct patch_act *a, const char *identity) {
    struct json_object *list = patch_working(a, true), *index = index_of(a, list), *gone = json_get(index, identity);
    size_t i = 0, n = json_object_array_length(list);
    if (!gone)
        return OK; /* */
    while (i < n && json_object_array_get_idx(list, i) != gone)
        i++;
    assert(i < n);
    json_object_object_del(index, identity);
    json_object_array_del_idx(list, i, 1);
    return patch_put(a, list);
}

/* Whether a listed value names this one: by all the parts it gives; members by value (R-22, Entra). */
static bool named_by(const struct patch_act *a, struct json_object *element, struct json_object *listed) {
    if (a->attr->type != ATTR_COMPLEX)
        return value_equal(a->ctx->arena, a->attr, element, listed);
    json_object_object_foreach(listed, name, part) {
        const struct attr *sub = schema_sub(a->attr, name, strlen(name));
        struct json_object *has = json_get(element, name);
        if (!has || !sub || !value_equal(a->ctx->arena, sub, has, part))
            return false;
    }
    return true;
}

enum err patch_remove_listed(const struct patch_act *a) {
    struct json_object *list = patch_current(a), *listed, *kept = json_new_array(a->ctx->arena),
                       *ids = json_new_object(a->ctx->arena);
    bool members = is_members(a);
    enum err e = resource_list(a->ctx, a->attr, a->s->value, a->attr->name, &listed);
    if (e != OK)
        return e;
    size_t n_listed = json_object_array_length(listed);
    for (size_t k = 0; members && k < n_listed; k++)
        json_object_object_add(ids, resource_identity(a->ctx->arena, a->attr, json_object_array_get_idx(listed, k)),
                               json_object_new_boolean(1));
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        bool gone = members && json_get(ids, resource_identity(a->ctx->arena, a->attr, element));
        for (size_t k = 0; !members && !gone && k < n_listed; k++)
            gone = named_by(a, element, json_object_array_get_idx(listed, k));
        if (!gone)
            json_object_array_add(kept, json_object_get(element));
    }
    return patch_put(a, kept);
}

enum err patch_remove_chosen(const struct patch_act *a) {
    struct json_object *list = patch_working(a, true), *hits = patch_chosen(a, list);
    struct json_object *kept = json_new_array(a->ctx->arena);
    enum err e = OK;
    if (json_object_array_length(hits) == 0)
        return OK; /* */
    for (size_t i = 0, n = json_object_array_length(hits); a->sub && e == OK && i < n; i++)
        e = patch_set_part(a, json_object_array_get_idx(hits, i), a->sub, NULL);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (a->sub || !among(hits, element))
            json_object_array_add(kept, json_object_get(element));
    }
    return e == OK ? put_list(a, kept) : e;
}
