#ifndef MUSTER_BASE_NUMBER_H
#define MUSTER_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads a whole number: [ "-" ] 1*DIGIT, and nothing before or after it in the `len` bytes. A number too large for
 * int64_t becomes its least or greatest value. false: no number, and *out is unchanged.
 */
bool number_parse(const char *text, size_t len, int64_t *out);

/* Whether the whole text is a number from `low` to `high`; if not, *out is unchanged. */
bool number_within(const char *text, int64_t low, int64_t high, int64_t *out);

enum { NUMBER_DIGITS = 17 };

/*
 * The fewest digits (without sign and point) that read back as the same number, and the power of ten of the first: 1250
 * is "125" and 3. A number that is not finite has no digits.
 */
int number_shortest(double d, char digits[NUMBER_DIGITS + 1]);

#endif
