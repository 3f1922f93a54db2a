#ifndef MUSTER_PROTOCOL_BULK_H
#define MUSTER_PROTOCOL_BULK_H

#include "base/fail.h"
#include "base/uuid.h"
#include "protocol/parts.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BULK_OPERATIONS = 1000 };

/* Limits of the texts of an operation that the answer repeats. */
enum { BULK_ID_BYTES = 1024, BULK_METHOD_BYTES = 64, BULK_DETAIL_BYTES = 1024 };

enum bulk_method { BULK_POST, BULK_PUT, BULK_PATCH, BULK_DELETE };

/* One operation of a BulkRequest, and its result. */
#define BULK_FAIL_ON_ERRORS "failOnErrors must be a whole number, at least 1"

struct bulk_item {
    enum bulk_method method;
    const char *method_text;  /* as sent; NULL: missing, or too long to be repeated */
    bool users;               /* /Users, else /Groups */
    const char *target;       /* the id in the path, maybe "bulkId:x"; NULL for POST */
    const char *bulk_id;      /* NULL: none */
    const char *if_match;     /* `version`; NULL: none */
    struct json_object *data; /* NULL for DELETE */
    struct parts lost;        /* a user's change: what is wrong beside its method, target and data */
    bool names_itself;        /* set by bulk_order(): a circle of one */
    bool processed;
    bool no_body;           /* the change is answered without a body */
    enum err err;           /* also set if the operation itself is faulty */
    const char *detail;     /* detail of err, at most BULK_DETAIL_BYTES; NULL: the kind's default text */
    char id[UUID_TEXT + 1]; /* id of the resource, "" if unknown; the id of a POST is chosen before it runs, so that
                               others can name it */
    int64_t version;        /* 0: none */
};

struct bulk {
    struct bulk_item *items;
    size_t n;
    int64_t fail_on_errors;         /* 0: go on after every error */
    struct json_object *by_bulk_id; /* indexes of the POSTs */
    bool lenient_only;              /* `schemas` is missing, which only the lenient dialect accepts */
    bool fails_on_zero;             /* failOnErrors is 0, which only the lenient dialect accepts */
};

/*
 * Reads a BulkRequest (RFC 7644, 3.7). ERR_INVALID_SYNTAX: the form is wrong, or two operations have the same bulkId;
 * ERR_INVALID_VALUE: failOnErrors is wrong; ERR_TOO_LARGE: more than BULK_OPERATIONS. A faulty operation only sets its
 * own `err`.
 */
enum err bulk_parse(struct ctx *ctx, struct json_object *body, struct bulk *out) __attribute__((warn_unused_result));

/* The index of the POST with this bulkId; n: there is none. */
size_t bulk_find(const struct bulk *b, const char *bulk_id);

/*
 * The order in which operations run (RFC 7644, 3.7.1): that of the request, but an operation that names later ones
 * waits until these have run. Operations that name each other in a circle form a group; they run together, in the place
 * of the last. The members of a SCIM group must exist before it; every other reference can use the id that the resource
 * will get. A circle made only of memberships is impossible: the operation that closes it gets an error. An operation
 * may name itself.
 */
struct bulk_order {
    size_t *items;  /* indexes in bulk.items */
    size_t *groups; /* groups[k]: where in `items` the k-th group begins; groups[n_groups] is the end */
    size_t n_groups;
};
void bulk_order(struct ctx *ctx, struct bulk *b, struct bulk_order *out);

/*
 * The data of an operation with each bulkId replaced by the id: texts that are "bulkId:x", the ends of $ref, and texts
 * in a PATCH path. A text whose bulkId is unknown, or belongs to an operation that failed, stays as it is; `unresolved`
 * receives an object {text: why, ...} of them, NULL if there is none.
 */
struct json_object *bulk_resolve(struct ctx *ctx, const struct bulk *b, struct json_object *data,
                                 struct json_object **unresolved);

/* ERR_INVALID_VALUE if a name (or path) or its value has one of the texts that stayed. `unresolved` NULL: there is
 * none.
 */
enum err bulk_check_resolved(struct ctx *ctx, struct json_object *unresolved, const char *name, struct json_object *v)
    __attribute__((warn_unused_result));

/* The id for the target in a path. ERR_INVALID_VALUE: its bulkId is unknown, or belongs to an operation that failed. */
enum err bulk_resolve_target(struct ctx *ctx, const struct bulk *b, const char *target, const char **out)
    __attribute__((warn_unused_result));

#endif
