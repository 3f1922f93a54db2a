/* Long polls: how many workers of a host may wait for events at the same time. */

#include "admin/waiting.h"

#include "base/clock.h"
#include "host/limits.h"
#include "server/watchdog.h"
#include "server/worker.h"

/* A place is reserved for this time and renewed; the place of a killed process is free after it. */
#define LEASE INT64_C(3000000000)
enum { ALONE_MS = 1000 };

static int64_t begin_wait(void *arg, int64_t ms) {
    struct worker *w = arg;
    unsigned workers = settings_workers(w->settings);
    bool alone = workers < 2 || !w->limits;
    if (!limits_wait_begin(w->limits, LIMITS_FOR_NEWS, LEASE, alone ? 1 : workers / 2))
        return -1;
    if (alone && ms > ALONE_MS)
        ms = ALONE_MS;
    watchdog_extend((long)ms);
    share_pause(w);
    db_deadline(w->db, clock_monotonic_ms() + ms + w->settings->deadline_ms);
    return ms;
}

static bool pause_wait(void *arg, int64_t ms) {
    struct worker *w = arg;
    return worker_pause(w, ms) && limits_wait_renew(w->limits, LEASE);
}

static void end_feed_wait(void *arg) {
    struct worker *w = arg;
    limits_wait_end(w->limits);
    share_resume(w);
}

struct control_waiting waiting_of(struct worker *w) {
    return (struct control_waiting){.begin = begin_wait, .pause = pause_wait, .end = end_feed_wait, .arg = w};
}
