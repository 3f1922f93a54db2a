#ifndef MUSTER_WEBHOOK_RETRY_H
#define MUSTER_WEBHOOK_RETRY_H

/* When a delivery is tried again (webhook/policy.h). */

#define RETRY_NO_MORE (-1.0)

/*
 * Seconds until the next attempt, after `attempts` that failed before and one more that failed now: the table, give or
 * take a tenth, each divided by `scale` (1; more in tests); what the receiver asks for (Retry-After, seconds; 0:
 * nothing) counts instead, an hour at most. RETRY_NO_MORE behind the end of the table.
 */
double retry_after(int attempts, long asked, long scale);

/* Seconds for which the receiver wants to hear nothing at all; an hour at most. */
double retry_rest(long asked);

#endif
