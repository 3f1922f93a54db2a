#ifndef MUSTER_SCIM_REFUSED_H
#define MUSTER_SCIM_REFUSED_H

#include "protocol/bulk.h"
#include "scim/exchange.h"

enum { REFUSED_BURST = 30, REFUSED_DETAIL_BYTES = 1024 };

/* The refused writes of one request, for the audit log. */
struct refused {
    struct refusal {
        const char *method, *path, *target_type, *target_id;
        int operation; /* number of the operation in a BulkRequest, from 1; 0: the request itself */
        enum err err;
        const char *detail;       /* NULL: the kind's default text */
        struct json_object *data; /* what was sent; NULL: nothing */
    } items[REFUSED_BURST];
    size_t n;
};

/* Records a refused operation of a BulkRequest; `number` is its place, from 1. */
void refused_operation(struct exchange *x, const struct bulk_item *item, size_t number);

/*
 * Collects what the finished answer refuses, and may be recorded, in x->refused: a write (POST, PUT, PATCH, DELETE; no
 * .search) with a valid token that is answered 4xx or 507, and each such operation of a BulkRequest. The event
 * scim.request.refused has its own id, because an event with the request's id means that the request took effect. Its
 * data is the answer:
 *   {"method", "path" (the route, with the resource's id; absent: there is no such URL), "status", "scim_type",
 *    "detail", "operation"}, the last three if they exist. Its target is the resource that the URL names by id, or else
 * the connection. Only 30 at once and 30 a minute are recorded for each connection (without MUSTER_LIMITS: for each
 * process). Returns how many there are.
 */
size_t refused_collect(struct exchange *x, enum err e);

/* Queues the event of one of them; after tenant_set. */
void refused_queue(struct exchange *x, const struct refusal *r);

#endif
