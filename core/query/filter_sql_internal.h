#ifndef MUSTER_QUERY_FILTER_SQL_INTERNAL_H
#define MUSTER_QUERY_FILTER_SQL_INTERNAL_H

#include "query/filter_sql.h"

#include <stdbool.h>

/*
 * The tenant condition of every subquery. Row-level security repeats it; a test build without this layer (make
 * no-tenant) shows that one of them is enough.
 */
#ifdef MUSTER_NO_TENANT
#define TENANT(alias) "true"
#else
#define TENANT(alias)                                                                                                  \
#alias ".organization_id = muster.organization_id() and " #alias ".connection_id = muster.connection_id()"
#endif

/* The state of a compilation. */
struct compiler {
    struct ctx *ctx;
    const struct resource_type *rt;
    struct filter_sql *out;
    size_t first;
    const char *base_url;
    bool user; /* the row belongs to scim_user, else to scim_group */
    bool overflow;
    bool shared[FILTER_SQL_PARAMS]; /* parameters of filter_sql_text() */
};

/* An expression and the type for comparisons. NULL in SQL means unassigned. */
struct operand {
    const char *sql;
    const char *cast;
};

/* One value of a list, and how to name its parts. */
struct source {
    const char *value;
    struct operand (*part)(struct compiler *c, const struct source *s, const struct filter *f);
};

/* A computed list. */
struct view {
    const char *attr;
    bool user; /* an attribute of users, else of groups */
    const char *name;
    const char *key;   /* the column that is the row's id */
    const char *first; /* the order in which resources show the values */
    struct operand (*part)(struct compiler *c, const struct source *s, const struct filter *f);
};

/*
 * The next parameter. filter_sql_text() adds its cast, and reuses the parameter for the same pointer (names of the
 * schema, keys of the tree), so that the SQL text depends only on the shape of the filter.
 */
const char *filter_sql_param(struct compiler *c, const char *value);
const char *filter_sql_text(struct compiler *c, const char *value);

/* Compares an operand with the filter's key. */
const char *filter_sql_compare(struct compiler *c, const struct filter *f, struct operand x);

/* The condition for comparing a time with one finer than a microsecond; NULL: it is not such a comparison. */
const char *filter_sql_time(struct compiler *c, const struct filter *f, struct operand x);

/* The condition for comparing `id`, by the primary key; NULL: it is not such a comparison. */
const char *filter_sql_id(struct compiler *c, const struct filter *f);

/* The column or expression of an attribute that is not in `folded` or has an indexed column; false: none. */
bool filter_sql_column(struct compiler *c, const struct filter *f, struct operand *out);

/*
 * A comparison of this kind on `value` that a filter on a list requires (alone or within `and`): a necessary condition
 * that an index can answer; NULL: none.
 */
const struct filter *filter_sql_demanded(const struct filter *f, enum filter_kind kind);

/*
 * A necessary condition of the filter that an index answers, if no index answers the filter itself; NULL: there is
 * none, or it is not needed.
 */
const char *filter_sql_necessary(struct compiler *c, const struct filter *f);

/* Whether an index answers the compiled filter itself. */
bool filter_sql_indexed(const struct compiler *c, const struct filter *f);

/* Whether it is a single `eq` that an index answers. */
bool filter_sql_fixed(const struct compiler *c, const struct filter *f);

/* Whether ids that the parts of an `or` find are put together, so that many parts may cost more than a scan. */
bool filter_sql_joined(const struct compiler *c, const struct filter *f);

/*
 * What the filter requires of meta.lastModified, as a condition over a row `t` of muster.scim_modified; NULL: nothing,
 * or another index answers the filter.
 */
const char *filter_sql_modified(struct compiler *c, const struct filter *f);

/* The view of a computed list, NULL: none. */
const struct view *filter_sql_view(const struct resource_type *rt, const struct attr *a);

/* The attribute's JSON: in the resource's keys, or in an extension's object there. */
const char *filter_sql_json(struct compiler *c, const struct filter *f);

/* A part of a JSON value, or with sub NULL the value itself, as an expression of its type. */
struct operand filter_sql_json_part(struct compiler *c, const char *value, const struct attr *attr,
                                    const struct attr *sub);

/* The same for a value without a schema: it has the JSON type of the filter's literal, or is null. */
struct operand filter_sql_any_part(struct compiler *c, const char *value, const struct filter *f);

#endif
