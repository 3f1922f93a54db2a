#ifndef MUSTER_HOST_LIMITS_H
#define MUSTER_HOST_LIMITS_H

#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Counters that all processes of a host share, in one mapped file: how often a key may come (buckets), how many
 * processes sleep (waits), what the last authentication of a token said and where
 * pages ended (caches), and what the processes have done
 * (host/metrics.h). The file has only atomic words and no locks, because a process may be killed at any instruction.
 * Times are nanoseconds of CLOCK_BOOTTIME. Every function accepts NULL for the limits and then limits nothing.
 */
struct limits;

/* The setting that chooses the path by itself. */
#define LIMITS_AUTO "auto"

/*
 * The path for a setting (MUSTER_LIMITS): the setting itself, or for LIMITS_AUTO /run/muster/limits if that directory
 * exists, else $XDG_RUNTIME_DIR/muster-limits, else /dev/shm/muster-UID/limits. false: it does not fit.
 */
bool limits_path(const char *setting, char *out, size_t size);

/*
 * Maps the file, and creates it if necessary: with mode 0600, or 0660 for the group of its directory if that group may
 * write to the directory and we are in it. A file of ours that is cut off, of another version or size, or from before
 * the last boot is replaced by a new one (rename). Anything else stays as it is: a file that does not begin as ours do
 * (even an empty one), a link, a directory. Processes that open at the same time get the same file. The whole file (4.5
 * MiB) is allocated, so a full disk is an error here and no SIGBUS later. If the file is removed while it is in use,
 * the counts are split until its users end; nobody may shorten it. A tmpfs such as /run is best: it spares the disk,
 * and the counts are worthless after a boot.
 *
 * The directory decides who could put another file there. So it must belong to root, to us or to our group, and nobody
 * outside that group may write to it. The last two places of LIMITS_AUTO must be ours.
 *
 * NULL: the setting is empty, or one of these rules is broken. The reason is logged as an error, once in a process; the
 * caller works without limits. Free the result with limits_close(), which accepts NULL.
 */
struct limits *limits_open(const char *setting);

/* Whether the open file begins as ours do. */
bool limits_is_ours(int fd);

/* Limits of this process alone, in its own memory, for what must have some limit. NULL: there is no memory. */
struct limits *limits_alone(void);
void limits_close(struct limits *l);

/*
 * The longest wait for a place; longer waits are cut to it. So a time further ahead than this and the burst must be
 * wrong.
 */
#define LIMITS_WAIT_MAX INT64_C(10000000000)

enum limits_table {
    LIMITS_KNOWN,     /* keys that need a valid token: organizations, tokens */
    LIMITS_STRANGERS, /* keys that a stranger can choose, such as addresses; they never displace the known ones */
};

/*
 * `rate` places in each `seconds` (0 means 1), and `burst` at once after a pause: "20 a minute" is {20, 60, 20}. A rate
 * or burst that is not positive means no limit. Places come at even steps of ceil(seconds * 10^9 / rate) nanoseconds.
 */
struct limits_rule {
    int32_t rate, seconds, burst;
    enum limits_table table;
};

/* The state of a bucket after the call, for RateLimit fields and Retry-After. All are 0 if there is no limit. */
struct limits_state {
    int32_t limit;     /* places that a full bucket has, the burst */
    int32_t remaining; /* places that are free at this moment */
    int64_t retry;     /* seconds, rounded up, until one place is free; 0: now */
    int64_t reset;     /* seconds, rounded up, until all places are free */
};

/*
 * Takes one place of `key`, a short text ("org:<uuid>", "token:<hash>"). 0: a place was free; a positive number: a
 * place is reserved, and the caller must sleep for so many nanoseconds; -1: no place comes within `max_wait_ns` (0 to
 * LIMITS_WAIT_MAX), and nothing was taken. `out` may be NULL.
 *
 * The algorithm is GCRA (ITU-T I.371, annex A): a bucket is the time at which it will be full again, moved by
 * compare-and-swap. In any t seconds with at most w seconds of waiting, all processes together let no more than burst +
 * rate * (t + w) through, and exactly that many if enough come.
 *
 * A secret hash of the key chooses a set of 16 buckets. A key without a bucket takes over the one of its set that has
 * been full the longest or will be full soonest, and *inherits its time*, in one compare-and-swap. So inventing many
 * keys gains nothing: full buckets go first, and losing a full bucket costs nothing. A bucket that is not full goes
 * only when all 16 are in use. Times of buckets only grow, so a displaced key that comes back takes over a bucket that
 * is at least as empty as its own was: being displaced never gains places. A flood can cost other keys of its table a
 * part of their burst, never their rate. (This is true for rules with the same length, burst / rate, as those for
 * addresses; for others the next paragraph applies. Two processes that take over and charge the same bucket in the same
 * instant may let one request too many through.)
 *
 * A time further ahead than the rule allows, after a change of the rule or because of a fault, counts as one place
 * left: nobody is locked out, and nobody gets the burst again.
 */
int64_t limits_take(struct limits *l, const char *key, struct limits_rule rule, int64_t max_wait_ns,
                    struct limits_state *out);

/*
 * Takes `places` places, even if fewer are free: the bucket becomes empty at most, and the next place comes at the
 * usual time.
 */
void limits_charge(struct limits *l, const char *key, struct limits_rule rule, int64_t places);

/*
 * Whether a place is free now; takes and stores nothing. It is for limits on failures (wrong tokens of an address):
 * peek before, take after the failure. Each request that is between the two may exceed the limit by one.
 */
bool limits_peek(struct limits *l, const char *key, struct limits_rule rule, struct limits_state *out);

enum { LIMITS_WAITERS = 128 };

/* What a process waits for; each kind has LIMITS_WAITERS entries of its own. */
enum limits_waiting {
    LIMITS_FOR_PLACE, /* a place of a bucket, or a lock in the database */
    LIMITS_FOR_LOCK,  /* the same for the admin API, which has other processes */
    LIMITS_FOR_NEWS,  /* an event to answer with (a long poll) */
    LIMITS_WAITINGS
};

/*
 * Announces that this process will sleep for at most `wait_ns` (cut to 1 ns to LIMITS_WAIT_MAX). false: `at_most` (up
 * to LIMITS_WAITERS) processes of the host already wait for the same, so that one tenant's flood cannot put every
 * worker to sleep. An entry whose time has passed does not count, so a killed process leaks nothing. A process has one
 * wait at a time; the next begin, or limits_wait_end(), ends it. A reserved place is lost if nobody sleeps for it, so
 * callers do this:
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

/* Prolongs the wait to `wait_ns` from now; false: its time had passed, and another process has the entry. */
bool limits_wait_renew(struct limits *l, int64_t wait_ns);

/* Sleeps for that many nanoseconds, in spite of signals; not at all if `ns` is not positive. */
void limits_sleep(int64_t ns);

/* The result of an authentication. The numbers are requests a second, and requests at once; 0: no limit. */
struct limits_token {
    char organization_id[UUID_TEXT + 1];
    int32_t org_rate, org_burst, token_rate, token_burst;
};

enum { LIMITS_NOTE_SECONDS = 300 };

/*
 * Stores the result of a token's authentication under the token's hash (any text; token_hash_hex()), so that its next
 * request can be limited before the database is asked. `token` NULL deletes it, because the token is no longer valid.
 * An organization that is no UUID is not stored.
 */
void limits_note(struct limits *l, const char *token_hash_hex, const struct limits_token *token);

/*
 * The last stored result for a token, not older than LIMITS_NOTE_SECONDS. false: there is none, others displaced it, or
 * two writers tore it (its checksum is wrong); then nothing is limited in advance.
 */
bool limits_find(struct limits *l, const char *token_hash_hex, struct limits_token *out);

/* Where a page of a list ended: its last resource, and how many the list had. */
struct limits_bookmark {
    char id[UUID_TEXT + 1];
    int64_t total;
};

enum { LIMITS_BOOKMARK_SECONDS = 300 };

/*
 * Stores a bookmark of an owner (the hash of a token) under a text that names the list and the place of the next page.
 * An owner has room for 16 of them, the oldest go first; what others read does not displace them, unless their hashes
 * share the room, of 1 024.
 */
void limits_bookmark_set(struct limits *l, const char *owner, const char *key, const struct limits_bookmark *b);

/* The bookmark, if it is not older than LIMITS_BOOKMARK_SECONDS, nor displaced or torn (limits_find()). */
bool limits_bookmark_find(struct limits *l, const char *owner, const char *key, struct limits_bookmark *out);

#endif
