#ifndef MUSTER_SCIM_DISPATCH_H
#define MUSTER_SCIM_DISPATCH_H

#include "directory/extensions.h"
#include "directory/session.h"
#include "protocol/parts.h"
#include "server/request.h"
#include "server/response.h"

struct call;
struct refused;
struct settings;

/* A request on its way to its handler: what HTTP said, who asks, what shall be answered. */
struct exchange {
    struct call *call;
    const struct settings *settings;
    struct request request;
    struct session session;
    struct extensions *extensions; /* of the process */
    struct response response;
    const char *id;          /* the resource that the path names, NULL: the collection */
    struct parts lost;       /* what is wrong with the head, of a request that can end somebody's access */
    const char *route;       /* template for the log, "/Users/{id}" */
    struct refused *refused; /* operations; NULL: none (scim/refused.h) */
};

/* Answers a request: fills in x->response, or fails. */
typedef enum err handler(struct exchange *x);

/*
 * The service (server/service.h) answers a request so: credentials, head, route, who asks, body, handler, envelope.
 * Whatever is wrong with a request, a missing or invalid token is answered first, and the body of a stranger is never
 * read.
 */

#endif
