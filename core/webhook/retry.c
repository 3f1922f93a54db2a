/* Computes when a failed delivery is tried again. */

#include "webhook/retry.h"

#include "webhook/policy.h"

#include <assert.h>
#include <stdlib.h>

static const double table[] = POLICY_RETRY_SECONDS;

double retry_rest(long asked) {
    return asked > POLICY_ASKED_SECONDS ? POLICY_ASKED_SECONDS : (double)asked;
}

/* From 0.9 to 1.1, so that deliveries that failed together are not tried again together. */
static double random_factor(void) {
    return 0.9 + 0.2 * (double)(random() % 10000) / 10000;
}

double retry_after(int attempts, long asked, long scale) {
    assert(scale > 0);
    if (attempts < 0 || (size_t)attempts >= sizeof table / sizeof *table)
        return RETRY_NO_MORE;
    return asked > 0 ? retry_rest(asked) : table[attempts] * random_factor() / (double)scale;
}
