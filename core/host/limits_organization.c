/* What is stored of each organization: when it was served, and whether its locks hang. */

#include "base/siphash.h"
#include "host/limits_internal.h"
#include "host/limits_share.h"

#include <assert.h>
#include <string.h>

/* The times are only hints, so a torn or lost word does no harm. */

static const int64_t second_ns = 1000000000, fresh_ns = 50000000;

/* Times of `recent` are in units of about a millisecond; 32 bits last seven weeks. */
enum { RECENT_SHIFT = 20 };

static uint64_t hash_of(const struct limits *l, const char *organization, uint64_t *set) {
    uint64_t hash[2];
    siphash_128(l->file->head.secret, organization, strlen(organization), hash);
    *set = hash[0] % LIMITS_ORGANIZATION_SETS;
    hash[1] ^= (uint64_t)l->side << 32;
    return hash[1] ? hash[1] : 1;
}

/* The organization's entry; NULL: none. With `make` it takes over the entry of its set that was unused the longest. */
static struct limits_organization *entry_of(struct limits *l, const char *organization, bool make) {
    assert(organization);
    uint64_t set, tag = hash_of(l, organization, &set);
    struct limits_organization *entries = l->file->organizations[set], *oldest = entries;
    for (struct limits_organization *e = entries; e < entries + LIMITS_ORGANIZATION_WAYS; e++) {
        if (atomic_load(&e->tag) == tag)
            return e;
        if (atomic_load(&e->last) < atomic_load(&oldest->last))
            oldest = e;
    }
    if (!make)
        return NULL;
    atomic_store(&oldest->last, 0);
    atomic_store(&oldest->hung, 0);
    atomic_store(&oldest->done, 0);
    atomic_store(&oldest->used, 0);
    atomic_store(&oldest->tag, tag);
    return oldest;
}

static uint32_t age_of(uint64_t recent, int64_t now) {
    return (uint32_t)(now >> RECENT_SHIFT) - (uint32_t)recent;
}

static void note_recent(struct limits *l, uint32_t tag, int64_t now) {
    _Atomic uint64_t *words = l->file->recent[l->side], *oldest = words;
    for (_Atomic uint64_t *w = words; w < words + LIMITS_RECENT; w++) {
        uint64_t word = atomic_load(w);
        if ((uint32_t)(word >> 32) == tag || age_of(word, now) > age_of(atomic_load(oldest), now))
            oldest = w;
        if ((uint32_t)(word >> 32) == tag)
            break;
    }
    atomic_store(oldest, (uint64_t)tag << 32 | (uint32_t)(now >> RECENT_SHIFT));
}

void limits_served(struct limits *l, const char *organization) {
    if (!l)
        return;
    struct limits_organization *e = entry_of(l, organization, true);
    int64_t now = limits_now(), last = atomic_load(&e->last);
    if (last > now || now - last > second_ns)
        atomic_store(&e->since, now);
    else if (now - last < fresh_ns)
        return;
    atomic_store(&e->last, now);
    note_recent(l, (uint32_t)(atomic_load(&e->tag) >> 32), now);
}

bool limits_others_served(struct limits *l, const char *organization, int64_t ns) {
    uint64_t set;
    if (!l)
        return false;
    int64_t now = limits_now();
    uint32_t tag = (uint32_t)(hash_of(l, organization, &set) >> 32);
    for (int i = 0; i < LIMITS_RECENT; i++) {
        uint64_t word = atomic_load(&l->file->recent[l->side][i]);
        if (word && (uint32_t)(word >> 32) != tag && age_of(word, now) < (uint32_t)(ns >> RECENT_SHIFT))
            return true;
    }
    return false;
}

bool limits_rivals(struct limits *l, const char *organization) {
    struct limits_organization *e = l ? entry_of(l, organization, false) : NULL;
    int64_t now = limits_now();
    if (!e || now - atomic_load(&e->last) > second_ns)
        return false;
    int64_t alone = now - atomic_load(&e->since);
    return limits_others_served(l, organization, alone < second_ns ? alone : second_ns);
}

/* What is left of a `used`. Between two halvings it falls evenly. */
static uint32_t rest_of(uint64_t used, int64_t now) {
    uint32_t age = age_of(used >> 32, now), halves = age / LIMITS_HALF_MS, rest = (uint32_t)used;
    if (halves > 31)
        return 0;
    rest >>= halves;
    return rest - (uint32_t)((uint64_t)rest * (age % LIMITS_HALF_MS) / (2 * LIMITS_HALF_MS));
}

static void add_used(_Atomic uint64_t *used, int64_t ms) {
    uint64_t old = atomic_load(used), sum, word;
    do {
        int64_t now = limits_now();
        sum = rest_of(old, now) + (uint64_t)ms;
        word = (uint64_t)(uint32_t)(now >> RECENT_SHIFT) << 32 | (sum < UINT32_MAX ? sum : UINT32_MAX);
    } while (!atomic_compare_exchange_weak(used, &old, word));
}

void limits_use(struct limits *l, const char *organization, int64_t ms) {
    assert(ms >= 0);
    if (!l)
        return;
    add_used(&entry_of(l, organization, true)->used, ms);
    add_used(&l->file->used[l->side], ms);
}

struct limits_used limits_used(struct limits *l, const char *organization) {
    struct limits_organization *e = l ? entry_of(l, organization, false) : NULL;
    if (!e)
        return (struct limits_used){0};
    uint64_t own = atomic_load(&e->used), all = atomic_load(&l->file->used[l->side]);
    int64_t now = limits_now(); /* after both, so that neither is of a later time */
    return (struct limits_used){.own = rest_of(own, now), .all = rest_of(all, now)};
}

void limits_done(struct limits *l, const char *organization) {
    if (l)
        atomic_store(&entry_of(l, organization, true)->done, limits_now());
}

void limits_hung(struct limits *l, const char *organization) {
    if (l)
        atomic_store(&entry_of(l, organization, true)->hung, limits_now());
}

bool limits_gets_on(struct limits *l, const char *organization, int64_t ns) {
    struct limits_organization *e = l ? entry_of(l, organization, false) : NULL;
    return e && limits_now() - atomic_load(&e->done) < ns;
}

bool limits_hangs(struct limits *l, const char *organization, int64_t ns) {
    struct limits_organization *e = l ? entry_of(l, organization, false) : NULL;
    int64_t hung = e ? atomic_load(&e->hung) : 0;
    return hung && limits_now() - hung < ns && atomic_load(&e->done) < hung;
}
