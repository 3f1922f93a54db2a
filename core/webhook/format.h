#ifndef MUSTER_WEBHOOK_FORMAT_H
#define MUSTER_WEBHOOK_FORMAT_H

#include "base/fail.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a webhook gets to see of an event: one file a format, each a row of the table in format.c. An event
 * is the object of the feed (muster.event_object, sql/functions/event_object.sql). doc/webhooks.md is for who receives.
 */

enum { FORMAT_HEADERS = 8, FORMAT_SECRETS = 2 };

struct format_request {
    const char *format; /* "muster", "authn", "jackson", "stytch", "set" */
    struct json_object *event;
    const char *delivery_id;             /* UUID; the same at every attempt */
    const char *secrets[FORMAT_SECRETS]; /* as their owner knows them ("whsec_..."): the one in use, then the one
                                            before while both are good; NULL: none */
    int64_t now;                         /* of the attempt, seconds since 1970 */
    const char *base_url;                /* of SCIM */
    const char *audience;                /* whom the receiver takes itself for. "set": the aud, NULL: its URL; "authn":
                                            the instance, "jackson": the product, "stytch": the project, NULL: muster */
    const char *url;
    const void *signing_key; /* of the format "set": EVP_PKEY */
    const char *key_id;
};

/* One HTTP request: POST with these headers ("Name: value", with the Content-Type) and this body. All in the arena. */
struct format_message {
    const char *body;
    size_t len;
    const char *headers[FORMAT_HEADERS];
    size_t n_headers;
};

/*
 * false: the format has no such event, or there is nothing left to tell of it. The event is only read. Somebody who
 * leaves is told in every format, even when all that is left of them is an id.
 */
bool format_render(struct arena *a, const struct format_request *r, struct format_message *out);

#endif
