#ifndef MUSTER_ADMIN_OPEN_ROUTES_H
#define MUSTER_ADMIN_OPEN_ROUTES_H

#include "server/service.h"

/*
 * URLs of the admin responder that are for everybody, or decide for themselves whom they answer. Answers the call and
 * is true if its path is one of them; GET and HEAD alone (405).
 */
bool open_routes_answer(struct call *call);

#endif
