#ifndef MUSTER_SERVER_WORKER_H
#define MUSTER_SERVER_WORKER_H

#include "server/service.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Answers FastCGI requests on the listening socket that is file descriptor 0, one after another, until SIGTERM,
 * MUSTER_WORKER_REQUESTS or MUSTER_WORKER_RSS_MB. The current request is finished first. Returns the exit status.
 */
int worker_run(const struct service *service, const struct settings *settings);

/* Answers the one request of a plain CGI environment. Returns the exit status. */
int worker_cgi(const struct service *service, const struct settings *settings);

/*
 * Sleeps during a request, but wakes on SIGTERM. false: answer now, because the process must end or the client has
 * gone.
 */
bool worker_pause(const struct worker *w, int64_t ms);

/* Whether a connection waits that nobody has accepted yet. For plain CGI this is unknown: true. */
bool worker_queued(const struct worker *w);

#endif
