#ifndef MUSTER_ADMIN_PROBLEM_H
#define MUSTER_ADMIN_PROBLEM_H

#include "base/fail.h"
#include "server/response.h"

#include <json-c/json.h>

/*
 * Makes the client's view of a failure of the admin API (RFC 9457): type, title, status, detail, request_id, and
 * `errors` (may be NULL), an array of {code, message, meta}.
 */
void problem_render(const struct ctx *ctx, enum err err, const char *request_id, struct json_object *errors,
                    struct response *out);

#endif
