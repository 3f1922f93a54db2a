#ifndef MUSTER_DIRECTORY_MAPPING_JOB_H
#define MUSTER_DIRECTORY_MAPPING_JOB_H

#include "db/db.h"
#include "directory/mapping_turns.h"

#include <stdbool.h>

/*
 * One step of the background work for replaced attribute mappings: some users of the organization whose turn it is, in
 * one transaction that also stores the progress. It takes some 150 ms, or as long as one user needs, and waits for a
 * lock 100 ms: whoever cannot go on has another turn later. A user to whom the mapping cannot be applied, or not within
 * 2 s, is left as it is, and an event says so. If the process is killed, the next one goes on; any number of processes
 * may work at once. Failures are logged. Returns whether it was anybody's turn.
 */
bool mapping_job_step(struct arena *a, struct db *db, const char *base_url, struct mapping_turns *turns);

#endif
