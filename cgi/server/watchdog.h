#ifndef MUSTER_SERVER_WATCHDOG_H
#define MUSTER_SERVER_WATCHDOG_H

#include <stdbool.h>

/*
 * libfcgi waits for ever for a request that stops half way. While a request is in hand, a tick every 100 ms looks at
 * how long it takes: one that has not arrived in `read_ms` (wall time, not idle time) gets its connection (`*fd`) shut
 * down, so that the read returns; one that is not answered in twice `work_ms` more ends the process. Reads and writes
 * go on behind a tick by themselves.
 */
void watchdog_start(const int *fd, long read_ms, long work_ms);

/*
 * One that uses more than `cpu_ms` of this process's CPU time ends the process too, after it was answered with the last
 * words if nothing of an answer is out: on the FastCGI connection under `*id`, or, if `id` is NULL, on standard output.
 */
void watchdog_bound_cpu(long cpu_ms, const int *id);

/* The last words for the request in hand: a CGI answer below 64 KiB, which stays where it is. */
void watchdog_last_words(const char *words);

/* An answer begins to go out. */
void watchdog_answering(void);

/* A request begins: its time runs. */
void watchdog_begin(void);

/* The request is here: what follows is work and answer. */
void watchdog_arrived(void);

/* It waits for something to happen (a long poll), and has so much longer to be answered. */
void watchdog_extend(long ms);

/*
 * The answer is out before the request has arrived: what is still to come may take `ms`. fired() tells whether the
 * connection was shut down then.
 */
void watchdog_linger(long ms);

/* The request is done; nothing is watched until the next. */
void watchdog_end(void);

/* Whether the connection was shut down in this request. */
bool watchdog_fired(void);

#endif
