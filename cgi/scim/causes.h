#ifndef MUSTER_SCIM_CAUSES_H
#define MUSTER_SCIM_CAUSES_H

#include "base/fail.h"

/*
 * The name of a refusal's cause: a row of cgi/portal/guides/problems.json, which says what it means and what to do; or
 * else the error's name as in the log. `detail` is the text of the answer.
 */
const char *causes_find(struct arena *a, enum err e, const char *detail);

#endif
