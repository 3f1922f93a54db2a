/* Counters and histograms in the memory that all processes of a host share. */

#include "host/metrics_internal.h"

#include "base/siphash.h"
#include "host/limits_internal.h"

#include <assert.h>
#include <string.h>

enum { TEXT_BYTES = METRICS_WORDS * sizeof(uint64_t) };

const struct metrics_bound metrics_bounds[METRICS_BUCKETS] = {
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},      {25000, "0.025"},
    {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},      {1000000, "1"},
    {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"}, {UINT64_MAX, "+Inf"},
};

struct metrics *metrics_of(struct limits *l) {
    return l ? &l->metrics : NULL;
}

/* The text is written before the metric's number, so whoever can read the number reads a whole text. */
static void name_slot(struct metrics_slot *s, enum metric which, const uint64_t words[METRICS_WORDS]) {
    for (int i = 0; i < METRICS_WORDS; i++)
        atomic_store(&s->text[i], words[i]);
    atomic_store(&s->metric, (uint64_t)which + 1);
}

/* The slot of the series, a free one that it takes, or the slot for the others. */
static struct metrics_slot *slot_of(struct metrics *m, enum metric which, const char *values) {
    assert(which < METRIC_COUNT && values);
    uint64_t key[1 + METRICS_WORDS] = {which}, hash[2];
    size_t len = strlen(values);
    if (len >= TEXT_BYTES)
        return &m->region->other[which];
    memcpy(key + 1, values, len);
    siphash_128(m->secret, key, sizeof *key + len, hash);
    uint64_t tag = hash[1] ? hash[1] : 1;
    for (uint64_t i = 0; i < METRICS_PROBES; i++) {
        struct metrics_slot *s = &m->region->slots[(hash[0] + i) % METRICS_SLOTS];
        uint64_t there = atomic_load(&s->tag);
        if (there == 0 && atomic_compare_exchange_strong(&s->tag, &there, tag))
            there = tag;
        if (there != tag)
            continue;
        if (atomic_load(&s->metric) == 0)
            name_slot(s, which, key + 1);
        return s;
    }
    return &m->region->other[which];
}

void metrics_count(struct metrics *m, enum metric which, const char *values, uint64_t n) {
    if (m)
        atomic_fetch_add(&slot_of(m, which, values)->buckets[0], n);
}

void metrics_observe(struct metrics *m, enum metric which, const char *values, uint64_t microseconds) {
    size_t i = 0;
    if (!m)
        return;
    while (microseconds > metrics_bounds[i].microseconds)
        i++;
    struct metrics_slot *s = slot_of(m, which, values);
    atomic_fetch_add(&s->buckets[i], 1);
    atomic_fetch_add(&s->sum, microseconds);
}
