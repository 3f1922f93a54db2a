#ifndef MUSTER_BASE_BUF_H
#define MUSTER_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * A growing text with a maximum from birth. Going over it sets `overflow`, which
 * stays: callers write on and look once, at the end. `data` always ends in NUL.
 */
struct buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max; /* bytes of text, without the NUL */
    bool overflow;
};

/* An empty text of at most `max` bytes that lives as long as the arena. */
struct buf *buf_new(struct arena *a, size_t max);

void buf_reset(struct buf *b);
void buf_add(struct buf *b, const char *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes; escapes what RFC 8259 demands and < > & U+2028 U+2029. */
void buf_json(struct buf *b, const char *s, size_t len);
void buf_json_str(struct buf *b, const char *s);

#endif
