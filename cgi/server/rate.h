#ifndef MUSTER_SERVER_RATE_H
#define MUSTER_SERVER_RATE_H

#include "host/limits.h"
#include "server/service.h"

/*
 * Takes a place for a request of a token whose last authentication is known, of the token and of its organization;
 * waits up to a second for one, unless too many workers wait already. ERR_RATE_LIMITED sets Retry-After and the
 * RateLimit fields in `out`. A token that is not known yet is let through: rate_note() makes it known.
 */
enum err rate_take(struct call *c, struct ctx *ctx, const char *token_hash, struct response *out)
    __attribute__((warn_unused_result));

/*
 * What an authentication said of a token (hex of its hash): its organization and both rates, 0: none; NULL: it was not
 * accepted. For the next request of the token.
 */
void rate_note(struct call *c, const char *token_hash, const struct limits_token *known);

/*
 * Whether a token or an API key (hex of its hash) was accepted in the last LIMITS_NOTE_SECONDS on this host, or,
 * without common counters, by this process. It may have been revoked since: this says only that it is worth while to
 * read and parse a small body before the database is asked.
 */
bool rate_accepted(const struct call *c, const char *hash);

/* What an authentication said of an API key, for rate_accepted(). */
void rate_note_key(struct call *c, const char *hash, bool good);

/* Whether so many wrong tokens came from the client's address that rate_failed() would refuse the next one. */
bool rate_suspects(struct call *c, struct ctx *ctx);

/*
 * Counts a failed authentication of the client's address (IPv6: its /64). ERR_RATE_LIMITED, in place of `e`, once there
 * are more than MUSTER_AUTH_FAILURES in a minute; else `e`.
 */
enum err rate_failed(struct call *c, struct ctx *ctx, enum err e, struct response *out)
    __attribute__((warn_unused_result));

#endif
