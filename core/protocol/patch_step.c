/* One step of a PATCH on a resource: add, remove, replace. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/unregistered.h"
#include "protocol/value.h"

#include <string.h>

/* Clears the parts that an object names, all with null ({"value": ""} clears Entra's manager). */
static enum err clear_parts(const struct patch_act *a, struct json_object *in) {
    struct json_object *whole = patch_working(a, false);
    const struct attr *value = schema_value_part(a->attr);
    bool cleared = false;
    enum err e = OK;
    if (value && patch_names_part(in, value))
        return patch_put(a, NULL);
    for (size_t i = 0; e == OK && i < a->attr->n_subs; i++) {
        const struct attr *sub = &a->attr->subs[i];
        if (!patch_names_part(in, sub))
            continue;
        cleared = true;
        if (sub->mutability != ATTR_READ_ONLY)
            e = patch_set_part(a, whole, sub, NULL);
    }
    return e == OK && cleared ? patch_put(a, whole) : e;
}

static enum err set_single(const struct patch_act *a) {
    struct reader inside;
    struct json_object *in = a->attr->type == ATTR_COMPLEX ? patch_object(a, &inside) : a->s->value, *v;
    bool fixed = a->attr->mutability == ATTR_IMMUTABLE && patch_current(a);
    enum err e = resource_value(&a->read, a->attr, a->s->value, a->attr->name, &v);
    if (e != OK)
        return fixed ? fail(a->ctx, ERR_MUTABILITY, "%s is immutable", a->attr->name) : e;
    if (a->attr->type == ATTR_COMPLEX && v) {
        struct json_object *whole = patch_working(a, false);
        struct patch_parts parts;
        e = patch_read_parts(a, &parts);
        if (e == OK)
            e = patch_set_parts(a, whole, &parts);
        return e == OK ? patch_put(a, whole) : e;
    }
    if (a->attr->type == ATTR_COMPLEX && json_object_is_type(in, json_type_object))
        return clear_parts(a, in);
    bool text = json_object_is_type(in, json_type_string);
    if (a->attr->required && text && fold_blank(json_object_get_string(in), (size_t)json_object_get_string_len(in)))
        return fail(a->ctx, ERR_INVALID_VALUE, "%s must not be empty", a->attr->name);
    if (fixed && !(v && value_equal(a->ctx->arena, a->attr, patch_current(a), v)))
        return fail(a->ctx, ERR_MUTABILITY, "%s is immutable", a->attr->name);
    return patch_put(a, v);
}

static enum err set_part_path(const struct patch_act *a) {
    struct json_object *v;
    if (a->attr->multi) {
        struct json_object *list = patch_working(a, true);
        if (json_object_array_length(list) == 0)
            return patch_no_target(a);
        return patch_set_in_values(a, list, patch_chosen(a, list));
    }
    struct json_object *whole = patch_working(a, false);
    enum err e = patch_part_value(a, &v);
    if (e == OK)
        e = patch_set_part(a, whole, a->sub, v);
    return e == OK ? patch_put(a, whole) : e;
}

static enum err add_by_step(const struct patch_act *a) {
    if (!a->s->target.filter && a->sub)
        return set_part_path(a);
    if (!a->s->target.filter && !a->attr->multi)
        return set_single(a);
    if (!a->s->target.filter)
        return patch_add_values(a);
    struct json_object *list = patch_working(a, true), *hits = patch_chosen(a, list);
    return json_object_array_length(hits) ? patch_set_in_values(a, list, hits) : patch_create_value(a, list);
}

static enum err replace_by_step(const struct patch_act *a) {
    if (!a->s->target.filter && a->sub)
        return set_part_path(a);
    if (!a->s->target.filter && !a->attr->multi)
        return set_single(a);
    struct json_object *list = patch_working(a, true), *values;
    if (a->s->target.filter) {
        struct json_object *hits = patch_chosen(a, list);
        bool makes = a->p->dialect.lenient && (a->sub || patch_gives_nothing(a));
        if (json_object_array_length(hits) == 0)
            /* Entra replaces phoneNumbers[type eq "mobile"].value even if there is none. */
            return makes ? patch_create_value(a, list) : patch_no_target(a);
        return a->sub ? patch_set_in_values(a, list, hits) : patch_replace_values(a, list, hits);
    }
    struct json_object *fresh = json_new_array(a->ctx->arena);
    enum err e = resource_list(&a->read, a->attr, a->s->value, a->attr->name, &values);
    if (e != OK)
        return e;
    resource_first_primary(&a->read, a->attr, values);
    e = resource_settle_primary(a->ctx, a->attr, values, values);
    if (e != OK)
        return e;
    resource_merge(a->ctx, a->attr, fresh, json_new_object(a->ctx->arena), values, NULL);
    return patch_put(a, fresh);
}

static enum err remove_whole(const struct patch_act *a) {
    if (a->attr->multi && a->s->value)
        return patch_remove_listed(a);
    if (!patch_current(a))
        return a->attr->required ? fail(a->ctx, ERR_MUTABILITY, "%s is required", a->attr->name) : OK;
    if (a->attr->mutability == ATTR_IMMUTABLE)
        return fail(a->ctx, ERR_MUTABILITY, "%s is immutable", a->attr->name);
    return patch_put(a, NULL);
}

static enum err remove_value(const struct patch_act *a) {
    if (a->member)
        return patch_remove_member(a, a->member);
    if (!a->s->target.filter && !a->sub)
        return remove_whole(a);
    if (!patch_current(a))
        return OK; /* */
    if (a->attr->multi)
        return patch_remove_chosen(a);
    struct json_object *whole = patch_working(a, false);
    enum err e = patch_set_part(a, whole, a->sub, NULL);
    return e == OK ? patch_put(a, whole) : e;
}

/* Whether the index of the list stays valid: it does when values are added or a member is removed. */
static bool keeps_index(const struct patch_act *a) {
    bool adds = a->s->op == PATCH_ADD && a->attr && a->attr->multi && !a->sub && !a->s->target.filter;
    return adds || a->member;
}

/* Whether the step examines the present values. */
static bool is_looked_at(const struct attr *attr) {
    bool looked_at = attr->multi || attr->mutability == ATTR_IMMUTABLE;
    for (size_t i = 0; !looked_at && i < attr->n_subs; i++)
        looked_at = attr->subs[i].mutability == ATTR_IMMUTABLE;
    return looked_at;
}

/* Counts the values that the step examines, unless an index finds them. */
static enum err pay_for_step(const struct patch_act *a) {
    if (!a->attr || keeps_index(a))
        return OK;
    struct json_object *v = patch_current(a);
    if (v && v == a->run->list)
        patch_index_drop(a->run);
    return is_looked_at(a->attr) ? patch_spend(a, v, patch_filter_size(a->s->target.filter)) : OK;
}

static enum err run_step(struct patch_act *a) {
    struct json_object *v;
    a->member = patch_removed_member(a);
    enum err e = pay_for_step(a);
    if (e != OK)
        return e;
    if (strcmp(a->attr->name, "schemas") == 0 && !a->s->target.ref.extension)
        return patch_schemas(a->ctx, a->p, a->s, a->resource);
    /* A password is accepted, checked and dropped: it is never stored, and is no change. */
    if (strcmp(a->attr->name, "password") == 0 && !a->s->target.ref.extension)
        return resource_value(&a->read, a->attr, a->s->value, "password", &v);
    switch (a->s->op) {
    case PATCH_ADD:
        return add_by_step(a);
    case PATCH_REPLACE:
        return replace_by_step(a);
    case PATCH_REMOVE:
        return remove_value(a);
    }
    return ERR_INTERNAL;
}

/* Removes a manager by manager[value eq "..."]: if the filter matches, as without the brackets; otherwise nothing. */
static enum err act_on_one(const struct patch_act *a) {
    struct patch_step plain = *a->s;
    struct patch_act without = *a;
    struct json_object *now = patch_current(a);
    enum err e = patch_spend(a, now, patch_filter_size(plain.target.filter));
    if (e != OK || !now || !filter_match(a->ctx->arena, plain.target.filter, now))
        return e;
    plain.target.filter = NULL;
    without.s = &plain;
    return run_step(&without);
}

enum { WITHOUT_SCHEMA = 4 }; /* how much more it costs to look at a value without a schema */

/* Counts the present values and the new ones, which may be added to them. */
static enum err act_on_unregistered(struct patch_act *a) {
    static const enum unregistered_op ops[] = {
        [PATCH_ADD] = UNREGISTERED_ADD, [PATCH_REPLACE] = UNREGISTERED_REPLACE, [PATCH_REMOVE] = UNREGISTERED_REMOVE};
    const struct patch_target *t = &a->s->target;
    const struct unregistered_change c = {
        .op = ops[a->s->op], .path = t->unregistered, .filter = t->filter, .tail = t->tail, .value = a->s->value};
    enum err e =
        patch_spend(a, unregistered_current(a->p->rt, &c, a->resource), WITHOUT_SCHEMA * patch_filter_size(t->filter));
    return e == OK ? unregistered_apply(&a->read, a->p->rt, &c, a->resource) : e;
}

enum err patch_step_apply(struct ctx *ctx, const struct patch *p, const struct patch_step *s, struct patch_run *run,
                          struct json_object *resource) {
    struct patch_act a = {.ctx = ctx,
                          .p = p,
                          .s = s,
                          .read = {.ctx = ctx, .dialect = p->dialect, .in_text = s->in_text},
                          .attr = s->target.ref.attr,
                          .sub = s->target.ref.sub,
                          .resource = resource,
                          .run = run};
    if (s->target.unregistered)
        return act_on_unregistered(&a);
    if (!a.attr)
        return patch_drop_extension(ctx, s->target.ref.extension, resource);
    return s->target.filter && !a.attr->multi ? act_on_one(&a) : run_step(&a);
}
