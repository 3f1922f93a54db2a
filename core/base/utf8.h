#ifndef MUSTER_BASE_UTF8_H
#define MUSTER_BASE_UTF8_H

#include <stddef.h>

struct arena;

/*
 * How many bytes the character at `p` has; 0: it is none (also one that is longer than need be, or a surrogate), or
 * `end` cuts it off.
 */
size_t utf8_length(const unsigned char *p, const unsigned char *end);

/* Writes a code point; gives the number of its bytes. */
size_t utf8_encode(unsigned c, char out[4]);

/* How many bytes of the beginning of a text are whole characters, at most `most` of them. */
size_t utf8_cut(const char *text, size_t most);

/* The text itself; one of more than `most` bytes: whole characters of its beginning and "...", `most` bytes at most. */
const char *utf8_shorten(struct arena *a, const char *text, size_t most);

#endif
