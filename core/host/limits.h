#ifndef MUSTER_HOST_LIMITS_H
#define MUSTER_HOST_LIMITS_H

#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Counters that all processes of a host share, in one mapped file: how fast a key may come (buckets), how many
 * processes sleep for a place (waits), what the last authentication of a token said (a cache), and what they have done
 * (host/metrics.h). Only atomic words, no locks: a process may be killed at any instruction, and FastCGI and CGI do the
 * same. Times are nanoseconds of CLOCK_BOOTTIME. Every function takes NULL for the limits and then limits nothing.
 */
struct limits;

/* The setting that looks for a place by itself. */
#define LIMITS_AUTO "auto"

/*
 * The path that a setting (MUSTER_LIMITS) means: itself, or for LIMITS_AUTO /run/muster/limits where that directory is,
 * else $XDG_RUNTIME_DIR/muster-limits, else /dev/shm/muster-UID/limits. false: it does not fit.
 */
bool limits_path(const char *setting, char *out, size_t size);

/*
 * Maps the file, which is created if it is not there: with mode 0600, or 0660 for the group of its directory if the
 * directory is open to that group and we are in it. One of ours that is cut off, of another version or size, or from
 * before the last boot is replaced by a new one (rename). Whatever else has the name stays as it is: a file that does
 * not begin as ours does (an empty one too), a link, a directory. Processes that open at once all come to the same
 * file. The whole file (4.5 MiB) is allocated, so that a full disk is an error here and no SIGBUS later; a file that is
 * removed while it is in use splits the counts until its users end, and nobody may shorten it. Best on a tmpfs such as
 * /run: the disk is spared, and a boot makes the counts worthless anyway.
 *
 * Who else could put a file there is told by the directory: it must be root's, ours, or of our group, and nobody but
 * that group may write into it; of the last two places of LIMITS_AUTO: ours.
 *
 * NULL: the setting is empty, or anything of this is not so. The reason is logged as an error, once in a process; the
 * caller goes without limits. limits_close(), which takes NULL, frees what is given.
 */
struct limits *limits_open(const char *setting);

/* Whether the open file begins as ours do. */
bool limits_is_ours(int fd);

/* Limits of this process alone, in its own memory: for what must be bounded somehow. NULL: there is no memory. */
struct limits *limits_alone(void);
void limits_close(struct limits *l);

/*
 * The longest wait for a place. Longer ones are cut to it, so that a time further ahead than this and the burst is
 * known to be wrong.
 */
#define LIMITS_WAIT_MAX INT64_C(10000000000)

enum limits_table {
    LIMITS_KNOWN,     /* keys that only somebody with a valid token comes to: organizations, tokens */
    LIMITS_STRANGERS, /* keys that a stranger can make up, such as addresses: they never drive out one of the others */
};

/*
 * `rate` places in each `seconds` (0: 1), and `burst` at once after a silence: "20 a minute" is {20, 60, 20}. A rate or
 * burst that is not positive is no limit. Places come at even steps of ceil(seconds * 10^9 / rate) nanoseconds.
 */
struct limits_rule {
    int32_t rate, seconds, burst;
    enum limits_table table;
};

/* How a bucket stands after the question, for RateLimit fields and Retry-After. All are 0 if there is no limit. */
struct limits_state {
    int32_t limit;     /* places that can be had at once, the burst */
    int32_t remaining; /* places that could be taken at this moment */
    int64_t retry;     /* seconds, rounded up, until one place is free; 0: now */
    int64_t reset;     /* seconds, rounded up, until all places are free */
};

/*
 * Takes one place of `key`, a short text ("org:<uuid>", "token:<hash>"). 0: it is free now; a positive number: the
 * nanoseconds to sleep until the place that is now reserved; -1: there is none within `max_wait_ns` (0 to
 * LIMITS_WAIT_MAX), and nothing was taken. `out` may be NULL.
 *
 * It is GCRA (ITU-T I.371, annex A): a bucket is one time, the instant at which it will be full again, moved on by
 * compare-and-swap. Over any t seconds with at most w of waiting no more than burst + rate * (t + w) are let through,
 * by however many processes, and exactly that many if enough come.
 *
 * A bucket is an entry of a set of 16 of which the secret hash of the key chooses one. A key without a bucket takes
 * over the set's bucket that is full the longest or will be soonest, and *inherits its time*, in one compare-and-swap.
 * So who makes up many keys gains nothing: full buckets go first, and losing one is no loss. Only when all 16 are in
 * use does one go that is not full; times of buckets only grow, hence the key that lost it will take over, when it is
 * back, one that is at least as empty as its own was: being driven out never gives places. What a flood does cost
 * others of its table is a part of their burst, never the rate. (This needs rules alike in their length, burst / rate,
 * which is so for addresses; between unlike ones the next paragraph holds. Two processes that take over and charge the
 * same bucket in the same instant may let one through too many.)
 *
 * A time further ahead than the rule allows, after a change of the rule or by a fault, is read as one place left, the
 * rest used up: nobody is locked out, and nobody has the burst again.
 */
int64_t limits_take(struct limits *l, const char *key, struct limits_rule rule, int64_t max_wait_ns,
                    struct limits_state *out);

/*
 * Takes `places` more, whether they are there or not, as far as the bucket goes: afterwards it is empty at most, and
 * the next place comes when one always does.
 */
void limits_charge(struct limits *l, const char *key, struct limits_rule rule, int64_t places);

/*
 * Whether a place is free now; takes and stores nothing. For what counts only when it fails (wrong tokens of an
 * address): peek before, take after the failure. Those in flight between the two may overshoot, one each.
 */
bool limits_peek(struct limits *l, const char *key, struct limits_rule rule, struct limits_state *out);

enum { LIMITS_WAITERS = 128 };

/* What a process waits for; each has LIMITS_WAITERS entries of its own. */
enum limits_waiting {
    LIMITS_FOR_PLACE, /* of a bucket, or a lock in the database */
    LIMITS_FOR_LOCK,  /* the same of the admin API, whose processes are others */
    LIMITS_FOR_NEWS,  /* something to answer (a long poll) */
    LIMITS_WAITINGS
};

/*
 * Says that this process will sleep for at most `wait_ns` (cut to 1 ns to LIMITS_WAIT_MAX); false if `at_most` (up to
 * LIMITS_WAITERS) processes of the host wait for the same already, so that one tenant's flood cannot put every worker
 * to sleep. An entry whose time has passed counts no more: a process that is killed leaks nothing. One wait at a time;
 * the next begin, or limits_wait_end(), ends it. A place that is reserved is lost if nobody then sleeps for it,
 * therefore:
 *
 *     int64_t wait = limits_take(l, key, rule, 0, &state);
 *     if (wait < 0 && limits_wait_begin(l, LIMITS_FOR_PLACE, longest, at_most)) {
 *         wait = limits_take(l, key, rule, longest, &state);
 *         if (wait > 0)
 *             limits_sleep(wait);
 *         limits_wait_end(l);
 *     }
 *     if (wait < 0)
 *         ... 429, Retry-After: state.retry
 */
bool limits_wait_begin(struct limits *l, enum limits_waiting what, int64_t wait_ns, unsigned at_most);
void limits_wait_end(struct limits *l);

/* Goes on with the wait for `wait_ns` more from now; false: its time had passed, and another process has the entry. */
bool limits_wait_renew(struct limits *l, int64_t wait_ns);

/* Sleeps for that many nanoseconds, signals or not; not at all if it is not positive. */
void limits_sleep(int64_t ns);

/* What an authentication said. The numbers are requests a second and at once; 0: no limit. */
struct limits_token {
    char organization_id[UUID_TEXT + 1];
    int32_t org_rate, org_burst, token_rate, token_burst;
};

enum { LIMITS_NOTE_SECONDS = 300 };

/*
 * Keeps what the authentication of a token said, under the token's hash (any text; token_hash_hex()), so that the next
 * request of it can be limited before the database is asked. `token` NULL forgets it: the token is not valid any more.
 * An organization that is no UUID is not kept.
 */
void limits_note(struct limits *l, const char *token_hash_hex, const struct limits_token *token);

/*
 * What was last kept of a token, within LIMITS_NOTE_SECONDS; false, then nothing is limited in advance, if there is
 * nothing, if it was driven out by others, or if it is torn by two writers: an entry carries a checksum under the
 * file's secret, and is whole or not there.
 */
bool limits_find(struct limits *l, const char *token_hash_hex, struct limits_token *out);

#endif
