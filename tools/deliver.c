#include "base/arena.h"
#include "base/clock.h"
#include "base/db.h"
#include "base/log.h"
#include "base/oom.h"
#include "base/settings.h"
#include "directory/mapping_job.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* The worker in the background: applies attribute mappings to everybody. */

enum { EXIT_USAGE = 64, IDLE_MS = 500 };

static volatile sig_atomic_t stopping;

static void on_stop(int signal) {
    (void)signal;
    stopping = 1;
}

static void rest(void) {
    struct timespec pause = {.tv_nsec = (long)IDLE_MS * 1000 * 1000};
    nanosleep(&pause, NULL); /* a signal ends it early */
}

/* One step; false: there is nothing to do now. */
static bool work(const struct settings *settings, struct db *db, struct arena *arena) {
    struct ctx ctx = {.arena = arena};
    bool worked = false;
    db_deadline(db, clock_monotonic_ms() + settings->deadline_ms);
    enum err e = mapping_job_step(&ctx, db, settings->public_url, &worked);
    if (e != OK)
        log_line(LOG_WARN, "mapping_step", "error", fail_name(e), "detail", fail_detail(&ctx), NULL);
    return e == OK && worked;
}

int main(int argc, char **argv) {
    struct settings settings;
    char problem[256];
    struct sigaction stop = {.sa_handler = on_stop};
    bool once = argc == 2 && strcmp(argv[1], "--once") == 0, help = argc == 2 && strcmp(argv[1], "--help") == 0;
    oom_guard();
    if (help || (argc > 1 && !once)) {
        fputs(
            "usage: muster-deliver [--once]\n"
            "Works in the background until SIGTERM: applies attribute mappings that were replaced to everybody. With\n"
            "--once it ends when there is nothing left to do. Any number may run. Configured by MUSTER_... in the\n"
            "environment (MUSTER_DB of the role muster_deliver): see muster help config.\n",
            help ? stdout : stderr);
        return help ? 0 : EXIT_USAGE;
    }
    if (!settings_load(&settings, problem, sizeof problem) || !log_open("muster-deliver", settings.log)) {
        fprintf(stderr, "muster-deliver: %s\n", problem);
        return EXIT_USAGE;
    }
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    struct db *db = db_create(&settings, "muster-deliver");
    struct arena *arena = arena_create();
    while (!stopping) {
        bool worked = work(&settings, db, arena);
        arena_reset(arena);
        if (!worked && once)
            break;
        if (!worked)
            rest();
    }
    db_destroy(db);
    arena_destroy(arena);
    return 0;
}
