#ifndef MUSTER_QUERY_MODIFIED_SQL_H
#define MUSTER_QUERY_MODIFIED_SQL_H

#include "base/arena.h"
#include "protocol/schema.h"

/* What stands for the key and for the id where rows come in the order of meta.lastModified. */
#define MODIFIED_KEY "t.modified_at"
#define MODIFIED_ID "t.id"

/*
 * What stands behind `from` for a list of one type by meta.lastModified: rows `r` of muster.scim_user or
 * muster.scim_group, each found by its row `t` of muster.scim_modified, in whose order they come. `condition` is over
 * `t` (struct filter_sql); NULL: none.
 */
const char *modified_sql_rows(struct arena *a, const struct resource_type *rt, const char *condition);

#endif
