#ifndef MUSTER_SERVER_WATCHDOG_H
#define MUSTER_SERVER_WATCHDOG_H

#include <stdbool.h>

/*
 * libfcgi waits for ever for a request that stops half way. So during a request a tick every 100 ms checks its time. If
 * it has not arrived in `read_ms` (wall time, not idle time), its connection (`*fd`) is shut down, so that the read
 * returns. If it is not answered in twice `work_ms` more, the process ends. Interrupted reads and writes are restarted.
 */
void watchdog_start(const int *fd, long read_ms, long work_ms);

/*
 * A request that uses more than `cpu_ms` of this process's CPU time also ends the process. If no answer was begun, it
 * is answered with the last words: on the FastCGI connection under `*id`, or with `id` NULL on standard output.
 */
void watchdog_bound_cpu(long cpu_ms, const int *id);

/* Sets what is done before the process ends in a request. Only what a signal handler may do. */
void watchdog_last_act(void (*act)(void *arg), void *arg);

/* Sets the last words for the current request: a CGI answer below 64 KiB; the text is borrowed. */
void watchdog_last_words(const char *words);

/* The answer begins to be sent. */
void watchdog_answering(void);

/* A request begins: its time runs. */
void watchdog_begin(void);

/* The request has arrived; work and answer follow. */
void watchdog_arrived(void);

/* The request waits for an event (a long poll), and gets so much more time. */
void watchdog_extend(long ms);

/*
 * The answer was sent before the whole request arrived: the rest may take `ms`. watchdog_fired() says whether the
 * connection was shut down then.
 */
void watchdog_linger(long ms);

/* The request is done; nothing is watched until the next one begins. */
void watchdog_end(void);

/* Whether the connection was shut down in this request. */
bool watchdog_fired(void);

#endif
