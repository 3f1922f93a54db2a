#ifndef MUSTER_SERVER_MASTER_H
#define MUSTER_SERVER_MASTER_H

/*
 * Keeps `workers` processes of this program (started with --worker) on the listening socket that is file descriptor 0:
 * replaces each that ends, at once, or after a short pause if it ended right after its start. On SIGTERM or SIGINT the
 * workers finish their requests, and the function returns the exit status. SIGHUP starts a new generation (of the
 * program that is on disk now) before the old one is stopped.
 */
int master_run(const char *program, unsigned workers);

#endif
