#ifndef MUSTER_HOST_METRICS_H
#define MUSTER_HOST_METRICS_H

#include <stdint.h>

struct buf;
struct limits;

/*
 * Counters of what all processes of a host have done: a region of the file of the limits (host/limits.h), with its
 * rules. It has only atomic words and no locks: a process may be killed at any instruction, and loses at most its last
 * count. Counts begin anew with a new file, for example after a boot. Every function accepts NULL for the metrics and
 * then does nothing. A count costs less than a microsecond.
 */
struct metrics;

/* One of metrics.def. */
enum metric {
#define METRIC(name, type, text, labels, help) METRIC_##name,
#include "host/metrics.def"
#undef METRIC
    METRIC_COUNT
};

/* Lives as long as `l`; NULL for NULL. */
struct metrics *metrics_of(struct limits *l);

/*
 * Adds to a counter. `values` are the values of its labels, in their order, separated by blanks: "scim GET /Users/{id}
 * 200"; "" if it has no labels. They come from a small fixed set, never from a client, and contain no blanks, quotes or
 * backslashes. `n` 0 creates the series, so that its first increase can be seen. If the table (1024 series) is full, or
 * the text is longer than 103 bytes, each label gets the value "other".
 */
void metrics_count(struct metrics *m, enum metric which, const char *values, uint64_t n);

/* Adds a duration to a histogram. */
void metrics_observe(struct metrics *m, enum metric which, const char *values, uint64_t microseconds);

/*
 * Writes all metrics in Prometheus' text format 0.0.4, in the order of metrics.def. The count of a histogram is the sum
 * of its buckets, even while others are counting.
 */
void metrics_write(struct metrics *m, struct buf *out);

/* Writes the two lines before a metric's samples: `name` without muster_, `type` "counter", "gauge" or "histogram". */
void metrics_write_head(struct buf *out, const char *name, const char *type, const char *help);

/*
 * Writes the name of a sample and its labels, and a blank: muster_name{service="scim",method="GET"}; `values` as above.
 */
void metrics_write_series(struct buf *out, const char *name, const char *labels, const char *values);

#endif
