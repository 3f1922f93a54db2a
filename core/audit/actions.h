#ifndef MUSTER_AUDIT_ACTIONS_H
#define MUSTER_AUDIT_ACTIONS_H

#include "base/arena.h"

#include <stdbool.h>

/*
 * The actions of audit events (actions.def). What a webhook wants of them is a list of patterns: an action, or the
 * beginning of one with * behind it ("*", "scim.user.*").
 */

/* Whether a pattern fits an action that there is. */
bool actions_wanted(const char *pattern);

/* The pattern that was probably meant by one which fits nothing. In the arena. */
const char *actions_nearest(struct arena *a, const char *pattern);

#endif
