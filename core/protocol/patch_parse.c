/* Reads a PatchOp message (RFC 7644, section 3.5.2). */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "protocol/bulk.h"
#include "protocol/message.h"
#include "protocol/size.h"
#include "protocol/value.h"

#include <stdarg.h>
#include <string.h>

enum err patch_fail(struct ctx *ctx, const struct patch_step *s, enum err kind, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    const char *what = arena_vprintf(ctx->arena, fmt, ap);
    va_end(ap);
    return s->number ? fail(ctx, kind, "operation %u: %s", s->number, what) : fail(ctx, kind, "%s", what);
}

/* Checks that a step's path (or name) and its value are short enough, and refer to nothing unknown. */
static enum err check_given(struct ctx *ctx, const struct patch *p, const struct patch_step *s,
                            struct json_object *value) {
    enum err e = size_check(ctx, s->name, value, NULL);
    if (e == OK)
        e = bulk_check_resolved(ctx, p->dialect.unresolved, s->name, value);
    return e == OK ? OK : patch_fail(ctx, s, e, "%s", fail_detail(ctx));
}

static void trim_spaces(const char **s, size_t *len) {
    while (*len && **s == ' ') {
        ++*s;
        --*len;
    }
    while (*len && (*s)[*len - 1] == ' ')
        --*len;
}

/* "[" valFilter "]" [ "." part ] after the attribute. */
static enum err parse_value_filter(struct ctx *ctx, const struct patch *p, const struct patch_step *s, const char *text,
                                   size_t len, struct patch_target *out) {
    size_t used;
    const struct attr *a = out->ref.attr;
    bool one = p->dialect.lenient && a && a->type == ATTR_COMPLEX;
    if (out->ref.sub || !a || !(a->multi || one))
        return patch_fail(ctx, s, ERR_INVALID_PATH, "\"%s\": a value filter needs a multi-valued attribute", s->name);
    struct ctx quiet = {.arena = ctx->arena};
    enum err e = filter_parse_inner(&quiet, out->ref, (struct filter_source){text, len, p->dialect.lenient}, &used,
                                    &out->filter);
    if (e != OK) {
        bool closed = memchr(text, ']', len);
        return patch_fail(ctx, s, closed ? ERR_INVALID_FILTER : ERR_INVALID_PATH, "\"%s\": %s", s->name,
                          fail_detail(&quiet));
    }
    if (used == len)
        return OK;
    if (text[used] == '.')
        out->ref.sub = a->type == ATTR_ANY ? schema_any_part(ctx->arena, a, text + used + 1, len - used - 1)
                                           : schema_sub(a, text + used + 1, len - used - 1);
    if (!out->ref.sub)
        return patch_fail(ctx, s, ERR_INVALID_PATH, "\"%s\": only a sub-attribute of %s can follow the bracket",
                          s->name, out->ref.attr->name);
    return OK;
}

/* The same under an unregistered URN: the resource decides where the URN ends. */
static enum err parse_unregistered(struct ctx *ctx, const struct patch *p, const struct patch_step *s, const char *text,
                                   size_t head, struct patch_target *out) {
    size_t len = strlen(text);
    out->unregistered = arena_strndup(ctx->arena, text, head);
    if (head == len)
        return OK;
    if (!schema_unregistered(ctx->arena, p->rt, text, head, &out->ref))
        return patch_fail(ctx, s, ERR_INVALID_PATH, "\"%s\": an attribute was expected in front of the bracket",
                          s->name);
    enum err e = parse_value_filter(ctx, p, s, text + head + 1, len - head - 1, out);
    out->tail = out->ref.sub ? out->ref.sub->name : NULL;
    out->ref = (struct attr_ref){0};
    return e;
}

/* "active.value" means the value itself, because clients wrap single values (resource_scalar()). */
static bool lookup_wrapped(const struct patch *p, const char *text, size_t len, struct attr_ref *out) {
    static const char value[] = ".value";
    size_t n = strlen(value);
    if (!p->dialect.lenient || len <= n || !fold_ascii_equal(text + len - n, n, value, n) ||
        !schema_lookup(p->rt, text, len - n, out))
        return false;
    const struct attr *a = out->sub ? out->sub : out->attr;
    return a && a->type != ATTR_COMPLEX && !a->multi;
}

/* PATH = attrPath / attrPath "[" valFilter "]" [ subAttr ], or an extension's URN alone. */
static enum err parse_path(struct ctx *ctx, const struct patch *p, const struct patch_step *s, const char *text,
                           size_t len, struct patch_target *out) {
    trim_spaces(&text, &len);
    if (p->dialect.lenient)
        text = schema_with_colon(ctx->arena, p->rt, arena_strndup(ctx->arena, text, len));
    *out = (struct patch_target){0};
    const char *bracket = len ? memchr(text, '[', len) : NULL;
    size_t head = bracket ? (size_t)(bracket - text) : len;
    if (!head || (!schema_lookup(p->rt, text, head, &out->ref) && !lookup_wrapped(p, text, head, &out->ref))) {
        if (p->dialect.lenient && schema_is_foreign(p->rt, text, head))
            return parse_unregistered(ctx, p, s, text, head, out);
        return patch_fail(ctx, s, ERR_INVALID_PATH, "\"%s\" is not an attribute of %s", s->name, p->rt->name);
    }
    if (bracket)
        return parse_value_filter(ctx, p, s, bracket + 1, len - head - 1, out);
    return OK;
}

static bool is_read_only(const struct attr_ref *r) {
    return r->attr && (r->attr->mutability == ATTR_READ_ONLY || (r->sub && r->sub->mutability == ATTR_READ_ONLY));
}

static void add_step(struct ctx *ctx, struct patch *p, const struct patch_step *like) {
    struct patch_step *s = arena_alloc(ctx->arena, sizeof *s);
    *s = *like;
    const struct reader read = {.ctx = ctx, .dialect = p->dialect};
    const struct attr *a = s->target.ref.sub ? s->target.ref.sub : s->target.ref.attr;
    if (a)
        s->value = resource_scalar(&read, a, s->value);
    s->next = NULL;
    *p->last = s;
    p->last = &s->next;
}

/* Stores a part that can never be applied; the error is reported when its turn comes. */
static void add_failed(struct ctx *ctx, struct patch *p, const struct patch_step *like, enum err e) {
    struct patch_step step = *like;
    step.err = e;
    step.detail = fail_detail(ctx);
    fail_clear(ctx);
    add_step(ctx, p, &step);
}

static enum err expand_op(struct ctx *ctx, struct patch *p, const struct patch_step *op,
                          const struct schema *extension);

/* Whether an unknown name is well-formed, so that it is ignored. */
static bool is_plain(struct ctx *ctx, const struct patch *p, const char *path) {
    size_t len = strlen(path);
    bool open = len && path[len - 1] == ':';
    return !open && !strchr(path, '[') && schema_with_colon(ctx->arena, p->rt, path) == path;
}

/* One member of an object that stands for several paths. Unknown and read-only names are ignored. */
static enum err expand_member(struct ctx *ctx, struct patch *p, const struct patch_step *op,
                              const struct schema *extension, const char *name, struct json_object *value) {
    struct patch_step step = *op;
    size_t len = strlen(name);
    step.value = value;
    step.has_value = true;
    step.name = name;
    const struct schema *inner = extension ? NULL : schema_extension(p->rt, name, len);
    const char *base = p->rt->base->urn;
    if (!extension && value && fold_ascii_equal(name, len, base, strlen(base)))
        return expand_op(ctx, p, &step, p->rt->base); /* the base attributes in an object, like those of an extension */
    if (inner && value) {
        step.name = inner->urn;
        return expand_op(ctx, p, &step, inner);
    }
    if (inner) {
        step.op = PATCH_REMOVE;
        step.target = (struct patch_target){.ref = {.extension = inner}};
        add_step(ctx, p, &step);
        return OK;
    }
    if (!extension && fold_ascii_equal(name, len, "schemas", 7))
        return OK; /* */
    const char *path = extension ? arena_printf(ctx->arena, "%s:%s", extension->urn, name) : name;
    enum err e = check_given(ctx, p, &step, value);
    if (e != OK)
        return e;
    e = parse_path(ctx, p, &step, path, strlen(path), &step.target);
    if (e != OK && !is_plain(ctx, p, path))
        return e;
    bool known = step.target.ref.attr && !is_read_only(&step.target.ref);
    if (e == OK && (known || step.target.unregistered))
        add_step(ctx, p, &step);
    return OK;
}

static enum err expand_op(struct ctx *ctx, struct patch *p, const struct patch_step *op,
                          const struct schema *extension) {
    const struct reader read = {.ctx = ctx, .dialect = p->dialect, .in_text = op->in_text};
    struct reader inside;
    struct patch_step each = *op;
    struct json_object *object = resource_unpacked(&read, op->value, &inside);
    each.in_text = inside.in_text;
    if (!json_object_is_type(object, json_type_object))
        return patch_fail(ctx, op, ERR_INVALID_VALUE, "value must be an object%s%s", extension ? " for " : "",
                          extension ? extension->urn : " when there is no path");
    json_object_object_foreach(object, name, value) {
        struct patch_step named = each;
        named.name = name;
        enum err e = expand_member(ctx, p, &each, extension, name, value);
        if (e != OK)
            add_failed(ctx, p, &named, e);
    }
    return OK;
}

static bool is_base_urn(const struct patch *p, const char *path) {
    const char *urn = p->rt->base->urn;
    size_t len = strlen(path);
    trim_spaces(&path, &len);
    return fold_ascii_equal(path, len, urn, strlen(urn));
}

static enum err parse_with_path(struct ctx *ctx, struct patch *p, struct patch_step *op, struct json_object *path) {
    if (!json_object_is_type(path, json_type_string))
        return patch_fail(ctx, op, ERR_INVALID_PATH, "path must be a string");
    op->name = json_object_get_string(path);
    enum err e = check_given(ctx, p, op, NULL);
    if (e != OK)
        return e;
    if (p->dialect.lenient && op->op != PATCH_REMOVE && is_base_urn(p, op->name))
        return expand_op(ctx, p, op, NULL); /* the whole resource, as without a path */
    e = parse_path(ctx, p, op, op->name, strlen(op->name), &op->target);
    if (e == OK && op->target.ref.extension && !op->target.ref.attr && op->op != PATCH_REMOVE && op->has_value)
        return expand_op(ctx, p, op, op->target.ref.extension);
    enum err given = check_given(ctx, p, op, op->value);
    if (given != OK)
        return given;
    op->unknown = e == ERR_INVALID_PATH && p->dialect.lenient && patch_path_unknown(p->rt, op->name);
    if (e != OK)
        return e;
    if (is_read_only(&op->target.ref))
        return patch_fail(ctx, op, ERR_MUTABILITY, "\"%s\" is readOnly", op->name);
    if (op->op != PATCH_REMOVE && !op->has_value)
        return patch_fail(ctx, op, ERR_INVALID_VALUE, "\"%s\": value is missing", op->name);
    add_step(ctx, p, op);
    return OK;
}

static bool parse_op(struct json_object *op, enum patch_op *out) {
    static const struct {
        const char *name;
        enum patch_op op;
    } ops[] = {{"add", PATCH_ADD}, {"remove", PATCH_REMOVE}, {"replace", PATCH_REPLACE}};
    const char *text = json_object_is_type(op, json_type_string) ? json_object_get_string(op) : "";
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (fold_ascii_equal(text, strlen(text), ops[i].name, strlen(ops[i].name))) {
            *out = ops[i].op;
            return true;
        }
    return false;
}

/* Lenient: a blank path counts as no path if the value is an object, which names its attributes itself. */
static bool is_none(const struct patch *p, const struct patch_step *op, struct json_object *path) {
    if (!p->dialect.lenient || !json_object_is_type(path, json_type_string))
        return !path;
    const char *s = json_object_get_string(path);
    return !s[strspn(s, " ")] && json_object_is_type(op->value, json_type_object);
}

static enum err parse_part(struct ctx *ctx, struct patch *p, struct patch_step *op, struct json_object *path) {
    if (!is_none(p, op, path))
        return parse_with_path(ctx, p, op, path);
    if (op->op == PATCH_REMOVE)
        return patch_fail(ctx, op, ERR_NO_TARGET, "remove needs a path");
    return expand_op(ctx, p, op, NULL);
}

/* The names of an operation's members ignore case; null and absent differ only for `value`. */
static enum err parse_operation(struct ctx *ctx, struct patch *p, unsigned number, struct json_object *json) {
    struct patch_step op = {.number = number, .name = ""};
    if (!json_object_is_type(json, json_type_object))
        return patch_fail(ctx, &op, ERR_INVALID_SYNTAX, "an object was expected");
    if (!parse_op(json_get_caseless(json, "op"), &op.op))
        return patch_fail(ctx, &op, ERR_INVALID_SYNTAX, "op must be add, remove or replace");
    json_object_object_foreach(json, name, member) {
        if (!fold_ascii_equal(name, strlen(name), "value", 5))
            continue;
        op.has_value = true;
        op.value = member;
    }
    enum err e = parse_part(ctx, p, &op, json_get_caseless(json, "path"));
    if (e != OK)
        add_failed(ctx, p, &op, e);
    return OK;
}

static struct patch *new_patch(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect) {
    struct patch *p = arena_alloc(ctx->arena, sizeof *p);
    p->rt = rt;
    p->dialect = dialect;
    p->last = &p->first;
    return p;
}

struct patch *patch_names(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect) {
    return new_patch(ctx, rt, dialect);
}

enum err patch_name_add(struct ctx *ctx, struct patch *p, const struct schema *extension, const char *name,
                        struct json_object *value, bool in_text) {
    const struct patch_step add = {.op = PATCH_ADD, .name = name, .in_text = in_text};
    struct patch_step **last = p->last;
    if (!extension && !strpbrk(name, ":.["))
        return OK; /* a plain name means only the base schema (R-08 is for paths) */
    enum err e = expand_member(ctx, p, &add, extension, name, value);
    if (e == OK && !p->dialect.lenient && p->last != last)
        return fail(ctx, ERR_INVALID_SYNTAX, "\"%s\" is a path, and no name of an attribute", name);
    return e;
}

enum err patch_parse(struct ctx *ctx, const struct resource_type *rt, struct dialect dialect, struct json_object *body,
                     struct patch **out) {
    struct json_object *operations = json_get_caseless(body, "Operations");
    bool list = json_object_is_type(operations, json_type_array);
    if (!message_is(body, SCHEMA_PATCH_OP) && !(dialect.lenient && message_is_nearly(body, "PatchOp")))
        return fail(ctx, ERR_INVALID_SYNTAX, "schemas must be an array with \"" SCHEMA_PATCH_OP "\"");
    size_t n = list ? json_object_array_length(operations) : 0;
    if (!list || (n == 0 && !dialect.lenient)) /* Microsoft's validator sends no operations, and expects success */
        return fail(ctx, ERR_INVALID_SYNTAX, "Operations must be an array of at least one operation");
    if (n > PATCH_OPERATIONS)
        return fail(ctx, ERR_TOO_LARGE, "a PATCH may have %d operations at most", PATCH_OPERATIONS);
    struct patch *p = *out = new_patch(ctx, rt, dialect);
    for (size_t i = 0; i < n; i++) {
        enum err e = parse_operation(ctx, p, (unsigned)i + 1, json_object_array_get_idx(operations, i));
        if (e != OK)
            return e;
    }
    return OK;
}

enum err patch_faulty(struct ctx *ctx, const struct patch *p) {
    for (const struct patch_step *s = p->first; s; s = s->next)
        if (s->err != OK && !s->unknown)
            return fail(ctx, s->err, "%s", s->detail);
    return OK;
}

/* Collects the ids that a filter names; false: it has more than `value eq` and `or`. */
static bool filter_ids(const struct filter *f, struct json_object *ids) {
    if (f->kind == FILTER_OR || f->kind == FILTER_AND) {
        bool left = filter_ids(f->left, ids), right = filter_ids(f->right, ids);
        return f->kind == FILTER_OR && left && right;
    }
    if (f->kind != FILTER_EQ || !f->text || !f->ref.sub || strcmp(f->ref.sub->name, "value") != 0)
        return false;
    json_object_object_add(ids, f->text, json_object_new_boolean(1));
    return true;
}

/* Collects the ids in a value for members. A wrong value has no ids, and is refused when it is applied. */
static void value_ids(const struct reader *read, const struct patch_step *s, struct json_object *ids) {
    const struct reader of_step = {.ctx = read->ctx, .dialect = read->dialect, .in_text = s->in_text};
    struct json_object *list;
    if (resource_list(&of_step, s->target.ref.attr, s->value, "members", &list) != OK)
        return;
    for (size_t i = 0, n = json_object_array_length(list); i < n; i++) {
        const char *id = json_get_string(json_object_array_get_idx(list, i), "value");
        if (id)
            json_object_object_add(ids, id, json_object_new_boolean(1));
    }
}

static void step_members(const struct reader *read, const struct patch_step *s, struct json_object *ids, bool *all) {
    const struct attr_ref *r = &s->target.ref;
    if (!r->attr || r->extension || strcmp(r->attr->name, "members") != 0)
        return;
    if (s->target.filter) {
        if (!filter_ids(s->target.filter, ids))
            *all = true;
    } else if (r->sub || s->op == PATCH_REPLACE || (s->op == PATCH_REMOVE && !s->value))
        *all = true;
    if (s->value && (!r->sub || r->sub == schema_value_part(r->attr)))
        value_ids(read, s, ids);
}

void patch_members(struct arena *a, const struct patch *p, struct patch_members *out) {
    struct ctx quiet = {.arena = a};
    const struct reader read = {.ctx = &quiet, .dialect = {.lenient = true}}; /* lenient finds more ids */
    struct json_object *ids = json_new_object(a);
    *out = (struct patch_members){0};
    for (const struct patch_step *s = p->first; s; s = s->next)
        if (s->err == OK)
            step_members(&read, s, ids, &out->all);
    out->ids = arena_array(a, (size_t)json_object_object_length(ids) + 1, sizeof *out->ids);
    json_object_object_foreach(ids, id, yes) {
        (void)yes;
        out->ids[out->n++] = arena_strdup(a, id);
    }
}
