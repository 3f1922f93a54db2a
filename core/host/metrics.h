#ifndef MUSTER_HOST_METRICS_H
#define MUSTER_HOST_METRICS_H

#include <stdint.h>

struct buf;
struct limits;

/*
 * What the processes of a host have done, counted together: a region of the file of the limits (host/limits.h), with
 * its rules. Only atomic words, no locks: a process may be killed at any instruction, and at most its last count is
 * lost. Counts begin anew with the file, as after a boot. Every function takes NULL for the metrics and then does
 * nothing. A count costs less than a microsecond.
 */
struct metrics;

/* One of metrics.def. */
enum metric {
#define METRIC(name, type, text, labels, help) METRIC_##name,
#include "host/metrics.def"
#undef METRIC
    METRIC_COUNT
};

/* NULL for NULL. It lives as long as `l`. */
struct metrics *metrics_of(struct limits *l);

/*
 * Adds to a counter. `values` are those of its labels, in their order, by blanks: "scim GET /Users/{id} 200"; "" where
 * it has none. They come from a bounded set of our own, never from a client, and have neither blanks nor quotes nor
 * backslashes in them. `n` 0 makes the series appear, so that its first increase can be seen. What finds no place in
 * the table (1024 series), or is longer than 103 bytes, is counted with the value "other" for each label.
 */
void metrics_count(struct metrics *m, enum metric which, const char *values, uint64_t n);

/* Adds a duration to a histogram. */
void metrics_observe(struct metrics *m, enum metric which, const char *values, uint64_t microseconds);

/*
 * All of them in Prometheus' text format 0.0.4, in the order of metrics.def. The count of a histogram is the sum of its
 * buckets even while others are counting.
 */
void metrics_write(struct metrics *m, struct buf *out);

/* The two lines in front of a metric's samples: `name` without muster_, `type` "counter", "gauge" or "histogram". */
void metrics_write_head(struct buf *out, const char *name, const char *type, const char *help);

/* The name of a sample and its labels, with a blank: muster_name{service="scim",method="GET"}; `values` as above. */
void metrics_write_series(struct buf *out, const char *name, const char *labels, const char *values);

#endif
