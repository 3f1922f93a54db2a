#ifndef MUSTER_ADMIN_PROBLEM_H
#define MUSTER_ADMIN_PROBLEM_H

#include "base/fail.h"
#include "server/response.h"

#include <json-c/json.h>

/*
 * A failure as a client of the admin API sees it (RFC 9457): type, title, status, detail, request_id, and `errors` (may
 * be NULL), an array of {code, message, meta}.
 */
void problem_render(const struct ctx *ctx, enum err err, const char *request_id, struct json_object *errors,
                    struct response *out);

#endif
