/* How long a request may wait for locks that others hold. */

#include "server/patience.h"

#include "base/clock.h"
#include "host/limits_share.h"
#include "server/measure.h"
#include "server/service.h"

#include <string.h>

enum { LOCK_MS = 2000, MOMENT_MS = 500 };

/* Enough for two waits and the work before each. */
#define LEASE INT64_C(5000000000)

static int64_t next_wait(void *arg, unsigned waits) {
    struct worker *w = arg;
    struct patience *p = &w->patience;
    enum limits_waiting what = strcmp(w->service, "scim") == 0 ? LIMITS_FOR_PLACE : LIMITS_FOR_LOCK;
    int64_t now = clock_monotonic_ms();
    if (waits == 1) {
        p->until = now + LOCK_MS * (p->placed ? 1 : 2);
        p->since = now - (p->placed ? LOCK_MS : MOMENT_MS);
    }
    int64_t left = p->until - now;
    if (left <= 0)
        return 0;
    if (!p->waits)
        p->waits = limits_wait_begin(w->limits, what, LEASE, settings_share(w->settings));
    if (p->waits)
        return left < LOCK_MS ? left : LOCK_MS;
    bool goes_on =
        *w->share.organization && limits_gets_on(w->limits, w->share.organization, MOMENT_MS * INT64_C(1000000));
    return !goes_on ? 0 : left < MOMENT_MS ? left : MOMENT_MS;
}

static void end_lock_wait(void *arg, bool in_vain) {
    struct worker *w = arg;
    if (w->patience.waits)
        limits_wait_end(w->limits);
    w->patience.waits = false;
    measure_lock_wait(w, in_vain);
    w->share.waited_ms += clock_monotonic_ms() - w->patience.since;
    if (in_vain && *w->share.organization)
        limits_hung(w->limits, w->share.organization);
}

void patience_set(struct worker *w, bool placed) {
    w->patience = (struct patience){.placed = placed};
    struct db_patience p = {.ms = placed ? LOCK_MS : MOMENT_MS, .next = next_wait, .end = end_lock_wait, .arg = w};
    db_set_patience(w->db, &p);
}
