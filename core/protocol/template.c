/* Parses and evaluates the templates of mappings. */

#include "protocol/template_internal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

/* An operand: the template's input value, or a literal. */
struct operand {
    bool is_value;
    struct json_object *literal;
};

/* One filter of a chain. */
struct call {
    const struct template_filter *filter;
    struct operand args[TEMPLATE_ARGUMENTS];
    struct call *next;
};

/* A literal text, or one pair of braces. */
struct piece {
    const char *text; /* NULL: braces */
    size_t len;
    struct operand head;
    struct call *calls;
    struct piece *next;
};

struct template {
    struct piece *first, **last;
};

struct parser {
    struct ctx *ctx;
    const char *start, *p, *end;
    const char *open; /* the braces being read */
    bool trim;        /* after "-}}" */
};

#define BAD_AT(ps, at, ...) refuse_template(ps, at, arena_printf((ps)->ctx->arena, __VA_ARGS__))

static enum err refuse_template(struct parser *ps, const char *at, const char *what) {
    return fail(ps->ctx, ERR_INVALID_VALUE, "template, byte %zu: %s", (size_t)(at - ps->start) + 1, what);
}

static bool is_template_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_at_text(const struct parser *ps, const char *text) {
    size_t len = strlen(text);
    return (size_t)(ps->end - ps->p) >= len && memcmp(ps->p, text, len) == 0;
}

static bool take_symbol(struct parser *ps, const char *text) {
    while (ps->p < ps->end && is_template_space(*ps->p))
        ps->p++;
    if (!is_at_text(ps, text))
        return false;
    ps->p += strlen(text);
    return true;
}

static enum err refuse_other(struct parser *ps, const char *what) {
    if (ps->p == ps->end)
        return BAD_AT(ps, ps->open, "the braces that open here are not closed by }}");
    return BAD_AT(ps, ps->p, "%s was expected", what);
}

/* Length of the name at p. */
static size_t template_word_length(const struct parser *ps) {
    size_t n = 0, left = (size_t)(ps->end - ps->p);
    while (n < left &&
           (ps->p[n] == '_' || is_digit(ps->p[n]) || ((ps->p[n] | 0x20) >= 'a' && (ps->p[n] | 0x20) <= 'z')))
        n++;
    return n;
}

static struct json_object *text_literal(struct parser *ps, const char *s, size_t len) {
    return json_keep_new(ps->ctx->arena, json_object_new_string_len(s, (int)len));
}

/* DQUOTE *(any but DQUOTE) DQUOTE, or the same with single quotes. */
static enum err parse_quoted(struct parser *ps, struct operand *out) {
    const char *close = memchr(ps->p + 1, *ps->p, (size_t)(ps->end - ps->p) - 1);
    if (!close)
        return BAD_AT(ps, ps->p, "the text that begins here is not closed by %c", *ps->p);
    out->literal = text_literal(ps, ps->p + 1, (size_t)(close - ps->p) - 1);
    ps->p = close + 1;
    return OK;
}

/* [ "-" ] 1*DIGIT [ "." 1*DIGIT ], kept as the text that Liquid shows: integers without leading zeros. */
static enum err parse_number(struct parser *ps, struct operand *out) {
    const char *from = ps->p, *digits = from + (*from == '-');
    ps->p = digits;
    while (ps->p < ps->end && is_digit(*ps->p))
        ps->p++;
    if (ps->end - ps->p > 1 && *ps->p == '.' && is_digit(ps->p[1])) {
        while (++ps->p < ps->end && is_digit(*ps->p))
            ;
        const char *copy = arena_strndup(ps->ctx->arena, from, (size_t)(ps->p - from));
        struct json_object *number = json_keep_new(ps->ctx->arena, json_object_new_double(strtod(copy, NULL)));
        size_t len;
        const char *text = template_text(ps->ctx->arena, number, &len);
        out->literal = text_literal(ps, text, len);
        return OK;
    }
    while (digits < ps->p - 1 && *digits == '0')
        digits++;
    bool minus = *from == '-' && *digits != '0';
    const char *text = arena_printf(ps->ctx->arena, "%s%.*s", minus ? "-" : "", (int)(ps->p - digits), digits);
    out->literal = text_literal(ps, text, strlen(text));
    return OK;
}

/* "value" / "true" / "false" / "nil" / "null" / "empty" / "blank" */
static enum err parse_word(struct parser *ps, struct operand *out) {
    static const struct {
        const char *word;
        bool is_value;
        const char *json;
    } words[] = {{.word = "value", .is_value = true, .json = "null"},
                 {.word = "true", .json = "true"},
                 {.word = "false", .json = "false"},
                 {.word = "nil", .json = "null"},
                 {.word = "null", .json = "null"},
                 {.word = "empty", .json = "\"\""},
                 {.word = "blank", .json = "\"\""}};
    size_t len = template_word_length(ps), i = 0;
    while (i < sizeof words / sizeof *words && (strlen(words[i].word) != len || memcmp(words[i].word, ps->p, len) != 0))
        i++;
    if (i == sizeof words / sizeof *words)
        return BAD_AT(ps, ps->p, "\"%.*s\" is not known: use value, a \"text\", a number, true, false or nil", (int)len,
                      ps->p);
    out->is_value = words[i].is_value;
    out->literal = json_keep_new(ps->ctx->arena, json_tokener_parse(words[i].json));
    ps->p += len;
    return OK;
}

/* quoted / number / word */
static enum err parse_operand(struct parser *ps, struct operand *out) {
    take_symbol(ps, "");
    *out = (struct operand){0};
    if (is_at_text(ps, "\"") || is_at_text(ps, "'"))
        return parse_quoted(ps, out);
    const char *digit = ps->p + is_at_text(ps, "-");
    if (digit < ps->end && is_digit(*digit))
        return parse_number(ps, out);
    if (template_word_length(ps))
        return parse_word(ps, out);
    return refuse_other(ps, "value, a \"text\", a number, true, false or nil");
}

/* ":" operand { "," operand } */
static enum err parse_arguments(struct parser *ps, struct call *call, size_t *n) {
    const struct template_filter *f = call->filter;
    do {
        take_symbol(ps, "");
        if (*n == f->max)
            return BAD_AT(ps, ps->p, "%s takes %s: write %s", f->name,
                          f->max == 0   ? "no argument"
                          : f->max == 1 ? "one argument"
                                        : "no more than two arguments",
                          f->example);
        enum err e = parse_operand(ps, &call->args[*n]);
        if (e != OK)
            return e;
        ++*n;
    } while (take_symbol(ps, ","));
    return OK;
}

/* NAME [ arguments ], after "|". */
static enum err parse_call(struct parser *ps, struct call *call) {
    take_symbol(ps, "");
    const char *name = ps->p;
    size_t len = template_word_length(ps), n = 0;
    if (!len)
        return refuse_other(ps, "a filter's name");
    call->filter = template_filter_find(name, len);
    if (!call->filter)
        return BAD_AT(ps, name, "\"%.*s\" is no filter: use %s", (int)len, name, template_filter_names(ps->ctx->arena));
    ps->p += len;
    for (size_t i = 0; i < TEMPLATE_ARGUMENTS; i++)
        call->args[i].literal = text_literal(ps, "", 0);
    enum err e = take_symbol(ps, ":") ? parse_arguments(ps, call, &n) : OK;
    if (e == OK && n < call->filter->min)
        return BAD_AT(ps, name, "%s needs an argument: write %s", call->filter->name, call->filter->example);
    return e;
}

static struct piece *add_piece(struct parser *ps, struct template *t) {
    struct piece *piece = arena_alloc(ps->ctx->arena, sizeof *piece);
    *t->last = piece;
    t->last = &piece->next;
    return piece;
}

/* "{{" [ "-" ] operand { "|" call } [ "-" ] "}}" */
static enum err parse_braces(struct parser *ps, struct template *t) {
    struct piece *piece = add_piece(ps, t);
    struct call **last = &piece->calls;
    size_t n = 0;
    ps->open = ps->p;
    ps->p += is_at_text(ps, "{{-") ? 3 : 2;
    enum err e = parse_operand(ps, &piece->head);
    while (e == OK && take_symbol(ps, "|")) {
        if (n++ == TEMPLATE_FILTERS)
            return BAD_AT(ps, ps->p, "more than %d filters are in one chain", TEMPLATE_FILTERS);
        *last = arena_alloc(ps->ctx->arena, sizeof **last);
        e = parse_call(ps, *last);
        last = &(*last)->next;
    }
    if (e != OK)
        return e;
    ps->trim = take_symbol(ps, "-}}");
    return ps->trim || take_symbol(ps, "}}") ? OK : refuse_other(ps, "| and a filter, or }},");
}

/* Everything up to the next braces. */
static enum err parse_plain_text(struct parser *ps, struct template *t) {
    const char *from = ps->p;
    while (ps->p < ps->end && !is_at_text(ps, "{{") && !is_at_text(ps, "{%"))
        ps->p++;
    const char *to = ps->p;
    if (is_at_text(ps, "{%"))
        return BAD_AT(ps, ps->p, "tags are not known here: use {{ value | ... }}");
    while (ps->trim && from < to && is_template_space(*from))
        from++;
    while (is_at_text(ps, "{{-") && to > from && is_template_space(to[-1]))
        to--;
    ps->trim = false;
    if (from == to)
        return OK;
    struct piece *piece = add_piece(ps, t);
    piece->len = (size_t)(to - from);
    piece->text = arena_strndup(ps->ctx->arena, from, piece->len);
    return OK;
}

/* *( braces / text ) */
enum err template_parse(struct ctx *ctx, const char *text, size_t len, struct template **out) {
    struct parser ps = {.ctx = ctx, .start = text, .p = text, .end = text + len};
    struct template *t = arena_alloc(ctx->arena, sizeof *t);
    enum err e = OK;
    t->last = &t->first;
    *out = t;
    if (len > TEMPLATE_BYTES)
        return BAD_AT(&ps, text + TEMPLATE_BYTES, "the template should have ended: it may have %d bytes",
                      TEMPLATE_BYTES);
    const uint8_t *broken = u8_check((const uint8_t *)text, len);
    if (broken)
        return BAD_AT(&ps, (const char *)broken, "UTF-8 was expected");
    while (e == OK && ps.p < ps.end)
        e = is_at_text(&ps, "{{") ? parse_braces(&ps, t) : parse_plain_text(&ps, t);
    return e;
}

static struct json_object *operand_value(const struct template_run *run, const struct operand *o) {
    return o->is_value ? run->value : o->literal;
}

static struct json_object *eval_braces(struct template_run *run, const struct piece *piece) {
    struct json_object *v = operand_value(run, &piece->head);
    for (const struct call *c = piece->calls; c && !run->overflow; c = c->next) {
        struct json_object *args[TEMPLATE_ARGUMENTS];
        for (size_t i = 0; i < TEMPLATE_ARGUMENTS; i++)
            args[i] = operand_value(run, &c->args[i]);
        v = c->filter->apply(run, v, args);
    }
    return v;
}

/* The result of braces that stand alone. */
static struct json_object *result_of_braces(struct template_run *run, struct arena *a, struct json_object *v) {
    size_t len;
    const char *text;
    if (!v || run->overflow)
        return NULL;
    if (!json_object_is_type(v, json_type_array)) {
        text = template_text(run->arena, v, &len);
        return json_keep_new(a, json_object_new_string_len(text, (int)len));
    }
    struct json_object *list = json_new_array(a);
    for (size_t i = 0, n = json_object_array_length(v); i < n; i++) {
        text = template_text(run->arena, json_object_array_get_idx(v, i), &len);
        json_object_array_add(list, json_object_new_string_len(text, (int)len));
    }
    return list;
}

static struct json_object *joined_pieces(struct template_run *run, struct arena *a, const struct template *t) {
    struct buf *b = buf_new(run->arena, TEMPLATE_RESULT);
    for (const struct piece *piece = t->first; piece && !run->overflow && !buf_overflowed(b); piece = piece->next) {
        size_t len = piece->len;
        const char *text = piece->text ? piece->text : template_text(run->arena, eval_braces(run, piece), &len);
        buf_add(b, text, len);
    }
    return run->overflow || buf_overflowed(b)
               ? NULL
               : json_keep_new(a, json_object_new_string_len(buf_text(b), (int)buf_len(b)));
}

/* Whether a value is within the limits. */
static bool is_result_small(struct arena *a, struct json_object *v) {
    size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0, sum = 0, len;
    if (json_object_is_type(v, json_type_string))
        return json_object_get_string_len(v) <= TEMPLATE_RESULT;
    for (size_t i = 0; i < n && n <= TEMPLATE_ELEMENTS && sum <= TEMPLATE_RESULT; i++) {
        template_text(a, json_object_array_get_idx(v, i), &len);
        sum += len;
    }
    return n <= TEMPLATE_ELEMENTS && sum <= TEMPLATE_RESULT;
}

struct json_object *template_eval(struct arena *a, const struct template *t, struct json_object *value, size_t *left) {
    assert(t && left);
    if (!*left)
        return NULL;
    struct template_run run = {.arena = arena_create(), .value = value, .left = *left};
    struct json_object *result = NULL;
    bool single = t->first && !t->first->next && !t->first->text;
    if (is_result_small(run.arena, value))
        result = single ? result_of_braces(&run, a, eval_braces(&run, t->first)) : joined_pieces(&run, a, t);
    arena_destroy(run.arena);
    *left = run.left;
    return result;
}
