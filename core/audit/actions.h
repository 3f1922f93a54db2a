#ifndef MUSTER_AUDIT_ACTIONS_H
#define MUSTER_AUDIT_ACTIONS_H

#include "base/arena.h"

#include <stdbool.h>

/*
 * The actions of audit events (actions.def). A webhook chooses actions by a list of patterns: an action, or the
 * beginning of one followed by * ("*", "scim.user.*").
 */

/* Whether a pattern matches an existing action. */
bool actions_wanted(const char *pattern);

/* The pattern that was probably meant, for one that matches nothing. In the arena. */
const char *actions_nearest(struct arena *a, const char *pattern);

#endif
