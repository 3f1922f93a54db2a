/* Makes the SQL that finds resources by meta.lastModified, which has a table of its own. */

#include "query/modified_sql.h"

#include "query/filter_sql_internal.h"

#include <string.h>

/* Each by its whole key: without `offset 0` the planner could read the table of times anew for each resource. */
#define ROWS                                                                                                           \
    "(select t.modified_at, t.id from muster.scim_modified t where " TENANT(                                           \
        t) " and t.type = '%s' and %s) t "                                                                             \
           "cross join lateral (select r.* from %s r where " TENANT(r) " and r.id = t.id offset 0) r"

const char *modified_sql_rows(struct arena *a, const struct resource_type *rt, const char *condition) {
    bool user = strcmp(rt->name, "User") == 0;
    return arena_printf(a, ROWS, rt->name, condition ? condition : "true",
                        user ? "muster.scim_user" : "muster.scim_group");
}
