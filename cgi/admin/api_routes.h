#ifndef MUSTER_ADMIN_API_ROUTES_H
#define MUSTER_ADMIN_API_ROUTES_H

#include "base/fail.h"
#include "control/control.h"
#include "server/request.h"

#include <stdbool.h>
#include <stdio.h>

/* One method of one URL of the admin API. */
struct api_route {
    const char *method;
    const char *path;   /* "/v1/organizations/{org}/scim/tokens/{id}" */
    const char *scopes; /* separated by blanks: the key needs one of them */
    control_run *run;
    enum control_callers callers; /* whom it is for */
    bool installation;            /* only for keys that are bound to no organization */
    bool creates;                 /* 201 */
};

extern const struct api_route api_routes[];
extern const size_t api_route_count;

/*
 * Prints the table: a line with the names of the columns, and one for each route: METHOD PATH KEY CREATES SCOPES
 * (separated by commas). KEY is any, key, installation (a key bound to no organization), session or link.
 */
void api_routes_print(FILE *to);

/* The portal's screen that a route belongs to; NULL: the whole portal. */
const char *api_route_screen(const struct api_route *r);

/* The meaning of a path. */
struct api_match {
    const struct api_route *route;
    const char *organization, *id, *delivery; /* NULL: the path has none; {member} is in `delivery` */
};

/*
 * The route of a method and the path's segments. ERR_NOT_FOUND, ERR_METHOD_NOT_ALLOWED (`allow` receives the allowed
 * ones).
 */
enum err api_route_find(struct ctx *ctx, const struct request *r, struct api_match *out, const char **allow)
    __attribute__((warn_unused_result));

#endif
