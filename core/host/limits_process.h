#ifndef MUSTER_HOST_LIMITS_PROCESS_H
#define MUSTER_HOST_LIMITS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A process as one word: its pid, and the time at which it started, by which it is told from a later one with the same
 * pid. 0: /proc does not tell.
 */
uint64_t limits_process_self(void);

/* Whether it has ended. One of which nothing can be learned (another user's, with a /proc that hides it) has not. */
bool limits_process_gone(uint64_t process);

#endif
