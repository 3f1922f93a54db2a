#ifndef MUSTER_ADMIN_OPEN_ROUTES_H
#define MUSTER_ADMIN_OPEN_ROUTES_H

#include "server/service.h"

/*
 * URLs of the admin responder that need no key, or check the client themselves. Answers the call and returns true if
 * its path is one of them; only GET and HEAD (else 405).
 */
bool open_routes_answer(struct call *call);

#endif
