#ifndef MUSTER_SCIM_EXCHANGE_H
#define MUSTER_SCIM_EXCHANGE_H

#include "directory/answer.h"
#include "directory/extensions.h"
#include "directory/list.h"
#include "directory/session.h"
#include "protocol/parts.h"
#include "protocol/projection.h"
#include "server/service.h"

#include <json-c/json.h>
#include <stdint.h>

struct refused;

/* A SCIM request. */
struct exchange {
    struct call *call;        /* the HTTP request and the response */
    struct session session;   /* the client */
    const char *id;           /* the resource that the path names, NULL: the collection */
    struct parts lost;        /* faults of the head, if the request can end somebody's access */
    struct refused *refused;  /* refused operations; NULL: none (scim/refused.h) */
    struct json_object *body; /* of the request; NULL: it has none, or was not read */
    const char *made;         /* id of the resource that was answered, NULL: none */
    struct {
        const char *users, *groups;
    } bulk; /* those that operations of a BulkRequest have changed: '{a,b}'; NULL: not known */
};

/* Answers a request: fills in x->call->response, or fails. */
typedef enum err handler(struct exchange *x);

/*
 * The body as JSON, after checking its coding and type. Errors of request_check_encoding(),
 * request_check_content_type() and json_parse().
 */
enum err exchange_body(struct exchange *x, struct json_object **out) __attribute__((warn_unused_result));

/* The body of a write, and the projection for its answer. */
enum err exchange_write(struct exchange *x, const struct resource_type *rt, struct json_object **body,
                        const struct projection **out) __attribute__((warn_unused_result));

/*
 * The same for a change of one user. A fault of the query counts as a failed part: it never refuses a leaver, whose
 * answer then has the default projection.
 */
enum err exchange_change(struct exchange *x, struct json_object **body, struct parts *lost,
                         const struct projection **out) __attribute__((warn_unused_result));

/* The projection of the query, for answers with one resource. */
enum err exchange_projection(struct exchange *x, const struct resource_type *rt, const struct projection **out)
    __attribute__((warn_unused_result));

/* Answers the list that the query string asks for. ERR_INVALID_VALUE names the parameter. */
enum err exchange_list(struct exchange *x, const struct list_kind *kind) __attribute__((warn_unused_result));

/* As above, for a query that was already read. */
enum err exchange_run_list(struct exchange *x, const struct list_kind *kind, const struct list_query *q)
    __attribute__((warn_unused_result));

/*
 * Sets start_index and count of a query whose other members are set, from their texts (NULL: not given).
 * ERR_INVALID_VALUE, in a query by cursor ERR_INVALID_COUNT.
 */
enum err exchange_settle_list(struct exchange *x, struct list_query *q, const char *start_index, const char *count)
    __attribute__((warn_unused_result));

/* If-Match and If-None-Match. */
struct precondition exchange_precondition(const struct exchange *x);

/* A resource as the response: body, ETag and location; `status` 200 or 201. */
void exchange_resource(struct exchange *x, int status, const struct resource_type *rt, const struct answer *a);

/* As above for a read: 304 if If-None-Match has the version. */
void exchange_read(struct exchange *x, const struct resource_type *rt, const struct answer *a);

#endif
