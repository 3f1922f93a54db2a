#ifndef MUSTER_BASE_UTF8_H
#define MUSTER_BASE_UTF8_H

#include <stddef.h>

/*
 * How many bytes the character at `p` has; 0: it is none (also one that is longer than need be, or a surrogate), or
 * `end` cuts it off.
 */
size_t utf8_length(const unsigned char *p, const unsigned char *end);

/* Writes a code point; gives the number of its bytes. */
size_t utf8_encode(unsigned c, char out[4]);

#endif
