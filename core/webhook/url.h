#ifndef MUSTER_WEBHOOK_URL_H
#define MUSTER_WEBHOOK_URL_H

#include "base/arena.h"

#include <stdbool.h>

/*
 * Looks at the URL of a webhook. NULL: it may be kept; else what it must be, as the end of "url must ...", in the
 * arena. It is a plain URL (RFC 3986) with a host, without user, password and fragment, of 2000 bytes at most; https,
 * and the host no address or name of the inside, unless `allow_private`. An IPv4 address is one however inet_aton(3)
 * would read it. This is a help for whoever types it: a name's address is looked at when it is connected to.
 */
const char *url_problem(struct arena *a, const char *url, bool allow_private);

#endif
