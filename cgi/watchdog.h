#ifndef MUSTER_CGI_WATCHDOG_H
#define MUSTER_CGI_WATCHDOG_H

#include <stdbool.h>

/* What the process is at; each phase has its own bound. */
enum watchdog_phase { WATCHDOG_ACCEPT, WATCHDOG_READ, WATCHDOG_WRITE };

/*
 * libfcgi waits for ever for a request that stops half way. A tick every 100 ms looks at the phase: one that has taken
 * too long gets its connection (`*fd`) shut down, so that the read or write returns. `read_ms` bounds the arrival of a
 * request, wall time, not idle time; work and answer together may take twice `work_ms` before the process ends itself.
 */
void watchdog_start(const int *fd, long read_ms, long work_ms);

/* Says what comes now. */
void watchdog_phase(enum watchdog_phase phase);

/* Whether the connection was shut down in this request. */
bool watchdog_fired(void);

#endif
