#include "patience.h"

#include "base/limits.h"
#include "measure.h"

#include <string.h>

enum { LOCK_MS = 2000, MOMENT_MS = 500 };

/* Two waits, and the work before each. */
#define LEASE INT64_C(5000000000)

static bool begin_wait(void *arg) {
    struct worker *w = arg;
    enum limits_waiting what = strcmp(w->service, "scim") == 0 ? LIMITS_FOR_PLACE : LIMITS_FOR_LOCK;
    return limits_wait_begin(w->limits, what, LEASE, service_share(w->settings));
}

static void end_wait(void *arg, bool in_vain) {
    struct worker *w = arg;
    limits_wait_end(w->limits);
    measure_lock_wait(w, in_vain);
}

void patience_set(struct worker *w, bool placed) {
    struct db_patience p = {
        .brief_ms = placed ? LOCK_MS : MOMENT_MS, .ms = LOCK_MS, .begin = begin_wait, .end = end_wait, .arg = w};
    db_set_patience(w->db, &p);
}
