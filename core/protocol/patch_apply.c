#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

/* One step on its way. */
struct act {
    struct ctx *ctx;
    const struct patch *p;
    const struct patch_step *s;
    const struct attr *attr;
    const struct attr *sub; /* NULL: none */
    struct json_object *resource;
};

static struct json_object *current(const struct act *a) {
    const struct schema *ext = a->s->target.ref.extension;
    return json_get(ext ? json_get(a->resource, ext->urn) : a->resource, a->attr->name);
}

/* The attribute's new value; NULL or empty unassigns it, and an extension that has nothing left goes with it. */
static enum err put(const struct act *a, struct json_object *v) {
    const struct schema *ext = a->s->target.ref.extension;
    struct json_object *box = ext ? json_get(a->resource, ext->urn) : a->resource;
    bool empty = !v || (json_object_is_type(v, json_type_array) && json_object_array_length(v) == 0) ||
                 (json_object_is_type(v, json_type_object) && json_object_object_length(v) == 0);
    if (empty && a->attr->required)
        return fail(a->ctx, current(a) ? ERR_MUTABILITY : ERR_INVALID_VALUE, "%s is required", a->attr->name);
    if (!empty && !box) {
        box = json_new_object(a->ctx->arena);
        json_object_object_add(a->resource, ext->urn, json_object_get(box));
    }
    if (!empty)
        json_object_object_add(box, a->attr->name, json_object_get(v));
    else if (box)
        json_object_object_del(box, a->attr->name);
    return empty && ext && box && json_object_object_length(box) == 0 ? patch_drop_extension(a->ctx, ext, a->resource)
                                                                      : OK;
}

/* A working copy of what is there: a list or an object that can be changed and put back. */
static struct json_object *working(const struct act *a, bool list) {
    struct json_object *v = current(a);
    if (v)
        return json_copy(a->ctx->arena, v);
    return list ? json_new_array(a->ctx->arena) : json_new_object(a->ctx->arena);
}

static enum err part_value(const struct act *a, struct json_object **out) {
    const char *where = arena_printf(a->ctx->arena, "%s.%s", a->attr->name, a->sub->name);
    if (a->attr->type == ATTR_COMPLEX && !a->sub->multi)
        return resource_value(a->ctx, a->sub, a->s->value, where, out);
    return resource_list(a->ctx, a->sub, a->s->value, where, out);
}

/* One part of one value. Immutable: settable once, else it has to be the same. */
static enum err set_part(const struct act *a, struct json_object *element, const struct attr *sub,
                         struct json_object *v) {
    struct json_object *old = json_get(element, sub->name);
    if (sub->mutability == ATTR_IMMUTABLE && old) {
        if (v && value_equal(a->ctx->arena, sub, old, v))
            return OK;
        return fail(a->ctx, ERR_MUTABILITY, "%s.%s is immutable", a->attr->name, sub->name);
    }
    if (v)
        json_object_object_add(element, sub->name, json_object_get(v));
    else
        json_object_object_del(element, sub->name);
    return OK;
}

/*
 * The parts of a value object set one by one: those with null are cleared, the others stay as they are. *given:
 * some part, or something that stands for the whole, was there.
 */
static enum err set_parts(const struct act *a, struct json_object *element, struct json_object *in) {
    struct json_object *whole;
    enum err e = resource_value(a->ctx, a->attr, in, a->attr->name, &whole);
    if (e != OK)
        return e;
    if (json_object_is_type(in, json_type_array))
        in = json_object_array_get_idx(in, 0);
    if (!json_object_is_type(in, json_type_object))
        in = whole; /* a text for the value part */
    for (size_t i = 0; e == OK && i < a->attr->n_subs; i++) {
        const struct attr *sub = &a->attr->subs[i];
        struct json_object *v = json_get(whole, sub->name);
        bool named = v;
        json_object_object_foreach(in, name, part) {
            (void)part;
            named = named || fold_ascii_equal(name, strlen(name), sub->name, strlen(sub->name));
        }
        if (named && sub->mutability != ATTR_READ_ONLY)
            e = set_part(a, element, sub, v);
    }
    return e;
}

/* A value as text in which the order of its parts does not matter, nor a primary that is false. */
static const char *canonical(const struct act *a, struct json_object *element) {
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
static enum err put_list(const struct act *a, struct json_object *list) {
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
    return put(a, kept);
}

/* The values that the step's filter chooses, all of them without one; shared with the list. */
static struct json_object *chosen(const struct act *a, struct json_object *list) {
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
static bool value_of_filter(const struct act *a, const struct filter *f, bool canonical_only,
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

static enum err no_target(const struct act *a) {
    return fail(a->ctx, ERR_NO_TARGET, "no value of %s matches \"%s\"", a->attr->name, a->s->name);
}

static enum err create_from_filter(const struct act *a, struct json_object *list, bool canonical_only) {
    struct json_object *element = json_new_object(a->ctx->arena), *v;
    if (a->attr->type != ATTR_COMPLEX)
        return fail(a->ctx, ERR_INVALID_PATH, "%s has no parts to make a value of", a->attr->name);
    if (!value_of_filter(a, a->s->target.filter, canonical_only, element))
        return no_target(a);
    enum err e;
    if (a->sub) {
        e = part_value(a, &v);
        if (e != OK || !v)
            return e; /* clearing what is not there (Entra): nothing to create */
        json_object_object_add(element, a->sub->name, json_object_get(v));
    } else {
        e = resource_value(a->ctx, a->attr, a->s->value, a->attr->name, &v);
        if (e == OK && !v)
            e = fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
        if (e == OK) {
            json_object_object_foreach(v, name, part) json_object_object_add(element, name, json_object_get(part));
        }
    }
    struct json_object *touched = json_new_array(a->ctx->arena);
    json_object_array_add(touched, json_object_get(element));
    json_object_array_add(list, json_object_get(element));
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, list, touched);
    return e == OK ? put_list(a, list) : e;
}

/* Sets a part, or merges an object, in each of the chosen values. */
static enum err touch(const struct act *a, struct json_object *list, struct json_object *hits) {
    struct json_object *primary_now = json_new_array(a->ctx->arena), *v = NULL;
    enum err e = a->sub ? part_value(a, &v) : OK;
    if (e == OK && !a->sub && !value_assigned(a->s->value))
        e = fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    for (size_t i = 0, n = json_object_array_length(hits); e == OK && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(hits, i);
        e = a->sub ? set_part(a, element, a->sub, v) : set_parts(a, element, a->s->value);
        bool names_primary =
            a->sub ? strcmp(a->sub->name, "primary") == 0 : json_get_caseless(a->s->value, "primary") != NULL;
        if (names_primary)
            json_object_array_add(primary_now, json_object_get(element));
    }
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, list, primary_now);
    return e == OK ? put_list(a, list) : e;
}

static enum err set_single(const struct act *a) {
    struct json_object *in = a->s->value, *v;
    bool fixed = a->attr->mutability == ATTR_IMMUTABLE && current(a);
    enum err e = resource_value(a->ctx, a->attr, in, a->attr->name, &v);
    if (e != OK)
        return fixed ? fail(a->ctx, ERR_MUTABILITY, "%s is immutable", a->attr->name) : e;
    if (a->attr->type == ATTR_COMPLEX && v) {
        struct json_object *whole = working(a, false);
        e = set_parts(a, whole, in);
        return e == OK ? put(a, whole) : e;
    }
    if (a->attr->type == ATTR_COMPLEX && json_object_is_type(in, json_type_object)) {
        struct json_object *whole = working(a, false);
        bool cleared = false; /* every part that is named is null: {"value": ""} clears Entra's manager */
        json_object_object_foreach(in, name, part) {
            (void)part;
            const struct attr *sub = schema_sub(a->attr, name, strlen(name));
            cleared = cleared || sub;
            if (sub && sub->mutability != ATTR_READ_ONLY)
                json_object_object_del(whole, sub->name);
            if (sub && sub == schema_value_part(a->attr))
                whole = json_new_object(a->ctx->arena);
        }
        return cleared ? put(a, whole) : OK;
    }
    bool text = json_object_is_type(in, json_type_string);
    if (a->attr->required && text && fold_blank(json_object_get_string(in), (size_t)json_object_get_string_len(in)))
        return fail(a->ctx, ERR_INVALID_VALUE, "%s must not be empty", a->attr->name);
    if (fixed && !(v && value_equal(a->ctx->arena, a->attr, current(a), v)))
        return fail(a->ctx, ERR_MUTABILITY, "%s is immutable", a->attr->name);
    return put(a, v);
}

static enum err set_part_path(const struct act *a) {
    struct json_object *v;
    if (a->attr->multi) {
        struct json_object *list = working(a, true);
        if (json_object_array_length(list) == 0)
            return no_target(a);
        return touch(a, list, chosen(a, list));
    }
    struct json_object *whole = working(a, false);
    enum err e = part_value(a, &v);
    if (e == OK)
        e = set_part(a, whole, a->sub, v);
    return e == OK ? put(a, whole) : e;
}

static enum err add(const struct act *a) {
    struct json_object *list, *values;
    if (!a->s->target.filter && a->sub)
        return set_part_path(a);
    if (!a->s->target.filter && !a->attr->multi)
        return set_single(a);
    list = working(a, true);
    if (a->s->target.filter) {
        struct json_object *hits = chosen(a, list);
        return json_object_array_length(hits) ? touch(a, list, hits) : create_from_filter(a, list, false);
    }
    enum err e = resource_list(a->ctx, a->attr, a->s->value, a->attr->name, &values);
    if (e != OK || json_object_array_length(values) == 0)
        return e;
    struct json_object *touched = json_new_array(a->ctx->arena);
    resource_merge(a->ctx, a->attr, list, values, touched);
    e = resource_settle_primary(a->ctx, a->attr, list, touched);
    return e == OK ? put(a, list) : e;
}

/* The new value of each chosen one, whole; its immutable parts stay. */
static enum err replacement(const struct act *a, struct json_object *old, struct json_object *v,
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

static enum err replace_values(const struct act *a, struct json_object *list, struct json_object *hits) {
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

static enum err replace(const struct act *a) {
    if (!a->s->target.filter && a->sub)
        return set_part_path(a);
    if (!a->s->target.filter && !a->attr->multi)
        return set_single(a);
    struct json_object *list = working(a, true), *values;
    if (a->s->target.filter) {
        struct json_object *hits = chosen(a, list);
        if (json_object_array_length(hits) == 0)
            /* Entra replaces phoneNumbers[type eq "mobile"].value where there is none. */
            return a->p->dialect.lenient && a->sub ? create_from_filter(a, list, true) : no_target(a);
        return a->sub ? touch(a, list, hits) : replace_values(a, list, hits);
    }
    struct json_object *fresh = json_new_array(a->ctx->arena);
    enum err e = resource_list(a->ctx, a->attr, a->s->value, a->attr->name, &values);
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, values, values);
    if (e != OK)
        return e;
    resource_merge(a->ctx, a->attr, fresh, values, NULL);
    return put(a, fresh);
}

/* Whether a listed value names this one: by all the parts it gives; members by value (R-22, Entra). */
static bool named_by(const struct act *a, struct json_object *element, struct json_object *listed) {
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

static enum err remove_listed(const struct act *a, struct json_object *list) {
    struct json_object *listed, *kept = json_new_array(a->ctx->arena), *ids = json_new_object(a->ctx->arena);
    bool members = strcmp(a->attr->name, "members") == 0;
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
    return put(a, kept);
}

static enum err remove_whole(const struct act *a) {
    if (a->attr->mutability == ATTR_IMMUTABLE && current(a))
        return fail(a->ctx, ERR_MUTABILITY, "%s is immutable", a->attr->name);
    if (!current(a))
        return a->attr->required ? fail(a->ctx, ERR_MUTABILITY, "%s is required", a->attr->name) : OK;
    bool listed = a->s->value &&
                  !(json_object_is_type(a->s->value, json_type_array) && json_object_array_length(a->s->value) == 0);
    if (a->attr->multi && listed)
        return remove_listed(a, current(a));
    return put(a, NULL);
}

static enum err remove_value(const struct act *a) {
    if (!a->s->target.filter && !a->sub)
        return remove_whole(a);
    if (!current(a))
        return OK; /* */
    if (!a->attr->multi) {
        struct json_object *whole = working(a, false);
        enum err e = set_part(a, whole, a->sub, NULL);
        return e == OK ? put(a, whole) : e;
    }
    struct json_object *list = working(a, true), *hits = chosen(a, list), *kept = json_new_array(a->ctx->arena);
    enum err e = OK;
    if (json_object_array_length(hits) == 0)
        return OK;
    for (size_t i = 0, n = json_object_array_length(hits); a->sub && e == OK && i < n; i++)
        e = set_part(a, json_object_array_get_idx(hits, i), a->sub, NULL);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (a->sub || !among(hits, element))
            json_object_array_add(kept, json_object_get(element));
    }
    return e == OK ? put_list(a, kept) : e;
}

enum err patch_step_apply(struct ctx *ctx, const struct patch *p, const struct patch_step *s,
                          struct json_object *resource) {
    struct act a = {
        .ctx = ctx, .p = p, .s = s, .attr = s->target.ref.attr, .sub = s->target.ref.sub, .resource = resource};
    struct json_object *v;
    if (s->unregistered) {
        json_object_object_add(resource, s->unregistered, json_object_get(json_copy(ctx->arena, s->value)));
        return OK;
    }
    if (!a.attr)
        return patch_drop_extension(ctx, s->target.ref.extension, resource);
    if (strcmp(a.attr->name, "schemas") == 0 && !s->target.ref.extension)
        return patch_schemas(ctx, p, s, resource);
    /* Accepted, checked and dropped: a password is never stored, and is no change. */
    if (strcmp(a.attr->name, "password") == 0 && !s->target.ref.extension)
        return resource_value(ctx, a.attr, s->value, "password", &v);
    switch (s->op) {
    case PATCH_ADD:
        return add(&a);
    case PATCH_REPLACE:
        return replace(&a);
    case PATCH_REMOVE:
        return remove_value(&a);
    }
    return ERR_INTERNAL;
}
