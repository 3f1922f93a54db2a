#ifndef MUSTER_DIRECTORY_MAPPING_JOB_H
#define MUSTER_DIRECTORY_MAPPING_JOB_H

#include "base/fail.h"
#include "db/db.h"

#include <stdbool.h>

/*
 * One step of what is to be done in the background for attribute mappings that were replaced: a page of the users of
 * one organization, in one transaction, with how far it is. Killed at any moment it goes on where it was; any number of
 * processes may do it at once. `worked` tells whether there was anything to do.
 */
enum err mapping_job_step(struct ctx *ctx, struct db *db, const char *base_url, bool *worked)
    __attribute__((warn_unused_result));

#endif
