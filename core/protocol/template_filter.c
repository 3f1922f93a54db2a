/* The filters of templates: downcase, split, replace and so on. */

#include "protocol/template_internal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>

struct span {
    const char *s;
    size_t len;
};

static void spend(struct template_run *run, size_t n) {
    run->left -= n < run->left ? n : run->left;
    if (!run->left)
        run->overflow = true;
}

static struct span span_of(struct template_run *run, struct json_object *v) {
    struct span text;
    text.s = template_text(run->arena, v, &text.len);
    spend(run, text.len);
    return text;
}

static struct span skip_bytes(struct span t, size_t n) {
    return (struct span){t.s + n, t.len - n};
}

/* Counts the output of a filter. */
static void count_work(struct template_run *run, size_t n) {
    run->work += n;
    spend(run, n);
    if (run->work > TEMPLATE_WORK)
        run->overflow = true;
}

static struct json_object *string_of(struct template_run *run, struct span t) {
    return json_keep_new(run->arena, json_object_new_string_len(t.s, (int)t.len));
}

static struct json_object *made_text(struct template_run *run, const struct buf *b) {
    run->overflow = run->overflow || buf_overflowed(b);
    count_work(run, buf_len(b));
    return string_of(run, (struct span){buf_beginning(b), buf_len(b)});
}

typedef uint8_t *cased(const uint8_t *s, size_t n, const char *language, uninorm_t form, uint8_t *out, size_t *len);

static void add_cased(struct buf *b, struct span t, cased *fn) {
    size_t n = 0;
    uint8_t *text = t.len ? fn((const uint8_t *)t.s, t.len, NULL, NULL, NULL, &n) : NULL;
    if (text)
        buf_add(b, (const char *)text, n);
    else
        buf_add(b, t.s, t.len); /* nothing, or no UTF-8 */
    free(text);
}

/* Converts sigma separately: the library would look for the end of the word, but Ruby does not. */
static struct json_object *downcase(struct template_run *run, struct json_object *in, struct json_object *const *args) {
    struct span t = span_of(run, in);
    struct buf *b = buf_new(run->arena, TEMPLATE_RESULT);
    const char *sigma;
    (void)args;
    while (t.len && (sigma = memmem(t.s, t.len, "\xce\xa3", 2))) {
        size_t before = (size_t)(sigma - t.s);
        add_cased(b, (struct span){t.s, before}, u8_tolower);
        buf_str(b, "\xcf\x83");
        t = skip_bytes(t, before + 2);
    }
    add_cased(b, t, u8_tolower);
    return made_text(run, b);
}

static struct json_object *upcase(struct template_run *run, struct json_object *in, struct json_object *const *args) {
    struct buf *b = buf_new(run->arena, TEMPLATE_RESULT);
    (void)args;
    add_cased(b, span_of(run, in), u8_toupper);
    return made_text(run, b);
}

static bool is_filter_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct json_object *strip(struct template_run *run, struct json_object *in, struct json_object *const *args) {
    struct span t = span_of(run, in);
    (void)args;
    while (t.len && is_filter_space(*t.s))
        t = skip_bytes(t, 1);
    while (t.len && is_filter_space(t.s[t.len - 1]))
        t.len--;
    count_work(run, t.len);
    return string_of(run, t);
}

static struct json_object *append_text(struct template_run *run, struct json_object *in,
                                       struct json_object *const *args) {
    struct span front = span_of(run, in), back = span_of(run, args[0]);
    struct buf *b = buf_new(run->arena, TEMPLATE_RESULT);
    buf_add(b, front.s, front.len);
    buf_add(b, back.s, back.len);
    return made_text(run, b);
}

static struct json_object *prepend(struct template_run *run, struct json_object *in, struct json_object *const *args) {
    return append_text(run, args[0], &in);
}

/* A list that grows by parts of a text; empty parts are held back until one that is not empty follows. */
struct parts {
    struct template_run *run;
    struct json_object *list;
    size_t empty;
};

static void add_element(struct parts *p, struct span t) {
    if (json_object_array_length(p->list) >= TEMPLATE_ELEMENTS)
        p->run->overflow = true;
    if (p->run->overflow)
        return;
    count_work(p->run, t.len + 1);
    json_object_array_add(p->list, json_object_new_string_len(t.s, (int)t.len));
}

static void add_part(struct parts *p, struct span t) {
    if (!t.len) {
        p->empty++;
        return;
    }
    for (; p->empty && !p->run->overflow; p->empty--)
        add_element(p, (struct span){"", 0});
    add_element(p, t);
}

static void split_words(struct parts *p, struct span t) {
    while (t.len) {
        size_t n = 0;
        while (n < t.len && !is_filter_space(t.s[n]))
            n++;
        if (n)
            add_part(p, (struct span){t.s, n});
        t = skip_bytes(t, n + (n < t.len));
    }
}

/* Bytes of the first character of a text; an invalid byte counts as a character. */
static size_t character_length(struct span t) {
    int n = u8_mblen((const uint8_t *)t.s, t.len);
    return n > 0 ? (size_t)n : 1;
}

static void split_characters(struct parts *p, struct span t) {
    while (t.len && !p->run->overflow) {
        size_t n = character_length(t);
        add_part(p, (struct span){t.s, n});
        t = skip_bytes(t, n);
    }
}

static void split_at(struct parts *p, struct span t, struct span by) {
    const char *hit;
    while (!p->run->overflow && (hit = memmem(t.s, t.len, by.s, by.len))) {
        size_t before = (size_t)(hit - t.s);
        add_part(p, (struct span){t.s, before});
        t = skip_bytes(t, before + by.len);
    }
    add_part(p, t);
}

static struct json_object *split_text(struct template_run *run, struct json_object *in,
                                      struct json_object *const *args) {
    struct span t = span_of(run, in), by = span_of(run, args[0]);
    struct parts p = {.run = run, .list = json_new_array(run->arena)};
    if (by.len == 1 && *by.s == ' ')
        split_words(&p, t);
    else if (!by.len)
        split_characters(&p, t);
    else
        split_at(&p, t, by);
    return p.list;
}

static struct json_object *first(struct template_run *run, struct json_object *in, struct json_object *const *args) {
    (void)run;
    (void)args;
    return json_object_is_type(in, json_type_array) ? json_object_array_get_idx(in, 0) : NULL;
}

static struct json_object *last(struct template_run *run, struct json_object *in, struct json_object *const *args) {
    size_t n = json_object_is_type(in, json_type_array) ? json_object_array_length(in) : 0;
    (void)run;
    (void)args;
    return n ? json_object_array_get_idx(in, n - 1) : NULL;
}

/*
 * The replacement for a match. A backslash has a meaning, as in Ruby's gsub. There are no groups, so \1 to \9 are
 * empty.
 */
static void add_replacement(struct buf *b, struct span by, struct span match, struct span whole) {
    const char *behind = match.s + match.len;
    for (size_t i = 0; i < by.len; i++) {
        char c = by.s[i] == '\\' && i + 1 < by.len ? by.s[i + 1] : ' ';
        if (!strchr("0123456789&`'\\", c)) {
            buf_char(b, by.s[i]);
            continue;
        }
        i++;
        if (c == '\\')
            buf_char(b, c);
        else if (c == '0' || c == '&')
            buf_add(b, match.s, match.len);
        else if (c == '`')
            buf_add(b, whole.s, (size_t)(match.s - whole.s));
        else if (c == '\'')
            buf_add(b, behind, (size_t)(whole.s + whole.len - behind));
    }
}

/* An empty text matches before each character and at the end. */
static void replace_between(struct buf *b, struct span whole, struct span by) {
    struct span t = whole;
    while (t.len && !buf_overflowed(b)) {
        size_t n = character_length(t);
        add_replacement(b, by, (struct span){t.s, 0}, whole);
        buf_add(b, t.s, n);
        t = skip_bytes(t, n);
    }
    add_replacement(b, by, (struct span){t.s, 0}, whole);
}

static struct json_object *replace_text(struct template_run *run, struct json_object *in,
                                        struct json_object *const *args) {
    struct span whole = span_of(run, in), t = whole, what = span_of(run, args[0]), by = span_of(run, args[1]);
    struct buf *b = buf_new(run->arena, TEMPLATE_RESULT);
    const char *hit;
    if (!what.len) {
        replace_between(b, whole, by);
        return made_text(run, b);
    }
    while (!buf_overflowed(b) && (hit = memmem(t.s, t.len, what.s, what.len))) {
        size_t before = (size_t)(hit - t.s);
        buf_add(b, t.s, before);
        add_replacement(b, by, (struct span){hit, what.len}, whole);
        t = skip_bytes(t, before + what.len);
    }
    buf_add(b, t.s, t.len);
    return made_text(run, b);
}

static struct json_object *or_default(struct template_run *run, struct json_object *in,
                                      struct json_object *const *args) {
    (void)run;
    bool no = json_object_is_type(in, json_type_boolean) && !json_object_get_boolean(in);
    bool empty_text = json_object_is_type(in, json_type_string) && json_object_get_string_len(in) == 0;
    bool empty_list = json_object_is_type(in, json_type_array) && json_object_array_length(in) == 0;
    return !in || no || empty_text || empty_list ? args[0] : in;
}

static const struct template_filter filters[] = {
    {.name = "downcase", .example = "downcase", .apply = downcase},
    {.name = "upcase", .example = "upcase", .apply = upcase},
    {.name = "strip", .example = "strip", .apply = strip},
    {.name = "split", .example = "split: \",\"", .min = 1, .max = 1, .apply = split_text},
    {.name = "first", .example = "first", .apply = first},
    {.name = "last", .example = "last", .apply = last},
    {.name = "replace", .example = "replace: \"old\", \"new\"", .min = 1, .max = 2, .apply = replace_text},
    {.name = "prepend", .example = "prepend: \"org:\"", .min = 1, .max = 1, .apply = prepend},
    {.name = "append", .example = "append: \"@example.com\"", .min = 1, .max = 1, .apply = append_text},
    {.name = "default", .example = "default: \"none\"", .max = 1, .apply = or_default},
};

const struct template_filter *template_filter_find(const char *name, size_t len) {
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (strlen(filters[i].name) == len && memcmp(filters[i].name, name, len) == 0)
            return &filters[i];
    return NULL;
}

const char *template_filter_names(struct arena *a) {
    struct buf *b = buf_new(a, 256);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        buf_fmt(b, "%s%s", i ? ", " : "", filters[i].name);
    return buf_text(b);
}
