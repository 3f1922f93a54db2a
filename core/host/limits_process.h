#ifndef MUSTER_HOST_LIMITS_PROCESS_H
#define MUSTER_HOST_LIMITS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * This process as one word: its pid and its start time, so that a later process with the same pid differs. 0: /proc
 * cannot be read.
 */
uint64_t limits_process_self(void);

/* Whether a process has ended. false if nothing is known of it (another user's, hidden by /proc). */
bool limits_process_gone(uint64_t process);

#endif
