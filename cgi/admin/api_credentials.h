#ifndef MUSTER_ADMIN_API_CREDENTIALS_H
#define MUSTER_ADMIN_API_CREDENTIALS_H

#include "control/control.h"
#include "server/service.h"

/*
 * Reads what authenticates a request, into `key_hash`, `credential` and `csrf`: a key, the token of an embedded session
 * or the secret of a link in the Authorization header, or without that header the cookie of a session. Errors as
 * credentials_read(); ERR_INVALID_TOKEN for a link where none is opened, and for anything else where one is.
 */
enum err api_credentials_read(struct control *c, const struct call *call) __attribute__((warn_unused_result));

/*
 * ERR_FORBIDDEN for a change by a cookie that another site may have made the browser send: without the session's
 * X-CSRF-Token, or where the browser says that it comes from elsewhere (Sec-Fetch-Site, Origin).
 */
enum err api_credentials_forged(struct control *c, const struct call *call) __attribute__((warn_unused_result));

/* The header line that gives the browser the cookie of a session; an empty secret takes it away. */
const char *api_credentials_cookie(struct arena *a, const struct settings *s, const char *secret);

#endif
