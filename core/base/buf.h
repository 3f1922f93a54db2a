#ifndef MUSTER_BASE_BUF_H
#define MUSTER_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * A growing text with a maximum from birth. What would go over it is left out, and so is all that comes after: callers
 * write on and look once, at the end. Nobody gets a text that was cut without asking for it.
 */
struct buf;

/* An empty text of at most `max` bytes that lives as long as the arena. */
struct buf *buf_new(struct arena *a, size_t max);

void buf_reset(struct buf *b);

/*
 * The whole text, with a NUL behind it; it is the buffer's, and good until that is written to. A text that was cut ends
 * the process: where what comes from outside can make it too long, buf_overflowed() is asked before.
 */
const char *buf_text(const struct buf *b);
size_t buf_len(const struct buf *b);

/* Whether something was left out. */
bool buf_overflowed(const struct buf *b);

/* What there was room for, whole or not, for people to read. */
const char *buf_beginning(const struct buf *b);

void buf_add(struct buf *b, const char *data, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string with its quotes; escapes what RFC 8259 demands and < > & U+2028 U+2029. */
void buf_json(struct buf *b, const char *s, size_t len);
void buf_json_str(struct buf *b, const char *s);

#endif
