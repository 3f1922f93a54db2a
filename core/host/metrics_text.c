/* The metrics in the text format of Prometheus. */

#include "base/buf.h"
#include "base/words.h"
#include "host/metrics_internal.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4. */

static const struct {
    enum metric_type type;
    const char *name, *labels, *help;
} metrics[METRIC_COUNT] = {
#define METRIC(name, type, text, labels, help) [METRIC_##name] = {METRIC_##type, text, labels, help},
#include "host/metrics.def"
#undef METRIC
};

void metrics_write_head(struct buf *out, const char *name, const char *type, const char *help) {
    buf_fmt(out, "# HELP muster_%s %s\n# TYPE muster_%s %s\n", name, help, name, type);
}

/* The name of a sample, and each label with its value; without `values` all are "other". `le` NULL: none. */
static void write_series(struct buf *out, const char *name, const char *suffix, const char *labels, const char *values,
                         const char *le) {
    char before = '{';
    buf_fmt(out, "muster_%s%s", name, suffix);
    size_t n, len = strlen("other");
    for (const char *rest = labels, *label; (label = words_next(&rest, " ", &n));) {
        const char *value = values ? words_next(&values, " ", &len) : "other";
        buf_fmt(out, "%c%.*s=\"%.*s\"", before, (int)n, label, (int)len, value ? value : "");
        before = ',';
    }
    if (le)
        buf_fmt(out, "%cle=\"%s\"", before, le);
    buf_str(out, le || *labels ? "} " : " ");
}

void metrics_write_series(struct buf *out, const char *name, const char *labels, const char *values) {
    write_series(out, name, "", labels, values, NULL);
}

static void write_histogram(struct buf *out, enum metric which, const char *values, struct metrics_slot *s) {
    const char *name = metrics[which].name, *labels = metrics[which].labels;
    uint64_t count = 0, sum = atomic_load(&s->sum);
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        count += atomic_load(&s->buckets[i]);
        write_series(out, name, "_bucket", labels, values, metrics_bounds[i].seconds);
        buf_fmt(out, "%" PRIu64 "\n", count);
    }
    write_series(out, name, "_sum", labels, values, NULL);
    buf_fmt(out, "%" PRIu64 ".%06" PRIu64 "\n", sum / 1000000, sum % 1000000);
    write_series(out, name, "_count", labels, values, NULL);
    buf_fmt(out, "%" PRIu64 "\n", count);
}

static void write_slot(struct buf *out, enum metric which, const char *values, struct metrics_slot *s) {
    if (metrics[which].type == METRIC_HISTOGRAM) {
        write_histogram(out, which, values, s);
        return;
    }
    metrics_write_series(out, metrics[which].name, metrics[which].labels, values);
    buf_fmt(out, "%" PRIu64 "\n", atomic_load(&s->buckets[0]));
}

static bool is_slot_empty(struct metrics_slot *s) {
    for (int i = 0; i < METRICS_BUCKETS; i++)
        if (atomic_load(&s->buckets[i]))
            return false;
    return true;
}

/* A metric without labels has one series, which exists from the beginning. */
static void write_metric(struct buf *out, enum metric which, struct metrics_region *r) {
    bool one = !*metrics[which].labels, found = false;
    metrics_write_head(out, metrics[which].name, metrics[which].type == METRIC_COUNTER ? "counter" : "histogram",
                       metrics[which].help);
    for (struct metrics_slot *s = r->slots; s < r->slots + METRICS_SLOTS; s++) {
        uint64_t words[METRICS_WORDS + 1] = {0};
        if (atomic_load(&s->metric) != (uint64_t)which + 1)
            continue;
        for (int i = 0; i < METRICS_WORDS; i++)
            words[i] = atomic_load(&s->text[i]);
        write_slot(out, which, (const char *)words, s);
        found = true;
    }
    if (one ? !found : !is_slot_empty(&r->other[which]))
        write_slot(out, which, NULL, &r->other[which]);
}

void metrics_write(struct metrics *m, struct buf *out) {
    for (int i = 0; m && i < METRIC_COUNT; i++)
        write_metric(out, (enum metric)i, m->region);
}
