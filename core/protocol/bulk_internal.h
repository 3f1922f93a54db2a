#ifndef MUSTER_PROTOCOL_BULK_INTERNAL_H
#define MUSTER_PROTOCOL_BULK_INTERNAL_H

#include "protocol/bulk.h"

/*
 * Calls `visit` for each bulkId that the operation names. `member`: the resource must exist before, because the bulkId
 * is in the path or among the members of a new group.
 */
void bulk_visit(struct ctx *ctx, const struct bulk_item *item,
                void (*visit)(void *arg, const char *bulk_id, bool member), void *arg);

#endif
