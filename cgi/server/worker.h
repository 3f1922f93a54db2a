#ifndef MUSTER_SERVER_WORKER_H
#define MUSTER_SERVER_WORKER_H

#include "server/service.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Answers FastCGI requests on the listening socket that is file descriptor 0, one after another, until SIGTERM,
 * MUSTER_WORKER_REQUESTS or MUSTER_WORKER_RSS_MB. A request in hand is finished first. Returns the exit status.
 */
int worker_run(const struct service *service, const struct settings *settings);

/* Answers the one request of a plain CGI environment. Returns the exit status. */
int worker_cgi(const struct service *service, const struct settings *settings);

/*
 * Sleeps in the middle of a request, and hears SIGTERM meanwhile. false: answer now, for this process is to end, or
 * nobody is there any more to take the answer.
 */
bool worker_pause(const struct worker *w, int64_t ms);

/* Whether somebody waits for a worker: a connection that nobody has accepted yet. Of plain CGI that is not known: true.
 */
bool worker_queued(const struct worker *w);

#endif
