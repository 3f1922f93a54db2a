#include "protocol/resource.h"

#include "base/arena.h"
#include "base/json.h"

#include <string.h>

/* A changed resource of which some changes cannot stand. */
struct settling {
    struct ctx *ctx;
    const struct resource_type *rt;
    struct json_object *old;
    bool omitted_stays;
    struct parts *parts;
    struct json_object *result; /* what can stand: the old one with the changes so far */
};

/* A change of one attribute, of the resource or of its extension `urn`; `value` NULL: it goes. */
struct settled {
    const char *urn, *name;
    struct json_object *value;
};

static enum err check(struct ctx *ctx, const struct settling *s, struct json_object *new) {
    enum err e = resource_keep_fixed(ctx, s->rt, s->old, s->omitted_stays, new);
    return e == OK ? resource_check(ctx, s->rt, new, s->old) : e;
}

static void set(struct json_object *o, const char *name, struct json_object *value) {
    if (value)
        json_object_object_add(o, name, json_object_get(value));
    else
        json_object_object_del(o, name);
}

/* The result with one more change. */
static struct json_object *with_change(const struct settling *s, struct arena *a, const struct settled *c) {
    struct json_object *trial = json_copy(a, s->result), *extension = c->urn ? json_get(trial, c->urn) : NULL;
    if (!c->urn) {
        set(trial, c->name, c->value);
        return trial;
    }
    if (!extension) {
        extension = json_new_object(a);
        set(trial, c->urn, extension);
    }
    set(extension, c->name, c->value);
    if (json_object_object_length(extension) == 0)
        set(trial, c->urn, NULL);
    return trial;
}

static void add_names(struct json_object *names, struct json_object *o) {
    if (!o)
        return;
    json_object_object_foreach(o, name, value) {
        json_object_object_add(names, name, json_object_get(value));
    }
}

/* Whether one more change can stand; then it does. `told`: else it is left out for good. */
static bool settle_change(struct settling *s, const struct settled *c, bool told) {
    struct ctx trial = {.arena = s->ctx->arena};
    struct json_object *new = with_change(s, s->ctx->arena, c);
    enum err e = check(&trial, s, new);
    if (e == OK)
        s->result = new;
    else if (told)
        parts_failed(&trial, s->parts, c->urn ? arena_printf(trial.arena, "%s:%s", c->urn, c->name) : c->name, e);
    return e == OK;
}

static void settle_object(struct settling *s, const char *urn, struct json_object *new);

/* An extension that cannot stand as a whole is tried attribute by attribute. */
static bool settle_member(struct settling *s, const struct settled *c, bool told) {
    bool inside = !c->urn && schema_extension(s->rt, c->name, strlen(c->name));
    if (settle_change(s, c, told && !inside))
        return true;
    if (inside && told)
        settle_object(s, c->name, c->value);
    return false;
}

/* Every change between two objects that is not made yet; whether one more could be. */
static bool settle_pass(struct settling *s, const char *urn, struct json_object *names, struct json_object *new,
                        bool told) {
    bool progress = false;
    json_object_object_foreach(names, name, unused) {
        (void)unused;
        struct json_object *now = urn ? json_get(s->result, urn) : s->result;
        struct settled c = {.urn = urn, .name = name, .value = json_get(new, name)};
        if (!json_same(json_get(now, name), c.value) && strcmp(name, "schemas") != 0)
            progress = settle_member(s, &c, told) || progress;
    }
    return progress;
}

/* One change may need another, such as an attribute of an extension the one that is required there. */
static void settle_object(struct settling *s, const char *urn, struct json_object *new) {
    struct json_object *names = json_new_object(s->ctx->arena);
    add_names(names, urn ? json_get(s->old, urn) : s->old);
    add_names(names, new);
    while (settle_pass(s, urn, names, new, false))
        continue;
    settle_pass(s, urn, names, new, true);
}

enum err resource_settle(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect,
                         struct json_object *old, bool omitted_stays, struct parts *parts, struct json_object **new) {
    struct settling s = {.ctx = ctx, .rt = rt, .old = old, .omitted_stays = omitted_stays, .parts = parts};
    struct json_object *whole = json_copy(ctx->arena, *new);
    enum err e = check(ctx, &s, whole);
    if (e == OK || !parts->go_on || !(dialect.lenient || e == ERR_MUTABILITY)) {
        *new = whole;
        return e;
    }
    fail_clear(ctx);
    s.result = json_copy(ctx->arena, old);
    settle_object(&s, NULL, *new);
    *new = s.result;
    return check(ctx, &s, *new);
}
