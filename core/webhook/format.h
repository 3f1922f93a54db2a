#ifndef MUSTER_WEBHOOK_FORMAT_H
#define MUSTER_WEBHOOK_FORMAT_H

#include "base/fail.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Renders events for webhooks. Each format has its file and a row in the table of format.c. An event is the object of
 * the feed (muster.event_object, sql/functions/event_object.sql). doc/webhooks.md describes the formats for receivers.
 */

enum { FORMAT_HEADERS = 8, FORMAT_SECRETS = 2 };

struct format_request {
    const char *format; /* "muster", "authn", "jackson", "stytch", "set" */
    struct json_object *event;
    const char *delivery_id;             /* UUID; the same at every attempt */
    const char *secrets[FORMAT_SECRETS]; /* as the receiver has them ("whsec_..."): the current one, then the old one
                                            while both are valid; NULL: none */
    int64_t now;                         /* time of the attempt, seconds since 1970 */
    const char *base_url;                /* base URL of SCIM */
    const char *audience; /* the name that the receiver expects. "set": the aud, NULL: its URL; "authn": the instance,
                             "jackson": the product, "stytch": the project, NULL: muster */
    const char *url;
    const void *signing_key; /* for the format "set": an EVP_PKEY */
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
 * Renders an event, which is not changed. false: the format has no such event, or no data of it is left. Every format
 * announces leavers, even if only an id is left of them.
 */
bool format_render(struct arena *a, const struct format_request *r, struct format_message *out);

#endif
