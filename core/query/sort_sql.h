#ifndef MUSTER_QUERY_SORT_SQL_H
#define MUSTER_QUERY_SORT_SQL_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <stdbool.h>
#include <stddef.h>

enum { SORT_SQL_PARAMS = 8 };

/*
 * The sort key of a list (RFC 7644, 3.4.2.3): an expression over the row `r` of muster.scim_user or muster.scim_group,
 * and its parameters; null if the resource has no value. For a multi-valued attribute it is the primary value, or else
 * the first.
 */
struct sort_sql {
    const char *key;    /* constant fragments and $n only */
    const char *cast;   /* the cast, after "::", from text to the key */
    bool text;          /* compared by code point: collate "C" */
    bool time;          /* a timestamptz */
    bool unregistered;  /* an unregistered extension: only in lenient */
    bool modified;      /* by meta.lastModified, in a list of one type: `key` is of `t` (query/modified_sql.h) */
    const char *lowest; /* the lowest value of a column that is never null; else NULL */
    const char *params[SORT_SQL_PARAMS];
    size_t n_params;
};

/* The requested order. */
struct sort_request {
    const struct resource_type *rt;
    const struct resource_type *other; /* at the base URL: an attribute that only this type has is null; else NULL */
    const char *sort_by;
    bool bounded; /* a long text sorts by its beginning, so that the key fits into a cursor */
    size_t first; /* the first parameter is $first */
    const char *base_url;
};

/* Compiles sortBy. ERR_INVALID_VALUE: an unknown or secret attribute, a complex one without a value part. */
enum err sort_sql(struct ctx *ctx, const struct sort_request *r, struct sort_sql *out)
    __attribute__((warn_unused_result));

#endif
