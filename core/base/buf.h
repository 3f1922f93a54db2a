#ifndef MUSTER_BASE_BUF_H
#define MUSTER_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * A growing text with a fixed maximum. What would exceed it is left out, and so is everything after it: callers keep
 * writing and check once, at the end. Nobody gets a cut text without asking for it.
 */
struct buf;

/* An empty text of at most `max` bytes; it lives as long as the arena. */
struct buf *buf_new(struct arena *a, size_t max);

void buf_reset(struct buf *b);

/*
 * The whole text, NUL-terminated; it belongs to the buffer and is valid until the next write. The process ends if the
 * text was cut: if input from outside can make it too long, check buf_overflowed() first.
 */
const char *buf_text(const struct buf *b);
size_t buf_len(const struct buf *b);

/* Whether something was left out. */
bool buf_overflowed(const struct buf *b);

/* The part of the text that fitted, whole or not, for people to read. */
const char *buf_beginning(const struct buf *b);

void buf_add(struct buf *b, const char *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Writes a JSON string with its quotes; escapes what RFC 8259 demands, and < > & U+2028 U+2029. */
void buf_json(struct buf *b, const char *s, size_t len);
void buf_json_str(struct buf *b, const char *s);

#endif
