#include "server/share.h"

#include "base/arena.h"
#include "base/clock.h"
#include "host/limits_share.h"
#include "server/measure.h"
#include "server/patience.h"
#include "server/service.h"
#include "server/worker.h"

#include <stdio.h>
#include <string.h>

enum { FREE_MS = 500, PLACE_MS = 100, DEPTH = 4, HUNG_S = 5, UNIT_MS = 10, BURST_S = 1 };

#define SECOND INT64_C(1000000000)
#define HUNG_NS (HUNG_S * SECOND)

void share_open(struct worker *w) {
    if (strcmp(w->service, "scim") == 0)
        limits_seat_take(w->limits);
}

void share_close(struct worker *w) {
    limits_seat_leave(w->limits);
}

void share_begin(struct worker *w) {
    w->share = (struct share){0};
    limits_work(w->limits, NULL, LIMITS_BUSY);
    patience_set(w, false);
}

enum { KEY = 8 + UUID_TEXT };

/* At least one worker of four is left for what is not heavy, and for the others. */
static unsigned most_of(unsigned workers) {
    return workers < 4 ? workers - 1 : workers - workers / 4;
}

/* What an organization may use of the workers' time beside others, by UNIT_MS; gives the key of its bucket. */
static struct limits_rule time_rule(const struct worker *w, const struct share *s, char key[KEY]) {
    int32_t rate = (int32_t)most_of(settings_workers(w->settings)) * (1000 / UNIT_MS);
    snprintf(key, KEY, "time:%s", s->organization);
    return (struct limits_rule){.rate = rate, .burst = rate * BURST_S, .table = LIMITS_KNOWN};
}

static void charge(struct worker *w, const struct share *s) {
    struct limits_rule rule = {.rate = s->rate, .burst = s->burst, .table = LIMITS_KNOWN};
    int64_t took = clock_monotonic_ms() - s->began_ms, more = (took - FREE_MS) / PLACE_MS;
    char key[KEY];
    struct limits_rule time = time_rule(w, s, key);
    limits_charge(w->limits, key, time, (took + UNIT_MS / 2) / UNIT_MS);
    if (more <= 0)
        return;
    snprintf(key, sizeof key, "org:%s", s->organization);
    limits_charge(w->limits, key, rule, more);
}

void share_end(struct worker *w, int status) {
    const struct share *s = &w->share;
    limits_work(w->limits, NULL, LIMITS_IDLE);
    if (!*s->organization || status >= 429)
        return;
    charge(w, s);
    if (s->change)
        limits_done(w->limits, s->organization);
}

static enum err refuse(struct exchange *x, const char *what) {
    unsigned share = settings_share(x->settings);
    x->call->worker->share.refused = true;
    measure_refused(x->call, "share");
    x->response.retry_after = 1;
    return fail(&x->session.ctx, ERR_RATE_LIMITED,
                "the organization has its share of the service, %u request%s%s at a time", share, share == 1 ? "" : "s",
                what);
}

/* Its changes wait for locks that do not come, and as many as may wait do. */
static bool hangs(struct worker *w, const struct limits_others *n) {
    return n->writes >= settings_share(w->settings) && limits_hangs(w->limits, w->share.organization, HUNG_NS);
}

/* It used more of the workers' time than is left to one, and somebody waits for them now. */
static bool hogs(struct worker *w) {
    char key[KEY];
    struct limits_rule rule = time_rule(w, &w->share, key);
    return !limits_peek(w->limits, key, rule, NULL) && worker_queued(w);
}

/* Others have to wait for what it has more than its share, or would. That it has more is no harm by itself: four quick
   requests at once are what an identity provider sends, and an Entra job is stopped after a burst of 429s. */
static bool crowds(struct worker *w, const struct limits_others *n) {
    unsigned share = settings_share(w->settings);
    return n->own >= share && n->busy + 1 >= settings_workers(w->settings) &&
           limits_rivals(w->limits, w->share.organization) && ((w->share.change && n->writes_old >= share) || hogs(w));
}

static enum err look_around(struct exchange *x, bool change) {
    struct worker *w = x->call->worker;
    struct limits_others n = limits_others(w->limits, w->share.organization, SECOND, false);
    if ((change && hangs(w, &n)) || crowds(w, &n))
        n = limits_others(w->limits, w->share.organization, SECOND, true);
    if (change && hangs(w, &n)) {
        measure_lock_wait(w, true);
        return fail(&x->session.ctx, ERR_UNAVAILABLE, "other changes are in the way of this one, try again later");
    }
    return crowds(w, &n) ? refuse(x, "") : OK;
}

enum err share_enter(struct exchange *x, bool change) {
    struct worker *w = x->call->worker;
    struct limits_token known;
    w->share.began_ms = clock_monotonic_ms();
    w->share.change = change;
    unsigned what = LIMITS_BUSY | (change ? LIMITS_WRITE : 0);
    if (!limits_find(w->limits, x->session.token_hash, &known)) {
        limits_work(w->limits, NULL, what);
        return OK;
    }
    memcpy(w->share.organization, known.organization_id, sizeof w->share.organization);
    w->share.rate = known.org_rate;
    w->share.burst = known.org_burst;
    limits_work(w->limits, w->share.organization, what);
    enum err e = settings_workers(w->settings) > 1 ? look_around(x, change) : OK;
    if (e == OK)
        limits_served(w->limits, w->share.organization);
    return e;
}

bool share_known(const struct worker *w) {
    return *w->share.organization;
}

void share_note(struct worker *w, const struct session *s) {
    if (*w->share.organization || !s->tenant.token_id)
        return;
    memcpy(w->share.organization, s->tenant.organization_id, UUID_TEXT + 1);
    limits_served(w->limits, w->share.organization);
}

static enum err learn(struct exchange *x) {
    struct session *s = &x->session;
    enum err e = s->tenant.token_id ? OK : session_authenticate(s);
    if (e == ERR_STALE_SCHEMAS) { /* mended by the operation */
        fail_clear(&s->ctx);
        e = OK;
    }
    if (e == OK)
        share_note(x->call->worker, s);
    return e;
}

enum err share_heavy(struct exchange *x) {
    struct worker *w = x->call->worker;
    unsigned workers = settings_workers(w->settings);
    if (w->share.heavy || workers < 2)
        return OK;
    enum err e = *w->share.organization ? OK : learn(x);
    if (e != OK)
        return e;
    if (!limits_work_heavy(w->limits, w->share.organization, settings_share(w->settings), most_of(workers)))
        return refuse(x, " of this size or kind");
    w->share.heavy = true;
    patience_set(w, true);
    return OK;
}

/* Whether a list in it has more than SHARE_LIST values. */
static bool is_wide(struct json_object *value, int depth) {
    if (json_object_is_type(value, json_type_array)) {
        size_t n = json_object_array_length(value);
        for (size_t i = 0; n <= SHARE_LIST && depth && i < n; i++)
            if (is_wide(json_object_array_get_idx(value, i), depth - 1))
                return true;
        return n > SHARE_LIST;
    }
    if (!depth || !json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach(value, name, member) {
        (void)name;
        if (is_wide(member, depth - 1))
            return true;
    }
    return false;
}

enum err share_weigh(struct exchange *x, struct json_object *body) {
    return is_wide(body, DEPTH) ? share_heavy(x) : OK;
}
