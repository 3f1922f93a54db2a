#ifndef MUSTER_SERVER_PATIENCE_H
#define MUSTER_SERVER_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

struct worker;

/* How a worker's request waits for locks. */
struct patience {
    bool placed;          /* it has a place for heavy work */
    bool waits;           /* counted among the waiting workers */
    int64_t since, until; /* clock_monotonic_ms() */
};

/*
 * Sets how long the worker's transactions wait for a lock: 2 s, and once more. A waiting worker serves nobody, so only
 * half of the host's workers may wait longer than half a second, counted in the file of the limits together with those
 * that wait for a place of a rate. One more may wait half a second at a time, but only while other changes of its
 * organization are done: then the locks come, and there are just many requests. Otherwise it is 503 at once. `placed`:
 * the request has a place for heavy work, and waits 2 s before this is checked.
 */
void patience_set(struct worker *w, bool placed);

#endif
