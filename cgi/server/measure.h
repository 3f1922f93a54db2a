#ifndef MUSTER_SERVER_MEASURE_H
#define MUSTER_SERVER_MEASURE_H

#include "server/service.h"

/* Counts a request that was answered, and how long it took. */
void measure_request(const struct call *c, int64_t microseconds);

/* Counts one that was refused by the limit of `whose` (organization, token, address). */
void measure_refused(const struct call *c, const char *whose);

/* Counts one that waited for a lock for longer than a moment; `in_vain`: and was given up, or was not let wait. */
void measure_lock_wait(const struct worker *w, bool in_vain);

#endif
