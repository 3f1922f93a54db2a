#ifndef MUSTER_SERVER_LISTENER_H
#define MUSTER_SERVER_LISTENER_H

#include <stdbool.h>

/* Prepares the listening socket, which is standard input and which all workers share; false: it cannot be used. */
bool listener_open(void);

/*
 * The next connection, -1: none waits. With FCGI_WEB_SERVER_ADDRS (FastCGI 1.0, 3.2: IPv4 addresses, by comma) only one
 * from an address in it, if it comes by IPv4. Where none can be accepted, the process ends: a
 * new one may have what it lacks.
 */
int listener_accept(void);

/*
 * Waits until a connection comes, a signal, or half a second has passed. Of the workers that wait, one wakes for a
 * connection. So one that is killed then leaves its connection to the others, which look after that time in any case.
 * true: the time has passed.
 */
bool listener_wait(void);

/* Whether a connection waits that nobody has accepted yet. */
bool listener_queued(void);

#endif
