#ifndef MUSTER_SERVER_MEASURE_H
#define MUSTER_SERVER_MEASURE_H

#include "server/service.h"

/* Counts an answered request and its duration. */
void measure_request(const struct call *c, int64_t microseconds);

/* Counts a request refused by the limit of `whose` (organization, token, address). */
void measure_refused(const struct call *c, const char *whose);

/*
 * Counts a request that waited longer than a moment for a lock; `in_vain`: it was given up, or was not allowed to wait.
 */
void measure_lock_wait(const struct worker *w, bool in_vain);

#endif
