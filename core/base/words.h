#ifndef MUSTER_BASE_WORDS_H
#define MUSTER_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next word of a list whose words are separated by one or more of the characters `by`; moves *list past it, and
 * sets `len` to its bytes. NULL: there are no more. No word is empty.
 */
const char *words_next(const char **list, const char *by, size_t *len);

/* Whether a list has this word of `len` bytes. */
bool words_have(const char *list, const char *by, const char *word, size_t len);

/*
 * How many characters must be inserted, deleted or replaced to turn one word into the other; those after 64 do not
 * count.
 */
size_t words_distance(const char *a, size_t n, const char *b, size_t m);

#endif
