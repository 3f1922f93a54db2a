#ifndef MUSTER_QUERY_FILTER_SQL_H
#define MUSTER_QUERY_FILTER_SQL_H

#include "base/fail.h"
#include "protocol/filter.h"

#include <stdbool.h>
#include <stddef.h>

enum { FILTER_SQL_PARAMS = 256 };

/* No id is lower. A condition with it lets the planner use scim_user_live (sql/schema/0015_baseline.sql). */
#define LOWEST_ID "'00000000-0000-0000-0000-000000000000'::uuid"

/* A condition over the row `r` of muster.scim_user or muster.scim_group and its parameters, all sent as text. */
struct filter_sql {
    const char *where;    /* a boolean expression, made of constant fragments and $n only */
    bool indexed;         /* an index answers it; else the whole directory must be read */
    bool fixed;           /* one `eq` that an index answers: one plan is right for all values */
    bool joined;          /* each part of an `or` finds ids: together they may cost more than a scan */
    const char *modified; /* its condition over `t` (query/modified_sql.h), by which rows are found; NULL: none */
    const char *params[FILTER_SQL_PARAMS];
    size_t n_params;
};

/*
 * Compiles a filter to SQL. The first parameter is $`first`. `base_url` is the SCIM base URL, for meta.location and
 * $ref. ERR_TOO_MANY if it would take more than FILTER_SQL_PARAMS parameters.
 */
enum err filter_sql(struct ctx *ctx, const struct resource_type *rt, const struct filter *f, size_t first,
                    const char *base_url, struct filter_sql *out) __attribute__((warn_unused_result));

#endif
