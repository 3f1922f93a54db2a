#ifndef MUSTER_BASE_WORDS_H
#define MUSTER_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next word of a list whose words are parted by one or more of the characters `by`; *list moves behind it, and
 * `len` receives its bytes. NULL: there are no more. No word is empty.
 */
const char *words_next(const char **list, const char *by, size_t *len);

/* Whether one of the words of a list is this one of `len` bytes. */
bool words_have(const char *list, const char *by, const char *word, size_t len);

/* How many characters must be put in, taken out or replaced to make one word of the other; those after 64 do not count.
 */
size_t words_distance(const char *a, size_t n, const char *b, size_t m);

#endif
