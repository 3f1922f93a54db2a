#ifndef MUSTER_DIRECTORY_MAPPING_JOB_H
#define MUSTER_DIRECTORY_MAPPING_JOB_H

#include "base/fail.h"
#include "db/db.h"

#include <stdbool.h>

/*
 * One step of the background work for replaced attribute mappings: a page of one organization's users, in one
 * transaction that also stores the progress. If the process is killed, the next one goes on; any number of processes
 * may work at once. `worked`: there was something to do.
 */
enum err mapping_job_step(struct ctx *ctx, struct db *db, const char *base_url, bool *worked)
    __attribute__((warn_unused_result));

#endif
