#ifndef MUSTER_PROTOCOL_BULK_H
#define MUSTER_PROTOCOL_BULK_H

#include "base/fail.h"
#include "base/uuid.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BULK_OPERATIONS = 1000 };

/* Of what an answer repeats of each operation. */
enum { BULK_ID_BYTES = 1024, BULK_METHOD_BYTES = 64, BULK_DETAIL_BYTES = 1024 };

enum bulk_method { BULK_POST, BULK_PUT, BULK_PATCH, BULK_DELETE };

/* One operation of a BulkRequest, and what became of it. */
#define BULK_FAIL_ON_ERRORS "failOnErrors must be a whole number, at least 1"

struct bulk_item {
    enum bulk_method method;
    const char *method_text; /* as sent; NULL: none, or none that is worth to be repeated */
    bool users;              /* /Users, else /Groups */
    const char *target;      /* the id in the path, maybe "bulkId:x"; NULL for POST */
    const char *bulk_id;     /* NULL: none */
    const char *if_match;    /* `version`; NULL: none */
    struct json_object *data;
    bool names_itself; /* bulk_order() tells: a circle of one */
    bool processed;
    bool no_body;           /* a change whose answer has no body */
    enum err err;           /* also of an operation that is faulty in itself */
    const char *detail;     /* of err, at most BULK_DETAIL_BYTES; NULL: the kind's own text */
    char id[UUID_TEXT + 1]; /* of the resource, "" if it is not known; of a POST it is chosen before it runs, so that
                               others can name it */
    int64_t version;        /* 0: none */
};

struct bulk {
    struct bulk_item *items;
    size_t n;
    int64_t fail_on_errors;         /* 0: go on after every error */
    struct json_object *by_bulk_id; /* places of the POSTs */
    bool lenient_only;              /* `schemas` is missing: only the lenient dialect takes that */
    bool fails_on_zero;             /* failOnErrors is 0: the same */
};

/*
 * Reads a BulkRequest (RFC 7644, 3.7). ERR_INVALID_SYNTAX: its form, or two operations with one bulkId;
 * ERR_INVALID_VALUE: failOnErrors; ERR_TOO_LARGE: more than BULK_OPERATIONS. A faulty operation has its `err` set and
 * the request is good.
 */
enum err bulk_parse(struct ctx *ctx, struct json_object *body, struct bulk *out) __attribute__((warn_unused_result));

/* The place of the POST with this bulkId; n: there is none. */
size_t bulk_find(const struct bulk *b, const char *bulk_id);

/*
 * How operations wait for each other (RFC 7644, 3.7.1): the order of the request, but that an operation which names
 * later ones is put off until these have run. In groups: the operations of a group name each other in a circle, and run
 * as one, in the place of the last. Members of a group have to be
 * there before it; what else names a resource can do so by the id that it will get. A circle of members alone cannot
 * be: the operation that closes it gets its error. An operation may name itself.
 */
struct bulk_order {
    size_t *items;  /* places in bulk.items */
    size_t *groups; /* groups[k]: where in `items` the k-th group begins; groups[n_groups] is the end */
    size_t n_groups;
};
void bulk_order(struct ctx *ctx, struct bulk *b, struct bulk_order *out);

/*
 * The data of an operation with each bulkId in it replaced by the id: texts that are "bulkId:x", the ends of $ref, and
 * the texts in a PATCH path. ERR_INVALID_VALUE: a bulkId that nothing has, or that of an operation that failed.
 */
enum err bulk_resolve(struct ctx *ctx, const struct bulk *b, struct json_object *data, struct json_object **out)
    __attribute__((warn_unused_result));

/* The same for the id in a path. */
enum err bulk_resolve_target(struct ctx *ctx, const struct bulk *b, const char *target, const char **out)
    __attribute__((warn_unused_result));

#endif
