/* Applies a PATCH to a copy of a resource, step by step. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/json.h"

#include <string.h>

enum { COPIED = 3 }; /* how much more the copy of a value costs than a look */

/* The state of applying a request's operations. */
struct patch_walk {
    struct ctx *ctx;
    const struct patch *p;
    struct parts *parts;
    struct patch_run run;
    bool apart; /* each step works on a copy of its own, so that it can be undone */
    bool again; /* a step failed and its changes cannot be undone: start anew, each step apart */
    struct json_object *resource;
};

/* Adds the operation's number to a step's failure; a failure stored with the step already has it. */
static enum err fail_step(struct patch_walk *w, const struct patch_step *s, const struct ctx *step, enum err e) {
    if (s->err != OK)
        return fail(w->ctx, e, "%s", s->detail);
    return patch_fail(w->ctx, s, e, "%s", fail_detail(step));
}

/* The only member of the resource that a step changes; NULL: it may change others. */
static const char *member_changed(const struct patch_step *s) {
    const struct attr_ref *ref = &s->target.ref;
    if (ref->extension)
        return ref->extension->urn;
    return ref->attr && strcmp(ref->attr->name, "schemas") != 0 ? ref->attr->name : NULL;
}

/* A step that changes a copy of one member, which is put back if the step fails. */
static enum err step_aside(struct patch_walk *w, struct ctx *ctx, const struct patch_step *s, const char *name) {
    struct patch_act act = {.ctx = ctx, .p = w->p, .s = s, .run = &w->run};
    struct json_object *was = json_keep(ctx->arena, json_get(w->resource, name));
    enum err e = patch_spend(&act, was, COPIED);
    if (e != OK)
        return e;
    if (was)
        json_set(w->resource, name, json_copy(ctx->arena, was));
    e = patch_step_apply(ctx, w->p, s, &w->run, w->resource);
    if (e != OK)
        json_set_or_drop(w->resource, name, was);
    return e;
}

/* The copy counts as work, like any other look at the whole. */
static enum err step_apart(struct patch_walk *w, struct ctx *ctx, const struct patch_step *s) {
    struct patch_act act = {.ctx = ctx, .p = w->p, .s = s, .run = &w->run};
    const char *name = member_changed(s);
    if (name)
        return step_aside(w, ctx, s, name);
    enum err e = patch_spend(&act, w->resource, 1);
    if (e == OK)
        e = patch_spend_copies(&act, w->resource, 2);
    if (e != OK)
        return e;
    struct json_object *copy = json_copy(ctx->arena, w->resource);
    e = patch_step_apply(ctx, w->p, s, &w->run, copy);
    if (e == OK) {
        json_object_put(w->resource);
        w->resource = json_object_get(copy);
    }
    return e;
}

static bool may_be_left_out(const struct patch_walk *w, const struct patch_step *s, enum err e) {
    bool immutable = e == ERR_MUTABILITY && s->err == OK;
    return w->parts->go_on && (w->p->dialect.lenient || immutable);
}

static enum err walk_step(struct patch_walk *w, const struct patch_step *s) {
    struct ctx step = {.arena = w->run.scratch};
    if (s->unknown) {
        parts_pass_over(w->ctx, w->parts, s->name, s->err, s->detail);
        return OK;
    }
    enum err e = s->err;
    if (e == OK)
        e = w->apart ? step_apart(w, &step, s) : patch_step_apply(&step, w->p, s, &w->run, w->resource);
    if (e == OK)
        return OK;
    e = fail_step(w, s, &step, e);
    if (!may_be_left_out(w, s, e))
        return e;
    w->again = s->err == OK && !w->apart && e != ERR_TOO_LARGE; /* work is counted before it is done */
    parts_failed(w->ctx, w->parts, s->name, e);
    return OK;
}

/* Applies all steps in order; frees the scratch memory after each. The result belongs to the caller. */
static enum err walk_steps(struct patch_walk *w, struct json_object *resource, bool apart) {
    enum err e = OK;
    w->apart = apart;
    w->again = false;
    w->run = (struct patch_run){.scratch = arena_create(), .kept = arena_create(), .work = w->run.work};
    w->resource = json_object_get(json_copy(w->ctx->arena, resource));
    for (const struct patch_step *s = w->p->first; e == OK && s && !w->again; s = s->next) {
        e = walk_step(w, s);
        arena_reset(w->run.scratch);
    }
    arena_destroy(w->run.kept);
    arena_destroy(w->run.scratch);
    json_keep_new(w->ctx->arena, w->resource);
    return e;
}

/* Applies all steps; starts anew if a failed one left changes behind. */
static enum err walk_all(struct ctx *ctx, const struct patch *p, struct json_object *resource, struct parts *parts,
                         struct json_object **out) {
    struct patch_walk w = {.ctx = ctx, .p = p, .parts = parts};
    parts_clear(parts);
    enum err e = walk_steps(&w, resource, false);
    if (e == OK && w.again) {
        parts_clear(parts);
        e = walk_steps(&w, resource, true);
    }
    *out = w.resource;
    return e;
}

enum err patch_names_apply(struct ctx *ctx, const struct patch *p, struct parts *parts, struct json_object **resource) {
    return p->first ? walk_all(ctx, p, *resource, parts, resource) : OK;
}

/* A request with only unknown attributes fails. */
static enum err check_any_known(struct ctx *ctx, const struct patch *p, struct parts *parts) {
    for (const struct patch_step *s = p->first; s; s = s->next)
        if (!s->unknown)
            return OK;
    if (!p->first)
        return OK;
    parts->err = parts->left_out->err;
    parts->detail = parts->left_out->detail;
    return parts->go_on ? OK : parts_refuse(ctx, parts);
}

enum err patch_apply(struct ctx *ctx, const struct patch *p, struct json_object *resource, struct parts *parts,
                     struct json_object **out, bool *changed) {
    enum err e = walk_all(ctx, p, resource, parts, out);
    if (e == OK)
        e = check_any_known(ctx, p, parts);
    if (e == OK)
        e = resource_settle(ctx, (struct resource_rules){p->rt, p->dialect}, resource, false, parts, out);
    *changed = e == OK && !json_same(resource, *out);
    return e != OK && e != ERR_TOO_LARGE && parts->err != OK ? parts_refuse(ctx, parts) : e;
}
