/* Which process works for which organization, to give each its share. */

#include "host/limits_share.h"

#include "base/siphash.h"
#include "host/limits_internal.h"
#include "host/limits_process.h"

#include <assert.h>
#include <string.h>

/* More bits of enum limits_work: the process asks for a place, but does not have it yet; it is of LIMITS_ADMIN. */
enum { TRYING = 8, SIDE = 16, FLAGS = 31, TRIES = 40, SURE_AFTER = 2 };

static const int64_t pause_ns = 50000;

/* What the seats of the other processes say. */
struct seen {
    unsigned own, all;               /* have a place */
    unsigned own_trying, all_trying; /* ask for a place */
};

static uint64_t tag_of(const struct limits *l, const char *organization) {
    uint64_t hash[2];
    if (!organization)
        return 0;
    siphash_128(l->file->head.secret, organization, strlen(organization), hash);
    return hash[0] & ~(uint64_t)FLAGS;
}

/* Seats are taken from the front, so the used ones are close together. */
static unsigned seats_used(const struct limits *l) {
    uint64_t n = atomic_load(&l->file->seats_used);
    return n < LIMITS_SEATS ? (unsigned)n : LIMITS_SEATS;
}

static void use_seats(struct limits *l, uint64_t n) {
    uint64_t used = atomic_load(&l->file->seats_used);
    while (used < n && !atomic_compare_exchange_weak(&l->file->seats_used, &used, n))
        continue;
}

void limits_seat_take(struct limits *l, enum limits_side side) {
    uint64_t me = l ? limits_process_self() : 0;
    if (!me || l->seat)
        return;
    for (unsigned i = 0; i < LIMITS_SEATS; i++) {
        struct limits_seat *s = &l->file->seats[i];
        uint64_t owner = atomic_load(&s->owner);
        if ((owner && !limits_process_gone(owner)) || !atomic_compare_exchange_strong(&s->owner, &owner, me))
            continue;
        atomic_store(&s->work, 0);
        use_seats(l, i + 1);
        l->seat = s;
        l->side = side;
        return;
    }
}

void limits_seat_leave(struct limits *l) {
    if (!l || !l->seat)
        return;
    atomic_store(&l->seat->work, 0);
    atomic_store(&l->seat->owner, 0);
    l->seat = NULL;
}

static uint64_t side_of(const struct limits *l) {
    return l->side == LIMITS_ADMIN ? SIDE : 0;
}

void limits_work(struct limits *l, const char *organization, unsigned what) {
    if (!l || !l->seat)
        return;
    if (atomic_load(&l->seat->work) == 0)
        atomic_store(&l->seat->since, limits_now());
    atomic_store(&l->seat->work, what ? tag_of(l, organization) | what | side_of(l) : 0);
}

/* The work of a seat of our side; 0: it is free. With `sure` the seat of a process that is gone is freed. */
static uint64_t work_of(const struct limits *l, struct limits_seat *s, bool sure) {
    uint64_t owner = atomic_load(&s->owner), work = atomic_load(&s->work);
    if (!owner || !work || (work & SIDE) != side_of(l))
        return 0;
    if (!sure || !limits_process_gone(owner))
        return work;
    atomic_compare_exchange_strong(&s->owner, &owner, 0);
    return 0;
}

static struct seen count_seats(struct limits *l, uint64_t tag, bool sure) {
    struct seen n = {0};
    for (struct limits_seat *s = l->file->seats, *end = s + seats_used(l); s < end; s++) {
        if (s == l->seat || !(atomic_load(&s->work) & (LIMITS_HEAVY | TRYING)))
            continue;
        uint64_t work = work_of(l, s, sure);
        bool own = (work & ~(uint64_t)FLAGS) == tag;
        if (work & LIMITS_HEAVY) {
            n.all++;
            n.own += own;
        } else if (work & TRYING) {
            n.all_trying++;
            n.own_trying += own;
        }
    }
    return n;
}

/*
 * A process first announces that it wants a place, then looks at the others. If two want the last place, at least one
 * sees the other, so they never both get it. If both see each other, both step back and try again, each after a
 * different time.
 */
bool limits_work_heavy(struct limits *l, const char *organization, unsigned share, unsigned all) {
    assert(share <= all);
    if (!l || !l->seat)
        return true;
    uint64_t tag = tag_of(l, organization), before = atomic_load(&l->seat->work) & FLAGS;
    if (before & LIMITS_HEAVY)
        return true;
    for (unsigned i = 0; i < TRIES; i++) {
        atomic_store(&l->seat->work, tag | before | TRYING);
        struct seen n = count_seats(l, tag, i >= SURE_AFTER);
        bool first = n.own + n.own_trying == 0;
        if (n.own + n.own_trying < share && (first || n.all + n.all_trying < all)) {
            atomic_store(&l->seat->work, tag | before | LIMITS_HEAVY);
            return true;
        }
        atomic_store(&l->seat->work, tag | before);
        bool full = n.own >= share || (n.own > 0 && n.all >= all);
        if (i >= SURE_AFTER && full)
            return false;
        if (!full)
            limits_sleep(pause_ns * (1 + (l->seat - l->file->seats) % TRIES));
    }
    return false;
}

struct limits_others limits_others(struct limits *l, const char *organization, int64_t moment_ns, bool sure) {
    struct limits_others n = {0};
    if (!l)
        return n;
    uint64_t tag = tag_of(l, organization);
    int64_t before = limits_now() - moment_ns;
    for (struct limits_seat *s = l->file->seats, *end = s + seats_used(l); s < end; s++) {
        uint64_t work = s == l->seat ? 0 : work_of(l, s, sure);
        bool own = work && (work & ~(uint64_t)FLAGS) == tag, old = own && atomic_load(&s->since) < before;
        n.busy += work != 0;
        n.own += own;
        n.own_old += old;
        n.writes += own && (work & LIMITS_WRITE);
        n.writes_old += old && (work & LIMITS_WRITE);
    }
    return n;
}
