#ifndef MUSTER_DELIVER_DELIVER_DOMAINS_H
#define MUSTER_DELIVER_DELIVER_DOMAINS_H

#include "deliver/deliver_work.h"

#include <poll.h>

/*
 * The lookups of claimed domains: eight at most at the same time, each for twenty seconds at most. Nothing waits for
 * them: the loop polls their sockets with the others. A claim is leased for a minute, so no two workers look it up at
 * once, and what a lost worker had is looked up again.
 */
enum { DOMAINS_AT_ONCE = 8, DOMAINS_SOCKETS = 64 };

struct domains *deliver_domains_create(const char *servers); /* as MUSTER_DNS */
void deliver_domains_destroy(struct domains *m);             /* gives up current lookups */

/* Reads what has come, without the database. */
void deliver_domains_read(struct domains *m);

/* Stores the results of ended lookups; `claim`: begins those that are due. Returns whether there was something. */
bool deliver_domains_round(struct deliver *d, struct arena *a, bool claim);

/* How many lookups have not ended, or wait to be stored. */
size_t deliver_domains_at_work(const struct domains *m);

/* The sockets to wait for; returns their number. */
size_t deliver_domains_sockets(const struct domains *m, struct pollfd out[DOMAINS_SOCKETS]);

#endif
