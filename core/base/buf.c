/* A text that grows up to a limit; callers check once, at the end, whether it fitted. */

#include "base/buf.h"

#include "base/arena.h"
#include "base/log.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 256 };

struct buf {
    char *data; /* ends in NUL */
    size_t len;
    size_t cap;
    size_t max; /* bytes of text, without the NUL */
    bool overflow;
};

static void release_buffer(void *ptr) {
    struct buf *b = ptr;
    free(b->data);
}

struct buf *buf_new(struct arena *a, size_t max) {
    assert(max < SIZE_MAX);
    struct buf *b = arena_alloc(a, sizeof *b);
    b->max = max;
    b->cap = max < FIRST ? max + 1 : FIRST;
    b->data = calloc(1, b->cap);
    arena_defer(a, release_buffer, b);
    return b;
}

void buf_reset(struct buf *b) {
    b->len = 0;
    b->overflow = false;
    b->data[0] = '\0';
}

const char *buf_text(const struct buf *b) {
    if (b->overflow)
        log_fatal("buffer", "a text is longer than was thought possible");
    return b->data;
}

const char *buf_beginning(const struct buf *b) {
    return b->data;
}

size_t buf_len(const struct buf *b) {
    return b->len;
}

bool buf_overflowed(const struct buf *b) {
    return b->overflow;
}

/* Makes room for `more` bytes and the NUL; false: they would exceed the maximum. */
static bool reserve_room(struct buf *b, size_t more) {
    if (b->overflow || more > b->max - b->len) {
        b->overflow = true;
        return false;
    }
    if (b->len + more < b->cap)
        return true;
    size_t cap = b->cap * 2;
    if (cap < b->len + more + 1)
        cap = b->len + more + 1;
    b->data = realloc(b->data, cap);
    b->cap = cap;
    return true;
}

void buf_add(struct buf *b, const char *data, size_t len) {
    if (!reserve_room(b, len))
        return;
    memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
}

void buf_str(struct buf *b, const char *s) {
    buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c) {
    buf_add(b, &c, 1);
}

void buf_fmt(struct buf *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    size_t room = b->cap - b->len;
    int n = vsnprintf(b->data + b->len, room, fmt, ap);
    va_end(ap);
    if (n >= 0 && reserve_room(b, (size_t)n)) {
        if ((size_t)n >= room)
            vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
        b->len += (size_t)n;
    } else
        b->overflow = true;
    b->data[b->len] = '\0';
    va_end(again);
}

/* The short escape of a character, NULL if it has none. */
static const char *short_escape(unsigned char c) {
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return NULL;
    }
}

/* U+2028 and U+2029 end lines in JavaScript. */
static bool is_line_separator(const char *s, size_t left) {
    return left >= 3 && (unsigned char)s[0] == 0xe2 && (unsigned char)s[1] == 0x80 &&
           ((unsigned char)s[2] == 0xa8 || (unsigned char)s[2] == 0xa9);
}

void buf_json(struct buf *b, const char *s, size_t len) {
    size_t plain = 0;
    buf_char(b, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        bool separator = is_line_separator(s + i, len - i);
        const char *escape = short_escape(c);
        if (!escape && c >= 0x20 && c != 0x7f && c != '<' && c != '>' && c != '&' && !separator)
            continue;
        buf_add(b, s + plain, i - plain);
        if (escape)
            buf_str(b, escape);
        else
            buf_fmt(b, "\\u%04x", separator ? 0x2000U + ((unsigned char)s[i + 2] & 0x3fU) : c);
        i += separator ? 2 : 0;
        plain = i + 1;
    }
    buf_add(b, s + plain, len - plain);
    buf_char(b, '"');
}

void buf_json_str(struct buf *b, const char *s) {
    buf_json(b, s, strlen(s));
}
