#ifndef MUSTER_SERVER_PATIENCE_H
#define MUSTER_SERVER_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

/* How a worker's request waits for locks. */
struct patience {
    bool placed;   /* it has a place of those for heavy work */
    bool waits;    /* counted among those that wait */
    int64_t until; /* clock_monotonic_ms() */
};

/*
 * How long the worker's transactions wait for a lock: 2 s, and once more. A worker that waits serves nobody, so only
 * half of the host's workers wait for longer than half a second, counted in the file of the limits together with those
 * that wait for a place of a rate. One more goes on, for half a second at a time, only where another change of its
 * organization was done meanwhile: the locks come, there are just many who want them. Else it is 503 at once. `placed`:
 * the request has a place of those for heavy work, and waits 2 s before it is asked.
 */
void patience_set(struct worker *w, bool placed);

#endif
