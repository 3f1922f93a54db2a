#ifndef MUSTER_CGI_EXCHANGE_H
#define MUSTER_CGI_EXCHANGE_H

#include "directory/answer.h"
#include "directory/list.h"
#include "dispatch.h"
#include "protocol/projection.h"

#include <json-c/json.h>

/* What the handlers share. */

/* The body as JSON, after a look at its type. Errors of request_check_content_type() and json_parse(). */
enum err exchange_body(struct exchange *x, struct json_object **out) __attribute__((warn_unused_result));

/* The body of a write, and the projection for its answer. */
enum err exchange_write(struct exchange *x, const struct resource_type *rt, struct json_object **body,
                        const struct projection **out) __attribute__((warn_unused_result));

/* The projection of the query, for answers with one resource. */
enum err exchange_projection(struct exchange *x, const struct resource_type *rt, const struct projection **out)
    __attribute__((warn_unused_result));

/* The list that the query asks for. ERR_INVALID_VALUE names the parameter. */
enum err exchange_list_query(struct exchange *x, struct list_query *out) __attribute__((warn_unused_result));

/* If-Match and If-None-Match. */
struct precondition exchange_precondition(const struct exchange *x);

/* A resource as the response: body, ETag and location; `status` 200 or 201. */
void exchange_resource(struct exchange *x, int status, const struct resource_type *rt, const struct answer *a);

/* As above for a read: 304 if If-None-Match has the version. */
void exchange_read(struct exchange *x, const struct resource_type *rt, const struct answer *a);

#endif
