#include "webhook/retry.h"

#include <stdlib.h>

enum { ASKED_MAX = 3600 };

static const double table[] = {5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600};

double retry_rest(long asked) {
    return asked > ASKED_MAX ? ASKED_MAX : (double)asked;
}

/* From 0.9 to 1.1, so that what failed together does not come back together. */
static double jitter(void) {
    return 0.9 + 0.2 * (double)(random() % 10000) / 10000;
}

double retry_after(int attempts, long asked, long scale) {
    if (attempts < 0 || (size_t)attempts >= sizeof table / sizeof *table)
        return RETRY_NO_MORE;
    return asked > 0 ? retry_rest(asked) : table[attempts] * jitter() / (double)scale;
}
