#ifndef MUSTER_WEBHOOK_POLICY_H
#define MUSTER_WEBHOOK_POLICY_H

/*
 * All numbers of the sending of webhooks. doc/webhooks.md describes them for receivers. In tests MUSTER_TIME_SCALE
 * divides the times of retries, circuit and failing.
 */
enum webhook_policy {
    POLICY_WIDTH = 4,            /* deliveries to an endpoint at once, and as many leavers besides */
    POLICY_SLOW_SECONDS = 2,     /* an endpoint that needs longer gets one delivery at once, and its leavers besides */
    POLICY_TURN = 8,             /* deliveries of an organization before the next one has its turn */
    POLICY_LEASE_SECONDS = 30,   /* how long a worker may reserve a delivery */
    POLICY_CONNECT_SECONDS = 5,  /* time of an attempt to connect */
    POLICY_ATTEMPT_SECONDS = 15, /* time of an attempt in all; less than the lease */
    POLICY_ANSWER_BYTES = 64 * 1024,
    POLICY_ASKED_SECONDS = 3600, /* the longest pause that a receiver can ask for (Retry-After) */
    POLICY_CIRCUIT_FAILURES = 5, /* failures in a row that open the circuit: then only leavers are sent */
    POLICY_CIRCUIT_SECONDS = 5,  /* first pause of an open circuit; doubled after each failure */
    POLICY_CIRCUIT_LONGEST = 60, /* at most */
    POLICY_FAILING_DAYS = 5      /* an endpoint that failed for so long, with the circuit open, is disabled */
};

/* Seconds until the next attempt, after the first failure, the second, ... (the table of Standard Webhooks). */
#define POLICY_RETRY_SECONDS                                                                                           \
    { 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600 }

#endif
