#ifndef MUSTER_BASE_UTF8_H
#define MUSTER_BASE_UTF8_H

#include <stddef.h>

struct arena;

/*
 * How many bytes the character at `p` has; 0: not a valid character (an overlong form, a surrogate), or `end` cuts it
 * off.
 */
size_t utf8_length(const unsigned char *p, const unsigned char *end);

/* Writes a code point; returns the number of its bytes. */
size_t utf8_encode(unsigned c, char out[4]);

/* How many bytes at the beginning of a text, at most `most`, are whole characters. */
size_t utf8_cut(const char *text, size_t most);

/*
 * The text itself; if it has more than `most` bytes, its beginning in whole characters and "...", at most `most` bytes.
 */
const char *utf8_shorten(struct arena *a, const char *text, size_t most);

/*
 * A copy of bytes from anywhere as a text that PostgreSQL takes: "?" for each byte that is no character, and for
 * control characters, but for tab and the ends of lines.
 */
const char *utf8_clean(struct arena *a, const char *bytes, size_t len);

#endif
