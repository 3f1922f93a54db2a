/* Lists of words, and the distance between two words. */

#include "base/words.h"

#include <assert.h>
#include <string.h>

const char *words_next(const char **list, const char *by, size_t *len) {
    assert(*by);
    const char *word = *list + strspn(*list, by);
    *len = strcspn(word, by);
    *list = word + *len;
    return *len ? word : NULL;
}

bool words_have(const char *list, const char *by, const char *word, size_t len) {
    size_t n;
    for (const char *one; (one = words_next(&list, by, &n));)
        if (n == len && memcmp(one, word, n) == 0)
            return true;
    return false;
}

/* Levenshtein's, row by row. */
size_t words_distance(const char *a, size_t n, const char *b, size_t m) {
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1];
    n = n < LONGEST ? n : LONGEST;
    m = m < LONGEST ? m : LONGEST;
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t replaced = corner + (a[i - 1] != b[j - 1]);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            corner = row[j];
            row[j] = least < replaced ? least : replaced;
        }
    }
    return row[m];
}
