#ifndef MUSTER_CGI_WORKER_H
#define MUSTER_CGI_WORKER_H

#include "service.h"

/*
 * Answers FastCGI requests on the listening socket that is file descriptor 0, one after another, until SIGTERM,
 * MUSTER_WORKER_REQUESTS or MUSTER_WORKER_RSS_MB. A request in hand is finished first. Returns the exit status.
 */
int worker_run(const struct service *service, const struct settings *settings);

/* Answers the one request of a plain CGI environment. Returns the exit status. */
int worker_cgi(const struct service *service, const struct settings *settings);

#endif
