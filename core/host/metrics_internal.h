#ifndef MUSTER_HOST_METRICS_INTERNAL_H
#define MUSTER_HOST_METRICS_INTERNAL_H

#include "host/metrics.h"

#include <stdalign.h>
#include <stdatomic.h>

/* The layout of the metrics in the mapped file. A change of it needs a new LIMITS_VERSION. */
enum { METRICS_SLOTS = 1024, METRICS_PROBES = 64, METRICS_MAX = 32, METRICS_WORDS = 13, METRICS_BUCKETS = 14 };

/*
 * One series. All zero: free. The process that claims it by its tag writes the text, and so does every process that
 * finds it claimed but not yet readable: the text is the same, so a process that dies in between does no harm.
 */
struct metrics_slot {
    alignas(64) _Atomic uint64_t tag;          /* 64 bits of the hash of metric and text */
    _Atomic uint64_t metric;                   /* 1 + enum metric; 0: the text is not written yet */
    _Atomic uint64_t text[METRICS_WORDS];      /* the values of its labels, filled up with NULs */
    _Atomic uint64_t buckets[METRICS_BUCKETS]; /* a counter uses only the first; not cumulative */
    _Atomic uint64_t sum;                      /* microseconds */
};

struct metrics_region {
    struct metrics_slot slots[METRICS_SLOTS]; /* open addressing; a slot is never freed */
    struct metrics_slot other[METRICS_MAX];   /* for each metric: the counts that found no slot */
};

_Static_assert((int)METRIC_COUNT <= METRICS_MAX, "the file has room for so many metrics");

/* The limits contain this, and metrics_of() returns it. */
struct metrics {
    struct metrics_region *region;
    const uint64_t *secret; /* the file's secret, 2 words */
};

enum metric_type { METRIC_COUNTER, METRIC_HISTOGRAM };

/* The upper bound of a bucket; the last bucket has none. */
struct metrics_bound {
    uint64_t microseconds;
    const char *seconds;
};
extern const struct metrics_bound metrics_bounds[METRICS_BUCKETS];

#endif
