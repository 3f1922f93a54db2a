#ifndef MUSTER_WEBHOOK_URL_H
#define MUSTER_WEBHOOK_URL_H

#include "base/arena.h"

#include <stdbool.h>

/*
 * Checks the URL of a webhook. NULL: it is allowed; else what it must be, as the end of "url must ...", in the arena.
 * It is a plain URL (RFC 3986) with a host, without user, password and fragment, of 2000 bytes at most; unless
 * `allow_private` it must be https, and the host no private address or name. An IPv4 address may have any form that
 * inet_aton(3) reads. This check only helps the person who types the URL: the address of a name is checked when the
 * connection is made.
 */
const char *url_problem(struct arena *a, const char *url, bool allow_private);

#endif
