#ifndef MUSTER_WEBHOOK_RETRY_H
#define MUSTER_WEBHOOK_RETRY_H

/* When a delivery is tried again (webhook/policy.h). */

#define RETRY_NO_MORE (-1.0)

/*
 * Seconds until the next attempt, when `attempts` failed before and one more failed now: the table's value, give or
 * take a tenth, divided by `scale` (1; more in tests). If the receiver asks for a time (`asked`: Retry-After, seconds;
 * 0: none), that counts instead, an hour at most. RETRY_NO_MORE after the end of the table.
 */
double retry_after(int attempts, long asked, long scale);

/* Seconds for which the receiver wants no requests at all; an hour at most. */
double retry_rest(long asked);

#endif
