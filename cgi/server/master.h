#ifndef MUSTER_SERVER_MASTER_H
#define MUSTER_SERVER_MASTER_H

/*
 * Keeps `workers` processes of this program (started with --worker) on the listening socket that is file descriptor 0:
 * replaces each that ends, at once, or after a short pause if it ended as soon as it began; SIGTERM or SIGINT stops
 * them, the requests in hand finished, and returns; SIGHUP starts a new generation (of the program as it is on disk
 * now) before the old one is stopped. Returns the exit status.
 */
int master_run(const char *program, unsigned workers);

#endif
