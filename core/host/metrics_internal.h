#ifndef MUSTER_HOST_METRICS_INTERNAL_H
#define MUSTER_HOST_METRICS_INTERNAL_H

#include "host/metrics.h"

#include <stdalign.h>
#include <stdatomic.h>

/* The layout of the metrics in the mapped file. A change of it is a new LIMITS_VERSION. */
enum { METRICS_SLOTS = 1024, METRICS_PROBES = 64, METRICS_MAX = 32, METRICS_WORDS = 13, METRICS_BUCKETS = 14 };

/*
 * One series. All zero: free. Who claims it by its tag writes the text behind it, and so does whoever finds it claimed
 * and not yet readable: it is the same text, so a process that dies in between harms nothing.
 */
struct metrics_slot {
    alignas(64) _Atomic uint64_t tag;          /* 64 bits of the hash of metric and text */
    _Atomic uint64_t metric;                   /* 1 + enum metric; 0: the text is not written yet */
    _Atomic uint64_t text[METRICS_WORDS];      /* the values of its labels, with NULs behind it */
    _Atomic uint64_t buckets[METRICS_BUCKETS]; /* of a counter the first alone; not cumulative */
    _Atomic uint64_t sum;                      /* microseconds */
};

struct metrics_region {
    struct metrics_slot slots[METRICS_SLOTS]; /* open addressing; a slot is never given back */
    struct metrics_slot other[METRICS_MAX];   /* by metric: what found no place */
};

_Static_assert((int)METRIC_COUNT <= METRICS_MAX, "the file has room for so many metrics");

/* What the limits hold and metrics_of() gives. */
struct metrics {
    struct metrics_region *region;
    const uint64_t *secret; /* of the file, 2 words */
};

enum metric_type { METRIC_COUNTER, METRIC_HISTOGRAM };

/* The upper bound of a bucket; the last has none. */
struct metrics_bound {
    uint64_t microseconds;
    const char *seconds;
};
extern const struct metrics_bound metrics_bounds[METRICS_BUCKETS];

#endif
