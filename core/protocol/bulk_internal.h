#ifndef MUSTER_PROTOCOL_BULK_INTERNAL_H
#define MUSTER_PROTOCOL_BULK_INTERNAL_H

#include "protocol/bulk.h"

/* The bulkId that a text of the data stands for, in the arena; NULL: none. `name`: the member whose value it is. */
const char *bulk_reference(struct arena *a, const char *name, const char *text);

/*
 * Calls `visit` for each bulkId that the operation names. `member`: among the members of a group that is to be made, or
 * in the path: what has to be there before.
 */
void bulk_visit(struct ctx *ctx, const struct bulk_item *item,
                void (*visit)(void *arg, const char *bulk_id, bool member), void *arg);

#endif
