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

/* The data of a worker process for all its requests. */
struct worker {
    const struct settings *settings;
    struct db *db;
    struct arena *arena;           /* of the current request */
    struct extensions *extensions; /* schemas of the organizations that it serves (directory/extensions.h) */
    struct limits *limits;         /* NULL: none */
    struct limits *failures; /* for failed authentications, accepted tokens, refused requests: the same limits, or this
                                process's own */
    struct metrics *metrics; /* metrics of the limits; NULL: none */
    const char *service;     /* its name in metrics, "scim" */
    int pid;                 /* of this process */
    struct secret_keys secret_keys; /* read by the admin API as soon as they exist; n is 0 before */
    bool listens;                   /* stdin is the listening socket; else it is plain CGI */
    struct share share;             /* of the current request */
    struct patience patience;       /* likewise */
    int peer;                       /* the connection that hangs up when nobody waits for the answer */
};

/* One request and its answer. The server fills in the first part, the service the second. */
struct call {
    struct worker *worker;
    struct ctx ctx; /* of the request's arena */
    struct request request;
    const char *request_id; /* UUIDv7 */
    const char *client_address;
    uint64_t trips_before; /* the worker's round trips to the database before this request */

    struct response response;
    enum err err;      /* for the log, OK: none */
    const char *route; /* template of the URL, "/Users/{id}" */
    const char *organization, *connection, *actor;
    const char *reason; /* why the token was denied; NULL: it was not, or there is no token */
};

/* A program that answers requests. */
struct service {
    const char *name;       /* "muster-scim" */
    const char *short_name; /* "scim" */
    const char *usage;      /* its first sentence */
    void (*print_routes)(
        FILE *to); /* for --routes: a line with the names of the columns, then one for each method and URL */
    /* Whether it can work with its settings; `problem` says what is wrong. NULL: with any. */
    bool (*check)(const struct settings *s, char *problem, size_t size);
    void (*open)(struct worker *w);    /* once a process, before its first request */
    void (*close)(struct worker *w);   /* once a process, after its last */
    void (*answer)(struct call *call); /* the response is always filled in */
    const char *fault_type;            /* Content-Type of its errors */
    const char *exhausted;             /* the error for a request that used too much CPU */
};

extern const struct service service_scim, service_admin;

/* The main function of a program. */
int service_main(const struct service *service, int argc, char **argv);

#endif
