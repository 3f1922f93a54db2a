#ifndef MUSTER_ADMIN_METRICS_PAGE_H
#define MUSTER_ADMIN_METRICS_PAGE_H

#include "server/service.h"

/*
 * GET /metrics in Prometheus' text format: the host's counters, and the waiting work in the database. It is for clients
 * on this host (client_address_is_local()), and for keys with audit:read that are bound to no organization. Without the
 * database it has muster_database_up 0, and keys cannot be checked. Errors: ERR_UNAUTHORIZED, ERR_INVALID_TOKEN,
 * ERR_FORBIDDEN, ERR_UNAVAILABLE (with a key).
 */
enum err metrics_page_answer(struct call *call) __attribute__((warn_unused_result));

#endif
