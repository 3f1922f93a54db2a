/* Replaces bulkIds by ids. */

#include "protocol/bulk_internal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#define PREFIX "bulkId:"

enum { PATH_MAX_BYTES = 64 * 1024 };

/* `unresolved`: as bulk_resolve() gives it. */
struct resolution {
    struct ctx *ctx;
    const struct bulk *bulk;
    struct json_object *unresolved;
};

/* The bulkId that a text of the data stands for, in the arena; NULL: none. `name`: the member whose value it is. */
static const char *find_reference(struct arena *a, const char *name, const char *text) {
    const char *p = text;
    if (strcasecmp(name, "$ref") == 0) {
        const char *slash = strrchr(text, '/');
        p = slash ? slash + 1 : text;
    }
    size_t n = strlen(PREFIX);
    return strncmp(p, PREFIX, n) == 0 && p[n] ? arena_strdup(a, p + n) : NULL;
}

/* The next "bulkId:x" in quotation marks in a PATCH path; NULL: none. *end: its closing mark. */
static const char *quoted_reference(struct arena *a, const char *from, const char **begin, const char **end) {
    *begin = strstr(from, "\"" PREFIX);
    if (!*begin)
        return NULL;
    *begin += 1;
    *end = strchr(*begin, '"');
    size_t n = strlen(PREFIX);
    return *end ? arena_strndup(a, *begin + n, (size_t)(*end - *begin) - n) : NULL;
}

static enum err id_of(const struct resolution *r, const char *bulk_id, const char **out) {
    size_t i = bulk_find(r->bulk, bulk_id);
    *out = "";
    if (i == r->bulk->n)
        return fail(r->ctx, ERR_INVALID_VALUE, "no operation has the bulkId \"%s\"", bulk_id);
    if (r->bulk->items[i].err != OK)
        return fail(r->ctx, ERR_INVALID_VALUE, "the operation with the bulkId \"%s\" was refused", bulk_id);
    *out = r->bulk->items[i].id;
    return OK;
}

/* A PATCH path: "members[value eq \"bulkId:x\"]". */
static enum err resolve_path(const struct resolution *r, const char *path, const char **out) {
    struct buf *b = buf_new(r->ctx->arena, PATH_MAX_BYTES);
    const char *begin, *end, *reference;
    while ((reference = quoted_reference(r->ctx->arena, path, &begin, &end))) {
        const char *id;
        enum err e = id_of(r, reference, &id);
        if (e != OK)
            return e;
        buf_add(b, path, (size_t)(begin - path));
        buf_str(b, id);
        path = end;
    }
    buf_str(b, path);
    if (buf_overflowed(b))
        return fail(r->ctx, ERR_INVALID_VALUE, "path is longer than %d bytes", PATH_MAX_BYTES);
    *out = buf_text(b);
    return OK;
}

static enum err resolve_text(const struct resolution *r, const char *name, const char *text, const char **out) {
    const char *id, *reference = find_reference(r->ctx->arena, name, text);
    *out = text;
    if (strcasecmp(name, "path") == 0 && strstr(text, "\"" PREFIX))
        return resolve_path(r, text, out);
    if (!reference)
        return OK;
    enum err e = id_of(r, reference, &id);
    size_t head = strlen(text) - strlen(reference) - strlen(PREFIX);
    *out = arena_printf(r->ctx->arena, "%.*s%s", (int)head, text, id);
    return e;
}

/* A text that refers to nothing stays, and is noted. */
static struct json_object *resolve_string(struct resolution *r, const char *name, struct json_object *v) {
    struct ctx *ctx = r->ctx;
    const char *text = json_object_get_string(v), *resolved;
    if (resolve_text(r, name, text, &resolved) == OK)
        return resolved == text ? v : json_keep_new(ctx->arena, json_object_new_string(resolved));
    if (!r->unresolved)
        r->unresolved = json_new_object(ctx->arena);
    json_object_object_add(r->unresolved, text, json_object_new_string(fail_detail(ctx)));
    fail_clear(ctx);
    return v;
}

/* Works in place, on a copy of the data; the JSON reader has limited the depth. */
static struct json_object *resolve_value(struct resolution *r, const char *name, struct json_object *v) {
    if (json_object_is_type(v, json_type_string))
        return resolve_string(r, name, v);
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++) {
        struct json_object *old = json_object_array_get_idx(v, i), *new = resolve_value(r, name, old);
        if (new != old)
            json_object_array_put_idx(v, i, json_object_get(new));
    }
    struct json_object_iter it;
    if (json_object_is_type(v, json_type_object))
        json_object_object_foreachC(v, it) {
            struct json_object *new = resolve_value(r, it.key, it.val);
            if (new != it.val)
                json_object_object_add(v, it.key, json_object_get(new));
        }
    return v;
}

struct json_object *bulk_resolve(struct ctx *ctx, const struct bulk *b, struct json_object *data,
                                 struct json_object **unresolved) {
    struct resolution r = {.ctx = ctx, .bulk = b};
    struct json_object *out = resolve_value(&r, "", json_copy(ctx->arena, data));
    *unresolved = r.unresolved;
    return out;
}

enum err bulk_check_resolved(struct ctx *ctx, struct json_object *unresolved, const char *name, struct json_object *v) {
    const char *why = unresolved ? json_get_string(unresolved, name) : NULL;
    enum err e = OK;
    if (!why && unresolved && json_object_is_type(v, json_type_string))
        why = json_get_string(unresolved, json_object_get_string(v));
    if (why || !unresolved)
        return why ? fail(ctx, ERR_INVALID_VALUE, "%s", why) : OK;
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; e == OK && i < n;
         i++)
        e = bulk_check_resolved(ctx, unresolved, "", json_object_array_get_idx(v, i));
    struct json_object_iter it;
    if (json_object_is_type(v, json_type_object))
        json_object_object_foreachC(v, it) {
            if (e == OK)
                e = bulk_check_resolved(ctx, unresolved, "", it.val);
        }
    return e;
}

enum err bulk_resolve_target(struct ctx *ctx, const struct bulk *b, const char *target, const char **out) {
    struct resolution r = {.ctx = ctx, .bulk = b};
    const char *reference = find_reference(ctx->arena, "", target);
    *out = target;
    return reference ? id_of(&r, reference, out) : OK;
}

struct visit {
    struct ctx *ctx;
    void (*fn)(void *arg, const char *bulk_id, bool member);
    void *arg;
    bool hard;  /* all resources that the operation names must exist before it */
    bool group; /* the members of a group must exist before it */
};

static void visit_value(const struct visit *x, const char *name, struct json_object *v, bool member) {
    const char *begin, *end, *reference;
    if (json_object_is_type(v, json_type_string)) {
        const char *text = json_object_get_string(v);
        if ((reference = find_reference(x->ctx->arena, name, text)))
            x->fn(x->arg, reference, member || x->hard);
        if (strcasecmp(name, "path") == 0)
            for (; (reference = quoted_reference(x->ctx->arena, text, &begin, &end)); text = end)
                x->fn(x->arg, reference, true);
    }
    for (size_t i = 0, n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0; i < n; i++)
        visit_value(x, name, json_object_array_get_idx(v, i), member);
    if (json_object_is_type(v, json_type_object)) {
        json_object_object_foreach(v, key, value)
            visit_value(x, key, value, member || (x->group && !*name && strcasecmp(key, "members") == 0));
    }
}

void bulk_visit(struct ctx *ctx, const struct bulk_item *item,
                void (*visit)(void *arg, const char *bulk_id, bool member), void *arg) {
    assert(visit);
    struct visit x = {.ctx = ctx, .fn = visit, .arg = arg, .hard = item->method != BULK_POST, .group = !item->users};
    const char *target = item->target ? find_reference(ctx->arena, "", item->target) : NULL;
    if (target)
        visit(arg, target, true);
    if (item->data)
        visit_value(&x, "", item->data, false);
}
