/* Rate limits in memory that all processes of a host share: buckets that refill with places. */

#include "base/siphash.h"
#include "host/limits_internal.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <time.h>

/* Each try is one lost race. So many in a row cannot happen; if they do, the request passes uncounted. */
enum { TRIES = 1000 };

static const int64_t second_ns = 1000000000;

/* A rule in nanoseconds: the time for one place, and from an empty bucket to a full one. */
struct pace {
    int64_t step, span;
};

/* The bucket of a key, or the one that it would take over. */
struct place {
    struct limits_bucket *bucket;
    uint64_t tag;
    int64_t full_at;
};

int64_t limits_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (int64_t)t.tv_sec * second_ns + t.tv_nsec;
}

void limits_sleep(int64_t ns) {
    if (ns <= 0)
        return;
    int64_t until = limits_now() + ns;
    struct timespec t = {.tv_sec = until / second_ns, .tv_nsec = until % second_ns};
    while (clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &t, NULL) == EINTR)
        continue;
}

static int64_t clamp_to(int64_t n, int64_t low, int64_t high) {
    return n < low ? low : n > high ? high : n;
}

static struct pace pace_of(struct limits_rule rule) {
    int64_t period = (rule.seconds > 0 ? rule.seconds : 1) * second_ns, longest = INT64_MAX / 4;
    int64_t step = (period - 1) / rule.rate + 1;
    return (struct pace){.step = step, .span = rule.burst < longest / step ? rule.burst * step : longest};
}

/* When the bucket is full again by this rule. A time in the past means now; an impossible time leaves one place. */
static int64_t seen_full_at(int64_t full_at, int64_t now, struct pace p) {
    if (full_at > now + p.span + LIMITS_WAIT_MAX)
        return now + p.span - p.step;
    return full_at > now ? full_at : now;
}

static int64_t wait_of(int64_t full_at, int64_t now, struct pace p) {
    int64_t wait = full_at + p.step - p.span - now;
    return wait > 0 ? wait : 0;
}

static int64_t seconds_up(int64_t ns) {
    return ns / second_ns + (ns % second_ns > 0);
}

static void describe_bucket(struct limits_state *out, struct limits_rule rule, struct pace p, int64_t full_at,
                            int64_t now) {
    int64_t free_ns = p.span - (full_at - now);
    *out = (struct limits_state){.limit = rule.burst,
                                 .remaining = (int32_t)clamp_to(free_ns / p.step, 0, rule.burst),
                                 .retry = seconds_up(wait_of(full_at, now, p)),
                                 .reset = seconds_up(full_at - now)};
}

/*
 * The key's own bucket, or else the one that has been full the longest. A key may have two buckets for a moment, when
 * two processes took over different ones: the emptier one counts, so no charge is lost.
 */
static struct place look_for_bucket(struct limits_bucket *set, uint64_t tag) {
    struct place own = {0}, oldest = {.full_at = INT64_MAX};
    for (struct limits_bucket *b = set; b < set + LIMITS_WAYS; b++) {
        struct place p = {.bucket = b, .tag = atomic_load(&b->tag), .full_at = atomic_load(&b->full_at)};
        if (p.tag == tag && (!own.bucket || p.full_at > own.full_at))
            own = p;
        if (!oldest.bucket || p.full_at < oldest.full_at)
            oldest = p;
    }
    return own.bucket ? own : oldest;
}

/* false: another process was faster. If another key took the bucket over meanwhile, the charge does not count. */
static bool charge_bucket(struct place p, uint64_t tag, int64_t full_at) {
    if (p.tag != tag && !atomic_compare_exchange_strong(&p.bucket->tag, &p.tag, tag))
        return false;
    return atomic_compare_exchange_strong(&p.bucket->full_at, &p.full_at, full_at) &&
           atomic_load(&p.bucket->tag) == tag;
}

/* The set of a key, and its tag there. */
static struct limits_bucket *find_bucket_set(struct limits *l, const char *key, enum limits_table table,
                                             uint64_t *tag) {
    uint64_t hash[2];
    siphash_128(l->file->head.secret, key, strlen(key), hash);
    *tag = hash[1] ? hash[1] : 1;
    return l->file->buckets[table == LIMITS_STRANGERS][hash[0] % LIMITS_SETS];
}

/* With a negative `max_wait_ns` it only asks. */
static int64_t ask_limit(struct limits *l, const char *key, struct limits_rule rule, int64_t max_wait_ns,
                         struct limits_state *out) {
    *out = (struct limits_state){0};
    if (!l || rule.rate <= 0 || rule.burst <= 0)
        return 0;
    struct pace p = pace_of(rule);
    uint64_t tag;
    struct limits_bucket *set = find_bucket_set(l, key, rule.table, &tag);
    for (int i = 0; i < TRIES; i++) {
        struct place place = look_for_bucket(set, tag);
        int64_t now = limits_now(); /* read after the bucket: an older time would count a place of the burst twice */
        int64_t full_at = seen_full_at(place.full_at, now, p), wait = wait_of(full_at, now, p);
        if (wait > max_wait_ns) {
            describe_bucket(out, rule, p, full_at, now);
            return wait ? -1 : 0;
        }
        if (charge_bucket(place, tag, full_at + p.step)) {
            describe_bucket(out, rule, p, full_at + p.step, now);
            return wait;
        }
    }
    return 0;
}

int64_t limits_take(struct limits *l, const char *key, struct limits_rule rule, int64_t max_wait_ns,
                    struct limits_state *out) {
    struct limits_state state;
    return ask_limit(l, key, rule, clamp_to(max_wait_ns, 0, LIMITS_WAIT_MAX), out ? out : &state);
}

void limits_charge(struct limits *l, const char *key, struct limits_rule rule, int64_t places) {
    assert(places >= 0);
    if (!l || rule.rate <= 0 || rule.burst <= 0)
        return;
    struct pace p = pace_of(rule);
    uint64_t tag;
    struct limits_bucket *set = find_bucket_set(l, key, rule.table, &tag);
    for (int i = 0; i < TRIES; i++) {
        struct place place = look_for_bucket(set, tag);
        int64_t now = limits_now(), full_at = seen_full_at(place.full_at, now, p);
        int64_t room = now + p.span > full_at ? now + p.span - full_at : 0;
        if (charge_bucket(place, tag, full_at + (places < room / p.step ? places * p.step : room)))
            return;
    }
}

bool limits_peek(struct limits *l, const char *key, struct limits_rule rule, struct limits_state *out) {
    struct limits_state state;
    return ask_limit(l, key, rule, -1, out ? out : &state) == 0;
}

/* Only the first `at_most` entries are used, so no count is needed. The clock is read after each of them. */
bool limits_wait_begin(struct limits *l, enum limits_waiting what, int64_t wait_ns, unsigned at_most) {
    if (!l)
        return true;
    limits_wait_end(l);
    for (unsigned i = 0; i < at_most && i < LIMITS_WAITERS; i++) {
        _Atomic int64_t *wait = &l->file->waits[what][i];
        int64_t old = atomic_load(wait), now = limits_now();
        int64_t until = now + clamp_to(wait_ns, 1, LIMITS_WAIT_MAX);
        bool taken = old > now && old <= now + LIMITS_WAIT_MAX;
        if (taken || !atomic_compare_exchange_strong(wait, &old, until))
            continue;
        l->wait = wait;
        l->wait_until = until;
        return true;
    }
    return false;
}

/* If the time has passed, the entry may belong to another process, which wrote a later time. */
void limits_wait_end(struct limits *l) {
    if (!l || !l->wait)
        return;
    int64_t ours = l->wait_until;
    atomic_compare_exchange_strong(l->wait, &ours, 0);
    l->wait = NULL;
}

bool limits_wait_renew(struct limits *l, int64_t wait_ns) {
    if (!l)
        return true;
    int64_t ours = l->wait_until, until = limits_now() + clamp_to(wait_ns, 1, LIMITS_WAIT_MAX);
    if (!l->wait || !atomic_compare_exchange_strong(l->wait, &ours, until)) {
        l->wait = NULL;
        return false;
    }
    l->wait_until = until;
    return true;
}
