/* Steps of a PATCH on multi-valued attributes. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <assert.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024 * 1024 }; /* bytes; the limits of bodies and PATCH_WORK keep every value far below */

enum { END = '\xff' }; /* after each part of a text: a byte that UTF-8 does not have */

static void add_part_text(struct buf *b, struct json_object *part) {
    buf_str(b, json_object_is_type(part, json_type_string) ? json_object_get_string(part)
                                                           : json_object_to_json_string(part));
}

/* A value as text, independent of the order of its parts and of "primary": false. */
static const char *canonical_text(const struct patch_act *a, struct buf *b, struct json_object *element) {
    buf_reset(b);
    if (!json_object_is_type(element, json_type_object))
        add_part_text(b, element);
    for (size_t i = 0; i < a->attr->n_subs; i++) {
        struct json_object *part = json_get(element, a->attr->subs[i].name);
        bool no = json_object_is_type(part, json_type_boolean) && !json_object_get_boolean(part);
        if (part && !no)
            add_part_text(b, part);
        buf_char(b, END);
    }
    assert(!buf_overflowed(b));
    return buf_text(b);
}

/* Stores a text; false: it was there before. */
static bool is_new(struct json_object *seen, const char *text) {
    if (json_object_object_get_ex(seen, text, NULL))
        return false;
    json_object_object_add_ex(seen, text, NULL, JSON_C_OBJECT_ADD_KEY_IS_NEW);
    return true;
}

enum err patch_put_list(const struct patch_act *a, struct json_object *list) {
    struct json_object *kept = json_new_array(a->ctx->arena), *seen = json_new_object(a->ctx->arena);
    struct buf *b = buf_new(a->ctx->arena, TEXT_MAX);
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (value_assigned(element) && is_new(seen, canonical_text(a, b, element)))
            json_object_array_add(kept, json_object_get(element));
    }
    return patch_put(a, kept);
}

struct json_object *patch_chosen(const struct patch_act *a, struct json_object *list) {
    struct json_object *hits = json_new_array(a->ctx->arena);
    struct arena *each = arena_create(); /* for one value, so that a long list takes no more memory than a short one */
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i);
        if (!a->s->target.filter || filter_match(each, a->s->target.filter, element))
            json_object_array_add(hits, json_object_get(element));
        arena_reset(each);
    }
    arena_destroy(each);
    return hits;
}

/* a value made from a filter of `eq` joined by `and`; false if it says anything else. */
static bool fill_from_filter(const struct filter *f, struct json_object *into) {
    if (f->kind == FILTER_AND)
        return fill_from_filter(f->left, into) && fill_from_filter(f->right, into);
    const struct attr *sub = f->ref.sub;
    if (f->kind != FILTER_EQ || !f->key || !sub || sub->mutability == ATTR_READ_ONLY || json_get(into, sub->name))
        return false;
    bool text = f->text && json_object_is_type(f->key, json_type_string);
    json_object_object_add(into, sub->name, text ? json_object_new_string(f->text) : json_object_get(f->key));
    return true;
}

enum err patch_no_target(const struct patch_act *a) {
    return fail(a->ctx, ERR_NO_TARGET, "no value of %s matches \"%s\"", a->attr->name, a->s->name);
}

/* Whether the object has any part of the attribute. */
static bool has_known_part(const struct attr *attr, struct json_object *in) {
    json_object_object_foreach(in, name, part) {
        (void)part;
        if (schema_sub(attr, name, strlen(name)))
            return true;
    }
    return false;
}

/* Completes a value, made from the filter, with the parts that the step gives. */
static enum err add_given_parts(const struct patch_act *a, struct json_object *element, struct reader *inside) {
    struct json_object *in = patch_object(a, inside);
    enum err e =
        json_object_is_type(in, json_type_object) ? OK : resource_value(inside, a->attr, in, a->attr->name, &in);
    if (e == OK && !value_assigned(in))
        e = fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    if (e == OK && !has_known_part(a->attr, in)) /* */
        e = fail(a->ctx, ERR_INVALID_VALUE, "%s: no part of the object is known", a->attr->name);
    if (e != OK)
        return e;
    json_object_object_foreach(in, name, part) {
        bool empty = json_object_is_type(part, json_type_string) && json_object_get_string_len(part) == 0;
        if (part && !empty)
            json_object_object_add(element, name, json_object_get(part));
    }
    return OK;
}

static enum err put_new(const struct patch_act *a, struct json_object *list, struct json_object *v) {
    struct json_object *touched = json_new_array(a->ctx->arena);
    enum err e = patch_spend_put(a, list);
    if (e != OK)
        return e;
    json_object_array_add(touched, json_object_get(v));
    json_object_array_add(list, json_object_get(v));
    e = resource_settle_primary(a->ctx, a->attr, list, touched);
    return e == OK ? patch_put_list(a, list) : e;
}

enum err patch_create_value(const struct patch_act *a, struct json_object *list) {
    struct json_object *element = json_new_object(a->ctx->arena), *v = NULL;
    struct reader inside = a->read;
    if (a->read.dialect.lenient && patch_gives_nothing(a) && (a->sub || a->s->op == PATCH_REPLACE))
        return OK; /* Entra clears missing values */
    if (a->attr->type != ATTR_COMPLEX)
        return fail(a->ctx, ERR_INVALID_PATH, "%s has no parts to make a value of", a->attr->name);
    if (!fill_from_filter(a->s->target.filter, element))
        return patch_no_target(a);
    enum err e = a->sub ? patch_part_value(a, &v) : add_given_parts(a, element, &inside);
    if (e != OK)
        return e;
    if (v)
        json_object_object_add(element, a->sub->name, json_object_get(v));
    e = resource_value(&inside, a->attr, element, a->attr->name, &v);
    return e == OK && v ? put_new(a, list, v) : e;
}

/* Reads what the step sets in each chosen value: a part, or the parts of an object. */
static enum err read_given(const struct patch_act *a, struct json_object *list, struct json_object *hits,
                           struct patch_parts *parts, struct json_object **v) {
    if (!a->sub && !value_assigned(a->s->value))
        return fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    enum err e = a->sub ? patch_part_value(a, v) : patch_read_parts(a, parts);
    if (e == OK)
        e = patch_spend_put(a, list);
    return e == OK ? patch_spend_copies(a, a->sub ? *v : parts->whole, json_object_array_length(hits)) : e;
}

void patch_drop_shell(const struct patch_act *a, struct json_object *element) {
    if (!a->read.dialect.lenient || !resource_is_shell(a->attr, element))
        return;
    json_object_object_foreach(element, name, part) {
        (void)part;
        json_object_object_del(element, name);
    }
}

enum err patch_set_in_values(const struct patch_act *a, struct json_object *list, struct json_object *hits) {
    struct json_object *primary_now = json_new_array(a->ctx->arena), *v = NULL;
    struct patch_parts parts = {0};
    enum err e = read_given(a, list, hits, &parts, &v);
    struct reader inside;
    bool names_primary =
        a->sub ? strcmp(a->sub->name, "primary") == 0 : json_get_caseless(patch_object(a, &inside), "primary") != NULL;
    for (size_t i = 0, n = json_object_array_length(hits); e == OK && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(hits, i);
        e = a->sub ? patch_set_part(a, element, a->sub, v) : patch_set_parts(a, element, &parts);
        if (e == OK && (a->sub ? !v : parts.clears))
            patch_drop_shell(a, element);
        if (names_primary)
            json_object_array_add(primary_now, json_object_get(element));
    }
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, list, primary_now);
    return e == OK ? patch_put_list(a, list) : e;
}

/* The new whole value of a chosen one; its immutable parts stay. */
static enum err make_replacement(const struct patch_act *a, struct json_object *old, struct json_object *v,
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

/* What the chosen values become; NULL: they are removed. */
static enum err read_replacement(const struct patch_act *a, struct json_object **out) {
    struct reader inside;
    bool object = a->attr->type == ATTR_COMPLEX;
    *out = NULL;
    if (patch_gives_nothing(a))
        return OK;
    struct json_object *in = object ? patch_object(a, &inside) : a->s->value;
    enum err e = resource_value(object ? &inside : &a->read, a->attr, in, a->attr->name, out);
    if (e != OK || !object)
        return e;
    if (!*out && !json_object_is_type(in, json_type_object))
        return fail(a->ctx, ERR_INVALID_VALUE, "%s: an object was expected", a->attr->name);
    if (!*out || resource_is_cleared(&inside, a->attr, in, *out))
        *out = json_new_object(a->ctx->arena); /* only the immutable parts are left */
    return OK;
}

enum err patch_replace_values(const struct patch_act *a, struct json_object *list, struct json_object *hits) {
    struct json_object *result = json_new_array(a->ctx->arena), *touched = json_new_array(a->ctx->arena), *v;
    struct json_object *seen = json_new_object(a->ctx->arena);
    struct buf *b = buf_new(a->ctx->arena, TEXT_MAX);
    bool object = a->attr->type == ATTR_COMPLEX;
    enum err e = read_replacement(a, &v);
    if (e == OK)
        e = patch_spend_put(a, list);
    if (e == OK)
        e = patch_spend_copies(a, v, json_object_array_length(hits));
    for (size_t i = 0, hit = 0, n = json_object_array_length(list); e == OK && i < n; i++) {
        struct json_object *element = json_object_array_get_idx(list, i), *new = v;
        if (hit == json_object_array_length(hits) || json_object_array_get_idx(hits, hit) != element) {
            json_object_array_add(result, json_object_get(element));
            continue;
        }
        hit++; /* the hits are in the list's order */
        if (v && object)
            e = make_replacement(a, element, v, &new);
        /* Equal results collapse. */
        if (!v || e != OK || !is_new(seen, canonical_text(a, b, new)))
            continue;
        json_object_array_add(touched, json_object_get(new));
        json_object_array_add(result, json_object_get(new));
    }
    if (e == OK)
        e = resource_settle_primary(a->ctx, a->attr, result, touched);
    return e == OK ? patch_put_list(a, result) : e;
}

enum { LOOK = 64 }; /* glances */

/* Making a value primary requires looking at all others. */
static enum err pay_for_primary(const struct patch_act *a, struct json_object *list) {
    bool primary = schema_sub(a->attr, "primary", strlen("primary"));
    return primary ? patch_spend_glance(a, LOOK * json_object_array_length(list)) : OK;
}

/* One new value may stand alone (PA-25), also where strict wants lists to be lists. */
static struct json_object *as_list(const struct patch_act *a) {
    struct json_object *v = a->s->value;
    if (a->read.dialect.lenient || json_object_is_type(v, json_type_array) || !value_assigned(v))
        return v;
    struct json_object *list = json_new_array(a->ctx->arena);
    json_object_array_add(list, json_object_get(v));
    return list;
}

enum err patch_add_values(const struct patch_act *a) {
    struct json_object *list = patch_working(a, true), *touched = json_new_array(a->ctx->arena), *values, *index;
    enum err e = resource_list(&a->read, a->attr, as_list(a), a->attr->name, &values);
    if (e != OK || json_object_array_length(values) == 0)
        return e;
    resource_first_primary(&a->read, a->attr, values);
    e = patch_index(a, list, &index);
    if (e == OK)
        e = pay_for_primary(a, list);
    if (e != OK)
        return e;
    resource_merge(a->ctx, a->attr, list, index, values, touched);
    e = resource_settle_primary(a->ctx, a->attr, list, touched);
    return e == OK ? patch_put(a, list) : e;
}
