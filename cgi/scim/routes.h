#ifndef MUSTER_SCIM_ROUTES_H
#define MUSTER_SCIM_ROUTES_H

#include "scim/exchange.h"

#include <stdbool.h>
#include <stdio.h>

enum { ROUTE_METHODS = 6 };

/* One URL of the service: /ENDPOINT, /ENDPOINT/{id} or /ENDPOINT/.search, and the handler of each method. */
struct route {
    const char *endpoint; /* "": the base URL itself */
    enum { ROUTE_ALL, ROUTE_ONE, ROUTE_SEARCH } place;
    bool open; /* answers without credentials */
    const char *name;
    struct {
        const char *method; /* NULL ends the list */
        handler *handler;
    } methods[ROUTE_METHODS];
};

/*
 * The route of the request's segments; sets x->id, x->call->route and the session's connection. ERR_NOT_FOUND,
 * ERR_INVALID_VERSION.
 */
enum err routes_find(struct exchange *x, const struct route **out) __attribute__((warn_unused_result));

/* The handler of the method (HEAD counts as GET). ERR_METHOD_NOT_ALLOWED sets `Allow`. */
enum err routes_handler(struct exchange *x, const struct route *route, handler **out)
    __attribute__((warn_unused_result));

/* Prints the table: a line with the names of the columns, and one for each method of a route: METHOD PATH TOKEN. */
void routes_print(FILE *to);

#endif
