#ifndef MUSTER_SERVER_SERVICE_H
#define MUSTER_SERVER_SERVICE_H

#include "base/secret.h"
#include "base/settings.h"
#include "db/db.h"
#include "server/patience.h"
#include "server/request.h"
#include "server/response.h"
#include "server/share.h"

#include <stdint.h>
#include <stdio.h>

struct extensions;

/* What a worker process has for all its requests. */
struct worker {
    const struct settings *settings;
    struct db *db;
    struct arena *arena;           /* of the request in hand */
    struct extensions *extensions; /* of the organizations that it serves (directory/extensions.h) */
    struct limits *limits;         /* NULL: none */
    struct limits
        *failures; /* of failed authentications, accepted tokens, refused requests: the same, or this process's own */
    struct metrics *metrics;        /* of the limits; NULL: none */
    const char *service;            /* as metrics name it, "scim" */
    struct secret_keys secret_keys; /* read by the admin API when they are there; n is 0 before */
    bool listens;                   /* stdin is the socket on which requests come; else it is plain CGI */
    struct share share;             /* of the request in hand */
    struct patience patience;       /* likewise */
    int peer;                       /* hangs up when nobody waits for the answer any more */
};

/* One request, and what a service makes of it. The first part is filled in; the second is for the service. */
struct call {
    struct worker *worker;
    struct ctx ctx; /* of the request's arena */
    struct request request;
    const char *request_id; /* UUIDv7 */
    const char *client_address;
    uint64_t trips_before; /* round trips to the database that the worker had made */

    struct response response;
    enum err err;      /* for the log, OK: none */
    const char *route; /* its template, "/Users/{id}" */
    const char *organization, *connection, *actor;
    const char *reason; /* why the token was denied; NULL: it was not, or there is none */
};

/* A program that answers requests. */
struct service {
    const char *name;                  /* "muster-scim" */
    const char *short_name;            /* "scim" */
    const char *usage;                 /* its first sentence */
    void (*print_routes)(FILE *to);    /* for --routes: a line of columns' names, then one for each method and URL */
    void (*open)(struct worker *w);    /* once a process, before its first request */
    void (*close)(struct worker *w);   /* once a process, after its last */
    void (*answer)(struct call *call); /* the response is always filled in */
    const char *fault_type;            /* Content-Type of its faults */
    const char *exhausted;             /* the fault of a request that used too much CPU */
};

extern const struct service service_scim, service_admin;

/* The main function of a program. */
int service_main(const struct service *service, int argc, char **argv);

#endif
