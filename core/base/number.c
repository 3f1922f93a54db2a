/* Numbers read from text, and the digits of those that are written. */

#include "base/number.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool number_parse(const char *text, size_t len, int64_t *out) {
    bool negative = len && *text == '-';
    int64_t n = 0;
    if (len == negative)
        return false;
    for (const char *p = text + negative; p < text + len; p++) {
        if (*p < '0' || *p > '9')
            return false;
        int digit = negative ? '0' - *p : *p - '0';
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, digit, &n))
            n = negative ? INT64_MIN : INT64_MAX;
    }
    *out = n;
    return true;
}

bool number_within(const char *text, int64_t low, int64_t high, int64_t *out) {
    assert(low <= high);
    int64_t n;
    if ((*text == '-' && low >= 0) || !number_parse(text, strlen(text), &n) || n < low || n > high)
        return false;
    *out = n;
    return true;
}

int number_shortest(double d, char digits[NUMBER_DIGITS + 1]) {
    char text[64];
    for (int n = 0; n < NUMBER_DIGITS; n++) {
        snprintf(text, sizeof text, "%.*e", n, d);
        double back = strtod(text, NULL);
        if (!(back < d) && !(back > d))
            break;
    }
    size_t n = 0;
    const char *p = text;
    for (; *p && *p != 'e'; p++)
        if (*p >= '0' && *p <= '9')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = '\0';
    return n ? (int)strtol(p + 1, NULL, 10) : 0;
}
