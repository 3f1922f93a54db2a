/* The parser of filters (RFC 7644, section 3.4.2.2). */

#include "protocol/filter_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"

#include <assert.h>
#include <string.h>

struct parser {
    struct ctx *ctx;
    const struct resource_type *rt;    /* NULL: only the parts of `outer` are known */
    const struct resource_type *other; /* at the base URL: the other type, else NULL */
    const struct attr_ref *outer;      /* inside brackets: the attribute before them; else NULL */
    bool lenient;
    const char *start, *p, *end;
    unsigned depth, comparisons;
};

static const struct {
    const char *word;
    enum filter_kind kind;
} operators[] = {
    {"eq", FILTER_EQ}, {"ne", FILTER_NE}, {"co", FILTER_CO}, {"sw", FILTER_SW}, {"ew", FILTER_EW},
    {"gt", FILTER_GT}, {"ge", FILTER_GE}, {"lt", FILTER_LT}, {"le", FILTER_LE},
};

#define BAD(ps, ...) refuse_filter(ps, arena_printf((ps)->ctx->arena, __VA_ARGS__))

static enum err refuse_filter(struct parser *ps, const char *what) {
    return fail(ps->ctx, ERR_INVALID_FILTER, "filter, byte %zu: %s", (size_t)(ps->p - ps->start), what);
}

static bool skip_spaces(struct parser *ps) {
    const char *from = ps->p;
    while (ps->p < ps->end && *ps->p == ' ')
        ps->p++;
    return ps->p > from;
}

static bool is_at(const struct parser *ps, char c) {
    return ps->p < ps->end && *ps->p == c;
}

/* The length of a name, operator or bare word at p. */
static size_t filter_word_length(const struct parser *ps, const char *p) {
    const char *from = p;
    while (p < ps->end && (unsigned char)*p > ' ' && !strchr("()[]\"\\", *p))
        p++;
    return (size_t)(p - from);
}

static bool word_is(const struct parser *ps, const char *p, const char *word) {
    return fold_ascii_equal(p, filter_word_length(ps, p), word, strlen(word));
}

static struct filter *new_node(struct parser *ps, enum filter_kind kind, const struct filter *left,
                               const struct filter *right) {
    struct filter *f = arena_alloc(ps->ctx->arena, sizeof *f);
    f->kind = kind;
    f->left = left;
    f->right = right;
    f->inside = ps->outer;
    return f;
}

static enum err parse_or(struct parser *ps, const struct filter **out);

/* SP ( "and" / "or" ) SP: consumed as a whole or not at all. */
static enum err take_logical(struct parser *ps, const char *word, bool *taken) {
    const char *from = ps->p;
    *taken = false;
    if (!skip_spaces(ps) || !word_is(ps, ps->p, word)) {
        ps->p = from;
        return OK;
    }
    ps->p += strlen(word);
    *taken = true;
    return skip_spaces(ps) ? OK : BAD(ps, "a space is missing after %s", word);
}

/* "(" filter ")" */
static enum err parse_filter_group(struct parser *ps, const struct filter **out) {
    *out = NULL;
    if (++ps->depth > FILTER_DEPTH)
        return BAD(ps, "the filter is nested deeper than %d", FILTER_DEPTH);
    ps->p++;
    skip_spaces(ps);
    enum err e = parse_or(ps, out);
    if (e != OK)
        return e;
    skip_spaces(ps);
    if (!is_at(ps, ')'))
        return BAD(ps, "a closing parenthesis is missing");
    ps->p++;
    ps->depth--;
    return OK;
}

/* Stands for an attribute that no type has: never assigned. */
static const struct attr unknown = {.name = "", .type = ATTR_STRING, .multi = true};

static bool is_unknown(struct attr_ref ref) {
    return ref.attr == &unknown || ref.sub == &unknown;
}

/*
 * The part for a name inside brackets; `value` of a simple list is the element itself. At the base URL the part may be
 * unknown.
 */
static enum err inner_ref(struct parser *ps, const char *name, size_t len, struct attr_ref *out) {
    const struct attr *outer = ps->outer->attr;
    bool simple = outer->type != ATTR_COMPLEX;
    *out = (struct attr_ref){.extension = ps->outer->extension, .attr = outer};
    if (outer->type == ATTR_ANY) {
        out->unregistered = ps->outer->unregistered;
        out->sub = schema_any_part(ps->ctx->arena, outer, name, len);
        return out->sub ? OK : BAD(ps, "\"%.*s\" is no name of a part", (int)len, name);
    }
    if (simple && outer != &unknown && fold_ascii_equal(name, len, "value", 5))
        return OK;
    out->sub = simple ? NULL : schema_sub(outer, name, len);
    if (out->sub)
        return OK;
    if (ps->other) {
        out->sub = &unknown;
        out->absent = true;
        return OK;
    }
    return simple ? BAD(ps, "only value can be tested in %s[...]", outer->name)
                  : BAD(ps, "\"%.*s\" is no sub-attribute of %s", (int)len, name, outer->name);
}

/* Finds an attribute of the type; at the base URL also one of the other type, or an unknown one. */
static enum err outer_ref(struct parser *ps, const char *name, size_t len, struct attr_ref *out) {
    if (schema_lookup(ps->rt, name, len, out) && out->attr)
        return OK;
    bool foreign = !ps->other || (!schema_lookup(ps->other, name, len, out) && schema_is_foreign(ps->other, name, len));
    if ((ps->lenient || ps->other) && foreign && schema_unregistered(ps->ctx->arena, ps->rt, name, len, out))
        return OK;
    if (!ps->other)
        return BAD(ps, "\"%.*s\" is not an attribute of %s", (int)len, name, ps->rt->name);
    if (!schema_lookup(ps->other, name, len, out) || !out->attr)
        *out = (struct attr_ref){.attr = &unknown};
    out->absent = true;
    return OK;
}

/* attrPath; between brackets the name of a part. */
static enum err parse_attribute(struct parser *ps, struct attr_ref *out) {
    size_t len = filter_word_length(ps, ps->p);
    if (len == 0)
        return BAD(ps, "an attribute was expected");
    enum err e = ps->outer ? inner_ref(ps, ps->p, len, out) : outer_ref(ps, ps->p, len, out);
    assert(e != OK || out->attr);
    if (e == OK && (schema_is_secret(out->attr) || (out->sub && schema_is_secret(out->sub)))) /* */
        return BAD(ps, "%s cannot be filtered on", out->attr->name);
    if (e == OK)
        ps->p += len;
    return e;
}

/* The end of the JSON string at p, by lexing; NULL if it has no end. */
static const char *string_end(const struct parser *ps) {
    for (const char *p = ps->p + 1; p < ps->end; p++) {
        if (*p == '\\')
            p++;
        else if (*p == '"')
            return p + 1;
    }
    return NULL;
}

/*
 * 'text' of small clients, and of the RFC's own bulk example: it ends at the next ' before a space, a closing bracket
 * or the end, without escapes. NULL: no such text; the apostrophes belong to a bare word (A'KELAH).
 */
static const char *single_quoted_end(const struct parser *ps) {
    if (!ps->lenient || !is_at(ps, '\''))
        return NULL;
    for (const char *p = ps->p + 1; p < ps->end; p++)
        if (*p == '\'' && (p + 1 == ps->end || (p[1] && strchr(" )]", p[1]))))
            return p + 1;
    return NULL;
}

/*
 * Whether to take a bare word as text for the attribute, even if it looks like a number or boolean (externalId eq
 * 701984).
 */
static bool is_bare_text(const struct parser *ps, struct attr_ref ref, const char *word, size_t len) {
    const struct attr *a = ref.sub ? ref.sub : ref.attr, *part = schema_value_part(a);
    enum attr_type type = part ? part->type : a->type;
    bool text = type == ATTR_STRING || type == ATTR_REFERENCE || type == ATTR_BINARY;
    return ps->lenient && text && !(len == 4 && memcmp(word, "null", 4) == 0);
}

/* A bare word as text; a whole number as it is stored, which is -0 as 0. */
static struct json_object *bare_text(const struct parser *ps, size_t len, struct json_object *read) {
    struct arena *a = ps->ctx->arena;
    bool whole = json_object_is_type(read, json_type_int);
    return json_keep_new(a, json_object_new_string(whole ? json_text(a, read) : arena_strndup(a, ps->p, len)));
}

/* Reads a quoted or JSON literal with the strict JSON reader, and a bare one as text if that is allowed. */
static enum err parse_compared_value(struct parser *ps, struct attr_ref ref, struct json_object **out) {
    struct ctx quiet = {.arena = ps->ctx->arena};
    bool quoted = is_at(ps, '"');
    const char *end = quoted ? string_end(ps) : single_quoted_end(ps);
    if (end && !quoted) {
        *out = json_keep_new(ps->ctx->arena, json_object_new_string_len(ps->p + 1, (int)(end - ps->p) - 2));
        ps->p = end;
        return OK;
    }
    if (!quoted)
        end = ps->p + filter_word_length(ps, ps->p);
    if (!quoted && ps->lenient)
        for (end = ps->p; end < ps->end && !strchr(" )]", *end);)
            end++;
    if (!end || end == ps->p)
        return BAD(ps, quoted ? "a string has no end" : "a value was expected");
    size_t len = (size_t)(end - ps->p);
    *out = NULL;
    bool read = json_parse(&quiet, ps->p, len, out) == OK;
    if (!read && (quoted || !ps->lenient))
        return BAD(ps, "a value was expected: a \"string\" with JSON escapes, a number, true, false or null");
    if (!read || (!quoted && is_bare_text(ps, ref, ps->p, len)))
        *out = bare_text(ps, len, *out);
    if (json_object_is_type(*out, json_type_object) || json_object_is_type(*out, json_type_array))
        return BAD(ps, "a value was expected");
    ps->p = end;
    return OK;
}

/* SP ( "pr" / compareOp SP compValue ) */
static enum err parse_comparison(struct parser *ps, struct attr_ref ref, const struct filter **out) {
    struct filter *f = new_node(ps, FILTER_PR, NULL, NULL);
    struct json_object *literal;
    f->ref = ref;
    *out = f;
    if (++ps->comparisons > FILTER_COMPARISONS)
        return BAD(ps, "the filter has more than %d comparisons", FILTER_COMPARISONS);
    if (!skip_spaces(ps))
        return BAD(ps, "an operator was expected");
    size_t len = filter_word_length(ps, ps->p), i = 0;
    if (fold_ascii_equal(ps->p, len, "pr", 2)) {
        ps->p += len;
        return OK;
    }
    while (i < sizeof operators / sizeof *operators && !fold_ascii_equal(ps->p, len, operators[i].word, 2))
        i++;
    if (i == sizeof operators / sizeof *operators)
        return BAD(ps, "\"%.*s\" is no operator: use eq ne co sw ew gt ge lt le or pr", (int)len, ps->p);
    f->kind = operators[i].kind;
    ps->p += len;
    if (!skip_spaces(ps) && !is_at(ps, '"'))
        return BAD(ps, "a value was expected");
    enum err e = parse_compared_value(ps, ref, &literal);
    if (e == OK && is_unknown(ref))
        f->kind = FILTER_PR; /* no comparison matches it */
    else if (e == OK) {
        const char *wrong = filter_settle(ps->ctx->arena, f, literal);
        e = wrong ? BAD(ps, "%s", wrong) : OK;
    }
    return e;
}

/* The filter between brackets, after "[" up to and including "]". */
static enum err parse_inner(struct parser *ps, const struct attr_ref *outer, const struct filter **out) {
    if (++ps->depth > FILTER_DEPTH)
        return BAD(ps, "the filter is nested deeper than %d", FILTER_DEPTH);
    ps->outer = outer;
    skip_spaces(ps);
    enum err e = parse_or(ps, out);
    if (e != OK)
        return e;
    skip_spaces(ps);
    ps->outer = NULL;
    ps->depth--;
    if (!is_at(ps, ']'))
        return BAD(ps, "a closing bracket is missing");
    ps->p++;
    return OK;
}

/*
 * attrPath "[" valFilter "]", in filters optionally followed by ".sub op value": Entra matches by emails[type eq
 * "work"].value.
 */
static enum err parse_value_path(struct parser *ps, struct attr_ref ref, const struct filter **out) {
    struct filter *f = new_node(ps, FILTER_VALUE_PATH, NULL, NULL);
    assert(ref.attr);
    f->ref = ref;
    *out = f;
    if (ps->outer)
        return BAD(ps, "brackets are not allowed inside brackets");
    if (ref.sub || (ref.attr->type != ATTR_COMPLEX && !ref.attr->multi))
        return BAD(ps, "%s has no parts to choose from", ref.attr->name);
    ps->p++;
    enum err e = parse_inner(ps, &ref, &f->left);
    if (e != OK || !is_at(ps, '.'))
        return e;
    struct attr_ref tail;
    ps->p++;
    ps->outer = &ref;
    e = parse_attribute(ps, &tail);
    if (e == OK)
        e = parse_comparison(ps, tail, &f->right);
    ps->outer = NULL;
    return e;
}

/* [ "not" *SP ] "(" filter ")" / valuePath / attrPath comparison */
static enum err parse_term(struct parser *ps, const struct filter **out) {
    struct attr_ref ref = {0};
    *out = NULL;
    if (is_at(ps, '('))
        return parse_filter_group(ps, out);
    if (word_is(ps, ps->p, "not")) {
        const char *from = ps->p;
        const struct filter *operand = NULL;
        ps->p += 3;
        skip_spaces(ps);
        if (is_at(ps, '(')) {
            enum err e = parse_filter_group(ps, &operand);
            *out = e == OK ? new_node(ps, FILTER_NOT, operand, NULL) : NULL;
            return e;
        }
        ps->p = from;
    }
    enum err e = parse_attribute(ps, &ref);
    if (e != OK)
        return e;
    return is_at(ps, '[') ? parse_value_path(ps, ref, out) : parse_comparison(ps, ref, out);
}

/* term *( SP "and" SP term ) */
static enum err parse_and(struct parser *ps, const struct filter **out) {
    bool more;
    enum err e = parse_term(ps, out);
    while (e == OK && (e = take_logical(ps, "and", &more)) == OK && more) {
        const struct filter *right = NULL;
        e = parse_term(ps, &right);
        if (e == OK)
            *out = new_node(ps, FILTER_AND, *out, right);
    }
    return e;
}

/* and *( SP "or" SP and ) */
static enum err parse_or(struct parser *ps, const struct filter **out) {
    bool more;
    enum err e = parse_and(ps, out);
    while (e == OK && (e = take_logical(ps, "or", &more)) == OK && more) {
        const struct filter *right = NULL;
        e = parse_and(ps, &right);
        if (e == OK)
            *out = new_node(ps, FILTER_OR, *out, right);
    }
    return e;
}

enum err filter_parse(struct ctx *ctx, const struct resource_type *rt, const struct resource_type *other,
                      struct filter_source source, const struct filter **out) {
    struct parser ps = {.ctx = ctx,
                        .rt = rt,
                        .other = other,
                        .lenient = source.lenient,
                        .start = source.text,
                        .p = source.text,
                        .end = source.text + source.len};
    if (source.len > FILTER_BYTES)
        return BAD(&ps, "the filter is longer than %d bytes", FILTER_BYTES);
    skip_spaces(&ps);
    if (ps.p == ps.end)
        return BAD(&ps, "the filter is empty");
    enum err e = parse_or(&ps, out);
    skip_spaces(&ps);
    return e == OK && ps.p != ps.end ? BAD(&ps, "the filter should end here, or go on with and or or") : e;
}

enum err filter_parse_inner(struct ctx *ctx, struct attr_ref outer, struct filter_source source, size_t *used,
                            const struct filter **out) {
    struct parser ps = {
        .ctx = ctx, .lenient = source.lenient, .start = source.text, .p = source.text, .end = source.text + source.len};
    enum err e = parse_inner(&ps, &outer, out);
    *used = (size_t)(ps.p - source.text);
    return e;
}
