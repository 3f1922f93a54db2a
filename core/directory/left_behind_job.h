#ifndef MUSTER_DIRECTORY_LEFT_BEHIND_JOB_H
#define MUSTER_DIRECTORY_LEFT_BEHIND_JOB_H

#include "db/db.h"

#include <stdbool.h>

/*
 * One step of the background work for what leavers left behind: the end of access waits for nobody, so a group or a
 * report that was locked or damaged then follows now, in a transaction of its own. Waits for a lock 100 ms; what cannot
 * be done is tried later and later, at last every five minutes, and each failure is logged. Any number of processes may
 * work at once. Returns whether there was something to do.
 */
bool left_behind_step(struct arena *a, struct db *db, const char *base_url);

#endif
