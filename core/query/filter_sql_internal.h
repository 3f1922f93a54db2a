#ifndef MUSTER_QUERY_FILTER_SQL_INTERNAL_H
#define MUSTER_QUERY_FILTER_SQL_INTERNAL_H

#include "query/filter_sql.h"

#include <stdbool.h>

/*
 * The tenant of a row, in every subquery. Row-level security says the same once more; a test build without this layer
 * (make no-tenant) shows that either is enough.
 */
#ifdef MUSTER_NO_TENANT
#define TENANT(alias) "true"
#else
#define TENANT(alias)                                                                                                  \
#alias ".organization_id = muster.organization_id() and " #alias ".connection_id = muster.connection_id()"
#endif

/* A compilation on its way. */
struct compiler {
    struct ctx *ctx;
    const struct resource_type *rt;
    struct filter_sql *out;
    size_t first;
    const char *base_url;
    bool user; /* the row is of scim_user, else of scim_group */
    bool overflow;
    bool shared[FILTER_SQL_PARAMS]; /* parameters of filter_sql_text() */
};

/* An expression and the type it is compared as. NULL in SQL: unassigned. */
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
    bool user; /* of the user type, else of the group type */
    const char *name;
    const char *key;   /* the column that is the row's id */
    const char *first; /* the order in which a resource shows its values */
    struct operand (*part)(struct compiler *c, const struct source *s, const struct filter *f);
};

/*
 * The next parameter; filter_sql_text() with its cast, the same one again for the same pointer: the names of the schema
 * and the keys of the tree, so that the text of the SQL depends on the shape of the filter alone.
 */
const char *filter_sql_param(struct compiler *c, const char *value);
const char *filter_sql_text(struct compiler *c, const char *value);

/* One comparison of an operand with the filter's key. */
const char *filter_sql_compare(struct compiler *c, const struct filter *f, struct operand x);

/* The condition of a comparison of a time with an instant finer than PostgreSQL knows; NULL if it is not one. */
const char *filter_sql_time(struct compiler *c, const struct filter *f, struct operand x);

/* The condition of a comparison with `id`, by the primary key; NULL if it is none. */
const char *filter_sql_id(struct compiler *c, const struct filter *f);

/* The column or computed expression of an attribute that does not stand in `folded`, or has an indexed column; false:
 * none. */
bool filter_sql_column(struct compiler *c, const struct filter *f, struct operand *out);

/*
 * The comparison (of this kind, inside an `and` at most) that a filter on a list demands of `value`: a necessary
 * condition that an index can answer, NULL if there is none.
 */
const struct filter *filter_sql_demanded(const struct filter *f, enum filter_kind kind);

/* A condition that every row that meets the filter meets too, and that an index answers where the filter's own
 * condition does not let it; NULL: there is none, or it is not needed. */
const char *filter_sql_necessary(struct compiler *c, const struct filter *f);

/* Whether the compiled filter is answered by an index of its own. */
bool filter_sql_indexed(const struct compiler *c, const struct filter *f);

/* The view of a computed list, NULL: none. */
const struct view *filter_sql_view(const struct resource_type *rt, const struct attr *a);

/* Where the attribute's JSON stands: in the resource's keys or in an extension's object of them. */
const char *filter_sql_json(struct compiler *c, const struct filter *f);

/* A part of a JSON value, or the value itself (sub NULL), as an expression of its type. */
struct operand filter_sql_json_part(struct compiler *c, const char *value, const struct attr *attr,
                                    const struct attr *sub);

/* The same of a value that has no schema: of the JSON type of the filter's literal, null if it is of another. */
struct operand filter_sql_any_part(struct compiler *c, const char *value, const struct filter *f);

#endif
