/* The program muster-deliver: seals audit events, sends webhooks, applies mappings, looks up domains, in one loop. */

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/oom.h"
#include "base/settings.h"
#include "db/db.h"
#include "deliver/deliver_domains.h"
#include "deliver/deliver_work.h"
#include "directory/left_behind_job.h"
#include "directory/mapping_job.h"
#include "host/limits.h"
#include "webhook/policy.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* One thread, which waits only in one place: for a webhook's connection, a name server, a NOTIFY, or the next look. */

/* GATHER_MS: from one round of sealing to the next, because a round costs as much as fifteen of its events. */
enum {
    EXIT_USAGE = 64,
    LOOK_MS = 200,
    DOMAINS_MS = 1000,
    GATHER_MS = 10,
    PRUNE_MS = 600000,
    STOP_MS = 20000,
    COMPLAIN_MS = 60000,
    DAY_MS = 86400000
};

static volatile sig_atomic_t stopping;

static void stop_deliver(int signal) {
    (void)signal;
    stopping = 1;
}

/* When to do what next. */
struct agenda {
    int64_t look, prune, complain, partitions, domains;
    int64_t gathered;                              /* what was written until then is sealed together */
    int64_t renumber;                              /* 0: the number belongs to it */
    uint64_t connects;                             /* number of the connection that listens */
    bool seal, make, claim, mapping, behind, file; /* there may be something */
    struct mapping_turns turns;
};

/*
 * A new connection listens to nothing yet, and holds no lock. While the leases under the old number last, we wait for
 * the end of the old connection; the server may notice its loss only after hours.
 */
static void arrive_anew(struct deliver *d, struct arena *a, struct agenda *g, int64_t now) {
    bool mine;
    if (db_socket(d->db) >= 0 && db_counts(d->db).connects == g->connects)
        return;
    if (deliver_arrive(d, a, &mine) != OK)
        return;
    if (mine) {
        g->connects = db_counts(d->db).connects;
        g->renumber = 0;
        g->seal = g->claim = true;
    } else if (!g->renumber)
        g->renumber = now + POLICY_LEASE_SECONDS * 1000;
    else if (now >= g->renumber) {
        d->worker = (int)random();
        g->renumber = 0;
    }
}

static void load_keys(struct deliver *d, struct arena *a, struct agenda *g, int64_t now) {
    struct ctx ctx = {.arena = a};
    if (d->keys.n || now < g->complain)
        return;
    g->complain = now + COMPLAIN_MS;
    if (secret_keys_load(&ctx, d->settings->secret_key_file, &d->keys) != OK)
        log_line(LOG_WARN, "no_webhooks", "reason", fail_detail(&ctx), NULL);
}

static bool seal_some(struct deliver *d, struct arena *a, struct agenda *g) {
    bool more, made;
    if (!g->seal || clock_monotonic_ms() < g->gathered)
        return false;
    g->seal = deliver_seal(d, a, &more, &made) == OK && more;
    g->gathered = g->seal ? 0 : clock_monotonic_ms() + GATHER_MS;
    g->claim = g->claim || made;
    g->make = g->make || g->seal;
    return g->seal || made;
}

static bool make_some(struct deliver *d, struct arena *a, struct agenda *g) {
    bool more, made;
    if (!g->make)
        return false;
    g->make = deliver_make_kept(d, a, &more, &made) == OK && more;
    g->claim = g->claim || made;
    return g->make || made;
}

static bool deliver_some(struct deliver *d, struct arena *a, struct agenda *g) {
    size_t taken, done = deliver_collect(d);
    if (!done && !d->finished && !g->claim)
        return false;
    enum err e = deliver_round(d, a, g->claim || done, &taken);
    g->claim = e == OK && (taken || d->finished);
    return e == OK && (taken || done || d->finished);
}

static bool look_up_domains(struct deliver *d, struct arena *a, struct agenda *g, int64_t now) {
    bool claim = now >= g->domains;
    if (claim)
        g->domains = now + DOMAINS_MS;
    return deliver_domains_round(d, a, claim);
}

/* What follows requests in the background; false: nothing is left of it that would be done at once. */
static bool follow_requests(struct deliver *d, struct arena *a, struct agenda *g, bool due, bool idle) {
    bool more;
    if (due || g->mapping)
        g->mapping = mapping_job_step(a, d->db, d->settings->public_url, &g->turns);
    if (due || g->behind)
        g->behind = left_behind_step(a, d->db, d->settings->public_url);
    if (due || (idle && g->file))
        g->file = deliver_file_members(d, a, &more) == OK && more;
    return g->mapping || g->behind || (idle && g->file);
}

static void keep_house(struct deliver *d, struct arena *a, struct agenda *g, int64_t now) {
    bool more;
    if (now >= g->prune && deliver_prune(d, a, &more) == OK && !more)
        g->prune = now + PRUNE_MS;
    if (now >= g->partitions)
        g->partitions = now + (deliver_partitions(d, a, &more) == OK && !more ? DAY_MS : PRUNE_MS);
}

/* Does everything once; false: there is nothing to do now. */
static bool work_round(struct deliver *d, struct arena *a, struct agenda *g) {
    int64_t now = clock_monotonic_ms();
    bool worked, due = now >= g->look;
    db_deadline(d->db, now + d->settings->deadline_ms);
    deliver_domains_read(d->domains);
    load_keys(d, a, g, now);
    arrive_anew(d, a, g, now);
    if (due || db_notified(d->db))
        g->seal = true;
    if (due) {
        g->make = true;
        g->claim = deliver_release(d, a) == OK || g->claim;
        g->look = now + LOOK_MS;
    }
    if (d->standby_waits) /* one waiting commit of ours is enough */
        return false;
    worked = seal_some(d, a, g);
    worked = make_some(d, a, g) || worked;
    worked = deliver_some(d, a, g) || worked;
    worked = look_up_domains(d, a, g, now) || worked;
    worked = follow_requests(d, a, g, due, !worked && !g->seal) || worked;
    keep_house(d, a, g, now);
    return worked;
}

/* Until a webhook's connection, a name server or the database has something for us. */
static void wait_for_work(struct deliver *d) {
    struct pollfd fds[1 + DOMAINS_SOCKETS];
    size_t n = deliver_domains_sockets(d->domains, fds);
    int database = db_socket(d->db);
    if (database >= 0)
        fds[n++] = (struct pollfd){.fd = database, .events = POLLIN};
    deliver_send_wait(d->sender, fds, n, LOOK_MS);
}

static void run_rounds(struct deliver *d, bool once) {
    struct arena *a = arena_create();
    struct agenda g = {.mapping = true, .behind = true};
    while (!stopping) {
        bool worked = work_round(d, a, &g);
        int64_t gathers = g.seal && !d->standby_waits ? g.gathered - clock_monotonic_ms() : 0;
        arena_reset(a);
        if (!worked && gathers > 0) /* more notifications say nothing new */
            deliver_send_wait(d->sender, NULL, 0, (int)gathers);
        else if (!worked && once && !d->at_work && !deliver_domains_at_work(d->domains))
            break;
        else if (!worked)
            wait_for_work(d);
    }
    arena_destroy(a);
}

/* Lets current requests end, and stores their results. Another worker sends again what does not end in time. */
static void finish_deliveries(struct deliver *d) {
    struct arena *a = arena_create();
    int64_t until = clock_monotonic_ms() + STOP_MS;
    size_t taken;
    db_deadline(d->db, until);
    while (d->at_work && clock_monotonic_ms() < until) {
        if (!deliver_collect(d) && !d->finished)
            deliver_send_wait(d->sender, NULL, 0, LOOK_MS);
        if (d->finished && deliver_round(d, a, false, &taken) != OK)
            break;
        arena_reset(a);
    }
    arena_destroy(a);
}

/* A core dump would contain secrets and personal data. */
static void protect_memory(void) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

static int run_deliver(const struct settings *settings, bool once) {
    struct limits *limits = limits_open(settings->limits);
    struct deliver d = {
        .settings = settings, .db = db_create(settings, "muster-deliver"), .metrics = metrics_of(limits)};
    deliver_count_from_zero(&d);
    d.worker = (int)random(); /* from 0 to 2^31 - 1 */
    d.sender = deliver_sender_create(settings->ca_file);
    d.domains = deliver_domains_create(settings->dns);
    run_rounds(&d, once);
    finish_deliveries(&d);
    deliver_domains_destroy(d.domains);
    deliver_sender_destroy(d.sender);
    db_destroy(d.db);
    limits_close(limits);
    return 0;
}

int main(int argc, char **argv) {
    struct settings settings;
    char problem[256];
    struct sigaction stop = {.sa_handler = stop_deliver}, ignore = {.sa_handler = SIG_IGN};
    bool once = argc == 2 && strcmp(argv[1], "--once") == 0, help = argc == 2 && strcmp(argv[1], "--help") == 0;
    oom_guard();
    if (help || (argc > 1 && !once)) {
        fputs("usage: muster-deliver [--once]\n"
              "Works in the background until SIGTERM: seals the audit log, sends webhooks, applies attribute mappings "
              "that\n"
              "were replaced to everybody, looks up the records of claimed domains. With --once it ends when there is "
              "nothing\n"
              "left to do. Any number may run.\n"
              "Configured by MUSTER_... in the environment (MUSTER_DB of the role muster_deliver): see muster help "
              "config.\n",
              help ? stdout : stderr);
        return help ? 0 : EXIT_USAGE;
    }
    if (!settings_load(&settings, problem, sizeof problem) || settings_unknown(problem, sizeof problem) ||
        !settings_check_ca_file(&settings, problem, sizeof problem) || !log_open("muster-deliver", settings.log)) {
        fprintf(stderr, "muster-deliver: %s\n", problem);
        return EXIT_USAGE;
    }
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    protect_memory();
    srandom((unsigned)getpid() ^ (unsigned)clock_unix_us());
    return run_deliver(&settings, once);
}
