/* Checks a changed resource for immutable and required attributes, and leaves out invalid changes. */

#include "protocol/resource.h"

#include "base/arena.h"
#include "base/json.h"

#include <assert.h>
#include <string.h>

/* Each trial looks at the resource, old and new. These limit the bytes of all trials; TRIALS are always allowed. */
enum { TRIAL_BYTES = 16 * 1024 * 1024, TRIALS = 64 };

/* A changed resource with some invalid changes. */
struct settling {
    struct ctx *ctx;
    const struct resource_type *rt;
    struct json_object *old;
    bool omitted_stays;
    struct parts *parts;
    struct arena *arena;        /* memory of the result */
    struct json_object *result; /* the old resource with the valid changes so far */
    size_t trials;              /* trials that are left */
    enum err err; /* the failure of all changes together, and what is said of changes that are not tried */
    const char *detail;
};

/* A change of one attribute, of the resource or of its extension `urn`; `value` NULL: removed. */
struct settled {
    const char *urn, *name;
    struct json_object *value;
};

static enum err check_settled(struct ctx *ctx, const struct settling *s, struct json_object *new) {
    enum err e = resource_keep_fixed(ctx, s->rt, s->old, s->omitted_stays, new);
    return e == OK ? resource_check(ctx, s->rt, new, s->old) : e;
}

/* A copy whose objects can be changed. Lists are never changed in place, so they are shared. */
static struct json_object *copy_objects(struct arena *a, struct json_object *v) {
    if (!json_object_is_type(v, json_type_object))
        return v;
    struct json_object *copy = json_new_object(a);
    json_object_object_foreach(v, name, part) {
        json_object_object_add(copy, name, json_object_get(copy_objects(a, part)));
    }
    return copy;
}

/* The result with one more change. */
static struct json_object *with_change(const struct settling *s, struct arena *a, const struct settled *c) {
    struct json_object *trial = copy_objects(a, s->result), *extension = c->urn ? json_get(trial, c->urn) : NULL;
    struct json_object *value = copy_objects(a, c->value);
    if (!c->urn) {
        json_set_or_drop(trial, c->name, value);
        return trial;
    }
    if (!extension) {
        extension = json_new_object(a);
        json_set_or_drop(trial, c->urn, extension);
    }
    json_set_or_drop(extension, c->name, value);
    if (json_object_object_length(extension) == 0)
        json_set_or_drop(trial, c->urn, NULL);
    return trial;
}

/* Names with a colon are URNs. Unregistered ones can be many, so they come last. */
static void add_member_names(struct json_object *names, struct json_object *o, bool urns) {
    if (!o)
        return;
    json_object_object_foreach(o, name, value) {
        if (urns == (strchr(name, ':') != NULL))
            json_object_object_add(names, name, json_object_get(value));
    }
}

/* Makes the tried resource the result, with its memory. */
static void keep_result(struct settling *s, struct arena *arena, struct json_object *new) {
    arena_destroy(s->arena);
    s->arena = arena;
    s->result = new;
}

static void leave_out(struct settling *s, const struct settled *c, enum err e, const char *detail) {
    const char *name = c->urn ? arena_printf(s->ctx->arena, "%s:%s", c->urn, c->name) : c->name;
    parts_failed(s->ctx, s->parts, name, fail(s->ctx, e, "%s", detail));
}

/* Whether one more change is valid; then it is made. With `told` an invalid one is reported as left out. */
static bool settle_change(struct settling *s, const struct settled *c, bool told) {
    if (s->trials == 0) {
        if (told)
            leave_out(s, c, s->err, s->detail);
        return false;
    }
    s->trials--;
    struct ctx trial = {.arena = arena_create()};
    struct json_object *new = with_change(s, trial.arena, c);
    enum err e = check_settled(&trial, s, new);
    if (e != OK && told)
        leave_out(s, c, e, fail_detail(&trial));
    if (e == OK)
        keep_result(s, trial.arena, new);
    else
        arena_destroy(trial.arena);
    return e == OK;
}

static void settle_object(struct settling *s, const char *urn, struct json_object *new);

/* An extension that is invalid as a whole is tried attribute by attribute. */
static void settle_member(struct settling *s, const struct settled *c, bool told) {
    bool inside = !c->urn && schema_extension(s->rt, c->name, strlen(c->name));
    if (!settle_change(s, c, told && !inside) && inside && told)
        settle_object(s, c->name, c->value);
}

/* Tries every change between two objects that is not made yet. */
static void settle_pass(struct settling *s, const char *urn, struct json_object *names, struct json_object *new,
                        bool told) {
    json_object_object_foreach(names, name, unused) {
        (void)unused;
        struct json_object *now = urn ? json_get(s->result, urn) : s->result;
        struct settled c = {.urn = urn, .name = name, .value = json_get(new, name)};
        if (!json_same(json_get(now, name), c.value) && strcmp(name, "schemas") != 0)
            settle_member(s, &c, told);
    }
}

/* Every change is tried twice, because one may need another: an attribute of an extension needs the required one. */
static void settle_object(struct settling *s, const char *urn, struct json_object *new) {
    struct json_object *names = json_new_object(s->ctx->arena);
    struct json_object *old = urn ? json_get(s->old, urn) : s->old;
    if (!urn) /* first, because it decides whether anything is refused */
        json_object_object_add(names, "active", NULL);
    for (int urns = 0; urns < 2; urns++) {
        add_member_names(names, old, urns);
        add_member_names(names, new, urns);
    }
    settle_pass(s, urn, names, new, false);
    settle_pass(s, urn, names, new, true);
}

static size_t text_length(struct json_object *v) {
    return strlen(json_object_to_json_string(v));
}

enum err resource_settle(struct ctx *ctx, struct resource_rules rules, struct json_object *old, bool omitted_stays,
                         struct parts *parts, struct json_object **new) {
    assert(parts && *new);
    struct settling s = {.ctx = ctx, .rt = rules.rt, .old = old, .omitted_stays = omitted_stays, .parts = parts};
    struct json_object *whole = parts->go_on ? json_copy(ctx->arena, *new) : *new; /* may have to start anew */
    enum err e = check_settled(ctx, &s, whole);
    if (e == OK || !parts->go_on || !(rules.dialect.lenient || e == ERR_MUTABILITY)) {
        *new = whole;
        return e;
    }
    s.err = e;
    s.detail = arena_printf(ctx->arena, "not tried, as there are too many changes beside one that fails: %s",
                            fail_detail(ctx));
    fail_clear(ctx);
    s.trials = TRIALS + TRIAL_BYTES / (text_length(old) + text_length(whole));
    s.arena = arena_create();
    s.result = json_copy(s.arena, old);
    settle_object(&s, NULL, *new);
    *new = json_copy(ctx->arena, s.result);
    arena_destroy(s.arena);
    return check_settled(ctx, &s, *new);
}
