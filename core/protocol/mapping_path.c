/* Reads the path of a mapping's rule. */

#include "protocol/mapping_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/number.h"
#include "base/utf8.h"
#include "protocol/value.h"

#include <string.h>

struct parser {
    struct ctx *ctx;
    const struct resource_type *user;
    const char *key;
    size_t len;
};

#define BAD_AT(ps, at, ...) refuse_path(ps, at, arena_printf((ps)->ctx->arena, __VA_ARGS__))

/* `at` is 0-based. */
static enum err refuse_path(const struct parser *ps, size_t at, const char *what) {
    return fail(ps->ctx, ERR_INVALID_VALUE, "\"%s\", byte %zu: %s", ps->key, at + 1, what);
}

/* The URN of the type's schemas with which the key begins; NULL: none. */
static const char *registered_urn(const struct parser *ps) {
    const char *best = NULL;
    for (size_t i = 0; i <= ps->user->n_extensions; i++) {
        const char *urn = i ? ps->user->extensions[i - 1]->urn : ps->user->base->urn;
        size_t n = strlen(urn);
        bool begins = ps->len >= n && fold_ascii_equal(urn, n, ps->key, n) && (ps->len == n || ps->key[n] == ':');
        if (begins && (!best || n > strlen(best)))
            best = urn;
    }
    return best;
}

static const char *part_names(struct arena *a, const struct attr *attr) {
    const char *names = "";
    for (size_t i = 0; i < attr->n_subs; i++)
        names = arena_printf(a, "%s%s%s", names, i ? ", " : "", attr->subs[i].name);
    return names;
}

static enum err no_such_part(const struct parser *ps, size_t at, const struct attr *attr, size_t len) {
    if (!attr->n_subs)
        return BAD_AT(ps, at, "%s has no parts", attr->name);
    return BAD_AT(ps, at, "\"%.*s\" is no part of %s: use %s", (int)len, ps->key + at, attr->name,
                  part_names(ps->ctx->arena, attr));
}

/* Says what is wrong with a name, up to `head`, that schema_lookup() does not know. */
static enum err refuse_unknown(const struct parser *ps, size_t head) {
    const char *urn = registered_urn(ps);
    size_t from = urn ? strlen(urn) + (ps->len > strlen(urn)) : 0;
    const char *dot = from < head ? memchr(ps->key + from, '.', head - from) : NULL;
    struct attr_ref ref;
    if (dot && dot > ps->key + from && schema_lookup(ps->user, ps->key, (size_t)(dot - ps->key), &ref) && ref.attr) {
        size_t part = (size_t)(dot - ps->key) + 1;
        return no_such_part(ps, part, ref.attr, head - part);
    }
    if (from >= head)
        return BAD_AT(ps, from, "an attribute was expected, as in userName or name.givenName");
    return BAD_AT(ps, from, "\"%.*s\" is not an attribute of %s: use one of its schemas, as in name.givenName",
                  (int)((dot ? (size_t)(dot - ps->key) : head) - from), ps->key + from, urn ? urn : ps->user->name);
}

/* DIGITS "]" at `from`, after the bracket; *end is after them. */
static bool is_index(const struct parser *ps, size_t from, size_t *index, size_t *end) {
    size_t digits = strspn(ps->key + from, "0123456789");
    int64_t n = 0;
    bool good = number_parse(ps->key + from, digits, &n) && ps->key[from + digits] == ']';
    *index = (size_t)n;
    *end = from + digits + 1;
    return good;
}

static enum err check_index(const struct parser *ps, size_t from, size_t index) {
    return index > MAPPING_INDEX ? BAD_AT(ps, from, "an index is a number from 0 to %d", MAPPING_INDEX) : OK;
}

/* valFilter "]", after the bracket. */
static enum err parse_filter(const struct parser *ps, size_t from, struct mapping_path *out, size_t *end) {
    struct ctx quiet = {.arena = ps->ctx->arena};
    size_t used = 0;
    enum err e = filter_parse_inner(&quiet, out->ref, (struct filter_source){ps->key + from, ps->len - from, false},
                                    &used, &out->filter);
    *end = from + used;
    if (e == OK)
        return OK;
    const char *what = strstr(fail_detail(&quiet), ": "); /* after its own count of bytes */
    return BAD_AT(ps, *end, "%s", what ? what + 2 : fail_detail(&quiet));
}

/* "[" index or valFilter "]" [ "." part ], after the attribute. */
static enum err parse_path_brackets(const struct parser *ps, size_t head, struct mapping_path *out) {
    const struct attr *attr = out->ref.attr;
    size_t end;
    if (out->ref.sub || !attr->multi)
        return BAD_AT(ps, head, "only a list can be chosen from with brackets");
    out->indexed = is_index(ps, head + 1, &out->index, &end);
    enum err e = out->indexed ? check_index(ps, head + 1, out->index) : parse_filter(ps, head + 1, out, &end);
    if (e != OK || end == ps->len)
        return e;
    if (ps->key[end] != '.')
        return BAD_AT(ps, end, "a part was expected after the bracket, as in %s.value", attr->name);
    out->ref.sub = schema_sub(attr, ps->key + end + 1, ps->len - end - 1);
    return out->ref.sub ? OK : no_such_part(ps, end + 1, attr, ps->len - end - 1);
}

/* "groups[" index "]." ( "value" / "displayName" / "display" ) */
static enum err parse_groups_path(const struct parser *ps, size_t head, struct mapping_path *out) {
    static const struct {
        const char *name;
        bool by_name;
    } parts[] = {{.name = "value"}, {.name = "displayName", .by_name = true}, {.name = "display", .by_name = true}};
    size_t end;
    out->groups = true;
    out->indexed = ps->key[head] == '[' && is_index(ps, head + 1, &out->index, &end);
    if (!out->indexed)
        return BAD_AT(ps, head, "groups needs an index, as in groups[0].value or groups[0].displayName");
    enum err e = check_index(ps, head + 1, out->index);
    for (size_t i = 0; e == OK && ps->key[end] == '.' && i < sizeof parts / sizeof *parts; i++) {
        out->by_name = parts[i].by_name;
        if (fold_ascii_equal(parts[i].name, strlen(parts[i].name), ps->key + end + 1, ps->len - end - 1))
            return OK;
    }
    return e == OK ? BAD_AT(ps, end, "only .value or .displayName can follow groups[%zu]", out->index) : e;
}

/* A name under an unregistered URN: brackets contain an index, no name is empty. */
static enum err parse_raw(const struct parser *ps) {
    for (size_t i = 0; i < ps->len; i++) {
        size_t index = 0, end = i;
        char next = ps->key[i + 1];
        if (ps->key[i] == '[' && !is_index(ps, i + 1, &index, &end))
            return BAD_AT(ps, i + 1, "an index was expected: nobody registered a schema for this URN to filter by");
        if (ps->key[i] == '[') {
            enum err e = check_index(ps, i + 1, index);
            if (e != OK)
                return e;
            if (ps->key[end] && ps->key[end] != '.')
                return BAD_AT(ps, end, "a name was expected after the bracket, as in [0].value");
            i = end - 1;
        } else if ((ps->key[i] == '.' || ps->key[i] == ':') && (!next || strchr(".:[", next)))
            return BAD_AT(ps, i + 1, "a name was expected, as in urn:example:schema:name");
        else if (ps->key[i] == ']')
            return BAD_AT(ps, i, "a bracket closes here that was not opened");
    }
    return OK;
}

/* Checks that the path leads to a value that is not secret. */
static enum err settle_path(const struct parser *ps, struct mapping_path *out) {
    const struct attr *attr = out->ref.attr;
    if (!out->ref.sub && attr->type == ATTR_COMPLEX)
        out->ref.sub = schema_value_part(attr);
    const struct attr *read = out->ref.sub ? out->ref.sub : attr;
    if (schema_is_secret(attr) || schema_is_secret(read))
        return BAD_AT(ps, 0, "%s is never shown: it cannot be mapped",
                      schema_is_secret(attr) ? attr->name : read->name);
    if (read->type == ATTR_COMPLEX)
        return BAD_AT(ps, ps->len, "%s has parts: name one of them (%s)", attr->name, part_names(ps->ctx->arena, attr));
    return OK;
}

/* Refuses a key that is too long: the detail has its beginning, in whole characters. */
static enum err refuse_long_path(struct ctx *ctx, const char *key) {
    enum { SHOWN_BYTES = 67 };
    return fail(ctx, ERR_INVALID_VALUE, "\"%s\", byte %d: a path has at most %d bytes",
                utf8_shorten(ctx->arena, key, SHOWN_BYTES), MAPPING_KEY_BYTES + 1, MAPPING_KEY_BYTES);
}

enum err mapping_path_parse(struct ctx *ctx, const struct resource_type *user, const char *key,
                            struct mapping_path *out) {
    *out = (struct mapping_path){0};
    if (strlen(key) > MAPPING_KEY_BYTES)
        return refuse_long_path(ctx, key);
    key = schema_with_colon(ctx->arena, user, key);
    struct parser ps = {.ctx = ctx, .user = user, .key = key, .len = strlen(key)};
    size_t head = strcspn(key, "[");
    out->key = arena_strdup(ctx->arena, key);
    bool known = schema_lookup(user, key, head, &out->ref);
    if (!known && ps.len >= 4 && fold_ascii_equal(key, 4, "urn:", 4) && !registered_urn(&ps)) {
        out->ref = (struct attr_ref){0};
        return parse_raw(&ps);
    }
    if (!known)
        return refuse_unknown(&ps, head);
    if (!out->ref.attr)
        return BAD_AT(&ps, head, "an attribute was expected after the URN, as in %s:%s", out->ref.extension->urn,
                      out->ref.extension->n_attrs ? out->ref.extension->attrs[0].name : "name");
    if (out->ref.attr == schema_attr(user->base, "groups", 6))
        return parse_groups_path(&ps, out->ref.sub ? (size_t)(strrchr(key, '.') - key) : head, out);
    enum err e = key[head] == '[' ? parse_path_brackets(&ps, head, out) : OK;
    return e == OK ? settle_path(&ps, out) : e;
}
