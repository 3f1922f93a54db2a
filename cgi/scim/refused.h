#ifndef MUSTER_SCIM_REFUSED_H
#define MUSTER_SCIM_REFUSED_H

#include "protocol/bulk.h"
#include "scim/exchange.h"

enum { REFUSED_BURST = 30, REFUSED_DETAIL_BYTES = 1024 };

/* Writes of one request that were refused, on their way into the audit log. */
struct refused {
    struct refusal {
        const char *method, *path, *target_type, *target_id;
        int operation; /* of a BulkRequest, from 1 on; 0: the request itself */
        enum err err;
        const char *detail; /* NULL: the kind's own text */
    } items[REFUSED_BURST];
    size_t n;
};

/* Notes an operation of a BulkRequest that was refused; `number` is its place in it, from 1 on. */
void refused_operation(struct exchange *x, const struct bulk_item *item, size_t number);

/*
 * Tells the audit log what the answer, which is made already, refuses: a write (POST, PUT, PATCH, DELETE; no .search)
 * with a valid token that is answered 4xx or 507, and each such operation of a BulkRequest. The event
 * scim.request.refused has an id of its own, since one with the request's id says that the request took effect, and as
 * data what the client was told:
 *   {"method", "path" (the route, with the resource's id; absent: there is no such URL), "status", "scim_type",
 *    "detail", "operation"}, of the last three what there is.
 * Its target is the resource that the URL names by id, else the connection. At most 30 at once and 30 a minute of a
 * connection are kept (without MUSTER_LIMITS: of a process), the others are not. One round trip, in a transaction of
 * its own; that it fails is logged and changes nothing.
 */
void refused_keep(struct exchange *x, enum err e);

#endif
