/* Advice of muster doctor about PostgreSQL's settings; none of it is a fault (doc/capacity.md). */

#include "muster/command_doctor_advice.h"

#include "base/arena.h"
#include "sql/operator.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE = 60, APPLICATION = 20 };

/* When a setting is good: a number is at least `low` and at most `high`, a word is not `bad`. */
static const struct advice {
    const char *name;
    int64_t low, high; /* high 0: no limit */
    const char *bad;
    const char *why; /* what to set, and why */
} advices[] = {
    {"max_wal_size", (int64_t)4 << 30, 0, NULL,
     "set 8GB or more: a change writes the whole page to the log if it is the page's first one since a checkpoint, and "
     "checkpoints come whenever this much is written"},
    {"checkpoint_timeout", 15 * MINUTE, 0, NULL,
     "set 15min to 30min: the more rarely checkpoints come, the fewer whole pages are written to the log; a restart "
     "after a crash takes longer"},
    {"wal_compression", 0, 0, "off", "set lz4 (or on): whole pages in the log shrink to a fraction, for little CPU"},
    {"shared_buffers", (int64_t)1 << 30, 0, NULL,
     "set a quarter of the machine's memory: the indexes of tokens, users and groups are read by every request"},
    {"huge_pages", 0, 0, "off",
     "set try, and vm.nr_hugepages of the machine to the server's shared_memory_size_in_huge_pages: each backend then "
     "needs fewer page tables"},
    {"random_page_cost", 0, 200, NULL,
     "set 1.1 for disks without moving parts: with 4 the planner reads whole tables sooner than an index"},
};

static bool is_followed(const struct advice *a, const char *value, int64_t amount) {
    if (a->bad)
        return strcmp(value, a->bad) != 0;
    return amount >= a->low && (!a->high || amount <= a->high);
}

static const struct advice *find_advice(const char *name) {
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (strcmp(advices[i].name, name) == 0)
            return &advices[i];
    return NULL;
}

/* Each worker of the two responders has a connection, muster-deliver and the command line have one each. */
static void print_connections(struct invocation *in, const char *value, int64_t connections) {
    unsigned workers = settings_workers(in->settings);
    int64_t host = 2 * (int64_t)workers + 2, hosts = connections > APPLICATION ? (connections - APPLICATION) / host : 0;
    printf("%-4s max_connections = %s: ", hosts > 0 ? "ok" : "hint", value);
    if (hosts > 0)
        printf("enough for %" PRId64 " hosts with %u workers for each responder (%" PRId64
               " connections each), besides %d\n",
               hosts, workers, host, APPLICATION);
    else
        printf("a host with %u workers for each responder needs %" PRId64
               ", besides %d for the application and operators: set more, or put PgBouncer before it\n",
               workers, host, APPLICATION);
}

void command_doctor_advice(struct invocation *in, struct db_rows rows) {
    for (size_t i = 0; i < db_count(rows); i++) {
        const char *name = db_text(rows, i, OP_DOCTOR_POSTGRES_NAME);
        const char *value = db_text(rows, i, OP_DOCTOR_POSTGRES_VALUE);
        int64_t amount = db_int(rows, i, OP_DOCTOR_POSTGRES_AMOUNT);
        const struct advice *a = find_advice(name);
        if (!a)
            print_connections(in, value, amount);
        else if (is_followed(a, value, amount))
            printf("ok   %s = %s\n", name, value);
        else
            printf("hint %s = %s: %s\n", name, value, a->why);
    }
}
