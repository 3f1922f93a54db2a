#ifndef MUSTER_SERVER_RATE_H
#define MUSTER_SERVER_RATE_H

#include "host/limits.h"
#include "server/service.h"

/*
 * For a token whose last authentication is known: takes a place of the token's and the organization's rate. Waits up to
 * a second for one, unless too many workers already wait. ERR_RATE_LIMITED sets Retry-After and the RateLimit fields in
 * `out`. An unknown token passes; rate_note() makes it known.
 */
enum err rate_take(struct call *c, struct ctx *ctx, const char *token_hash, struct response *out)
    __attribute__((warn_unused_result));

/*
 * Stores the result of a token's authentication (by the hex of its hash) for its next request: its organization and
 * both rates (0: none); NULL: it was not accepted.
 */
void rate_note(struct call *c, const char *token_hash, const struct limits_token *known);

/*
 * Whether a token or an API key (hex of its hash) was accepted in the last LIMITS_NOTE_SECONDS on this host, or,
 * without common counters, by this process. It may have been revoked since: this only says that it is worthwhile to
 * read and parse a small body before the database is asked.
 */
bool rate_accepted(const struct call *c, const char *hash);

/*
 * Stores the result of an API key's authentication, for rate_accepted() and share_enter(): the organization to which it
 * is bound, or all zeros (control_installation); NULL: it was not accepted.
 */
void rate_note_key(struct call *c, const char *hash, const char *organization_id);

/* Whether the client's address sent so many wrong tokens that rate_failed() would refuse the next one. */
bool rate_suspects(struct call *c, struct ctx *ctx);

/*
 * Counts a failed authentication of the client's address (IPv6: its /64). Returns ERR_RATE_LIMITED if there are more
 * than MUSTER_AUTH_FAILURES in a minute, else `e`.
 */
enum err rate_failed(struct call *c, struct ctx *ctx, enum err e, struct response *out)
    __attribute__((warn_unused_result));

#endif
