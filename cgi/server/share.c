/* The share of the workers that one organization may use while others wait. */

#include "server/share.h"

#include "base/arena.h"
#include "base/clock.h"
#include "host/limits_share.h"
#include "server/measure.h"
#include "server/patience.h"
#include "server/service.h"
#include "server/watchdog.h"
#include "server/worker.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FREE_MS = 500, PLACE_MS = 100, HUNG_S = 5, UNIT_MS = 10, BURST_S = 1, GREEDY_MS = 2000, NEIGHBOURS_S = 60 };

#define SECOND INT64_C(1000000000)
#define HUNG_NS (HUNG_S * SECOND)

/* A request that ends its process is charged, too. */
static void charge_lost(void *arg) {
    const struct worker *w = arg;
    if (*w->share.organization)
        limits_use(w->limits, w->share.organization, clock_monotonic_ms() - w->share.began_ms);
}

void share_open(struct worker *w) {
    watchdog_last_act(charge_lost, w);
    limits_seat_take(w->limits, strcmp(w->service, "scim") == 0 ? LIMITS_SCIM : LIMITS_ADMIN);
}

void share_close(struct worker *w) {
    limits_seat_leave(w->limits);
}

void share_begin(struct worker *w) {
    w->share = (struct share){.began_ms = clock_monotonic_ms()};
    limits_work(w->limits, NULL, LIMITS_BUSY);
    patience_set(w, false);
}

enum { KEY = 16 + UUID_TEXT };

/* At least one worker of four is left for other requests and other organizations. */
static unsigned most_of(unsigned workers) {
    return workers < 4 ? workers - 1 : workers - workers / 4;
}

/* The rule for an organization's share of the workers' time, in UNIT_MS; writes the key of its bucket. */
static struct limits_rule time_rule(const struct worker *w, const struct share *s, char key[KEY]) {
    int32_t rate = (int32_t)most_of(settings_workers(w->settings)) * (1000 / UNIT_MS);
    snprintf(key, KEY, "time:%s:%s", w->service, s->organization);
    return (struct limits_rule){.rate = rate, .burst = rate * BURST_S, .table = LIMITS_KNOWN};
}

static void charge_share(struct worker *w, const struct share *s) {
    struct limits_rule rule = {.rate = s->rate, .burst = s->burst, .table = LIMITS_KNOWN};
    int64_t took = clock_monotonic_ms() - s->began_ms, more = (took - FREE_MS) / PLACE_MS;
    char key[KEY];
    struct limits_rule time = time_rule(w, s, key);
    limits_charge(w->limits, key, time, (took + UNIT_MS / 2) / UNIT_MS);
    if (took - s->waited_ms >= FREE_MS)
        limits_use(w->limits, s->organization, took - s->waited_ms);
    if (more <= 0)
        return;
    snprintf(key, sizeof key, "org:%s", s->organization);
    limits_charge(w->limits, key, rule, more);
}

void share_end(struct worker *w, int status) {
    const struct share *s = &w->share;
    limits_work(w->limits, NULL, LIMITS_IDLE);
    if (!*s->organization)
        return;
    charge_share(w, s);
    if (!s->refused)
        limits_served(w->limits, s->organization);
    if (s->change && status < 429)
        limits_done(w->limits, s->organization);
    *w->share.organization = '\0'; /* charged */
}

static enum err refuse_share(struct call *c, struct ctx *ctx, const char *what, struct response *out) {
    unsigned share = settings_share(c->worker->settings);
    c->worker->share.refused = true;
    measure_refused(c, "share");
    out->retry_after = 1;
    return fail(ctx, ERR_RATE_LIMITED, "the organization has its share of the service, %u request%s%s at a time", share,
                share == 1 ? "" : "s", what);
}

/* Whether its changes wait for locks in vain, and as many wait as may. */
static bool is_hanging(struct worker *w, const struct limits_others *n) {
    return n->writes >= settings_share(w->settings) && limits_hangs(w->limits, w->share.organization, HUNG_NS);
}

/* Whether it used more than its share of the workers' time, and somebody waits now. */
static bool is_hogging(struct worker *w) {
    char key[KEY];
    struct limits_rule rule = time_rule(w, &w->share, key);
    return !limits_peek(w->limits, key, rule, NULL) && worker_queued(w);
}

/*
 * Whether its long requests used nearly all that such requests used lately, and others came within a minute. Who waits
 * behind long requests is not served meanwhile, so the last second says nothing.
 */
static bool is_greedy(struct worker *w) {
    struct limits_used used = limits_used(w->limits, w->share.organization);
    return used.own > (int64_t)settings_workers(w->settings) * GREEDY_MS && used.own > used.all / 4 * 3 &&
           limits_others_served(w->limits, w->share.organization, NEIGHBOURS_S * SECOND);
}

/*
 * Whether others must wait, or would have to, because it has more than its share. Having more is harmless by itself:
 * identity providers send four quick requests at once, and an Entra job stops after a burst of 429s.
 */
static bool is_crowding(struct worker *w, const struct limits_others *n) {
    unsigned share = settings_share(w->settings);
    if (n->own < share)
        return false;
    bool last = n->busy + 1 >= settings_workers(w->settings) && limits_rivals(w->limits, w->share.organization);
    return (last && ((w->share.change && n->writes_old >= share) || is_hogging(w))) || is_greedy(w);
}

static enum err look_around(struct call *c, struct ctx *ctx, bool change, struct response *out) {
    struct worker *w = c->worker;
    struct limits_others n = limits_others(w->limits, w->share.organization, SECOND, false);
    if ((change && is_hanging(w, &n)) || is_crowding(w, &n))
        n = limits_others(w->limits, w->share.organization, SECOND, true);
    if (change && is_hanging(w, &n)) {
        measure_lock_wait(w, true);
        return fail(ctx, ERR_UNAVAILABLE, "other changes are in the way of this one, try again later");
    }
    return is_crowding(w, &n) ? refuse_share(c, ctx, "", out) : OK;
}

enum err share_enter(struct call *c, struct ctx *ctx, const char *token_hash, bool change, struct response *out) {
    assert(token_hash);
    struct worker *w = c->worker;
    struct limits_token known;
    w->share.began_ms = clock_monotonic_ms();
    w->share.change = change;
    unsigned what = LIMITS_BUSY | (change ? LIMITS_WRITE : 0);
    if (!limits_find(w->limits, token_hash, &known)) {
        limits_work(w->limits, NULL, what);
        return OK;
    }
    if (strspn(known.organization_id, "0-") == UUID_TEXT) { /* a key of the installation */
        limits_work(w->limits, NULL, what);
        limits_served(w->limits, known.organization_id);
        return OK;
    }
    memcpy(w->share.organization, known.organization_id, sizeof w->share.organization);
    w->share.rate = known.org_rate;
    w->share.burst = known.org_burst;
    limits_work(w->limits, w->share.organization, what);
    enum err e = settings_workers(w->settings) > 1 ? look_around(c, ctx, change, out) : OK;
    if (e == OK)
        limits_served(w->limits, w->share.organization);
    return e;
}

void share_pause(struct worker *w) {
    limits_work(w->limits, NULL, LIMITS_IDLE);
    limits_work(w->limits, NULL, LIMITS_BUSY);
    w->share.paused_ms = clock_monotonic_ms();
}

void share_resume(struct worker *w) {
    w->share.began_ms += clock_monotonic_ms() - w->share.paused_ms;
    limits_work(w->limits, NULL, LIMITS_IDLE);
    limits_work(w->limits, *w->share.organization ? w->share.organization : NULL, LIMITS_BUSY);
}

bool share_known(const struct worker *w) {
    return *w->share.organization;
}

void share_note(struct worker *w, const char *organization_id) {
    if (*w->share.organization || !organization_id)
        return;
    memcpy(w->share.organization, organization_id, UUID_TEXT + 1);
    limits_work(w->limits, w->share.organization, LIMITS_BUSY | (w->share.change ? LIMITS_WRITE : 0));
    limits_served(w->limits, w->share.organization);
}

enum err share_heavy(struct call *c, struct ctx *ctx, struct response *out) {
    struct worker *w = c->worker;
    unsigned workers = settings_workers(w->settings);
    if (w->share.heavy || workers < 2)
        return OK;
    if (!limits_work_heavy(w->limits, w->share.organization, settings_share(w->settings), most_of(workers)))
        return refuse_share(c, ctx, " of this size or kind", out);
    w->share.heavy = true;
    patience_set(w, true);
    return OK;
}
