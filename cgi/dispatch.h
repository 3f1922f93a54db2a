#ifndef MUSTER_CGI_DISPATCH_H
#define MUSTER_CGI_DISPATCH_H

#include "directory/extensions.h"
#include "directory/session.h"
#include "request.h"
#include "response.h"

struct settings;

/* A request on its way to its handler: what HTTP said, who asks, what shall be answered. */
struct exchange {
    const struct settings *settings;
    struct request request;
    struct session session;
    struct extensions *extensions; /* of the process */
    struct response response;
    const char *id;    /* the resource that the path names, NULL: the collection */
    const char *route; /* template for the log, "/Users/{id}" */
};

/*
 * Answers one request: credentials, body, route, handler, envelope. Whatever is wrong with a request, a missing or
 * invalid token is answered first. `x` has its request opened and its session's arena, database, request id and slot
 * set; the response is always filled in.
 */
void dispatch(struct exchange *x);

#endif
