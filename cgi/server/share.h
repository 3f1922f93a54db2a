#ifndef MUSTER_SERVER_SHARE_H
#define MUSTER_SERVER_SHARE_H

#include "base/fail.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

struct call;
struct response;
struct worker;

/*
 * Fair shares of a host's workers (host/limits_share.h). Heavy work is known from a request's shape before it is done:
 * an unindexed filter or sort, Bulk, a body over 256 KiB, a list in it of more than 1000, a page of more than 200. An
 * organization has at most half of the workers for it (settings_share()), and beyond its first place only while all
 * together have less than three quarters; one more is ERR_RATE_LIMITED at once. What identity providers send all day
 * (Entra a thousand memberships at once from four workers, Okta pages of 200) is less and is judged by time: other
 * requests are refused so when the organization has half of the workers already, no other one is free, another
 * organization was served in the last second, and either somebody waits and it used more than three quarters of the
 * workers' time, with a burst of one second, or the request is a change and half of the workers are at its changes for
 * over a second. Changes of an organization whose changes wait for locks in vain are ERR_UNAVAILABLE while half of the
 * workers are at some. Where there is one worker, or no file of the limits, nothing is refused.
 */

enum { SHARE_BODY = 256 * 1024, SHARE_LIST = 1000 };

/* What a worker remembers of the request in hand. */
struct share {
    char organization[UUID_TEXT + 1]; /* "": not known yet */
    int32_t rate, burst;              /* of the organization */
    bool change;                      /* it changes something */
    bool heavy;                       /* has a place for heavy work */
    bool refused;                     /* for it, or for any */
    int64_t began_ms;
};

/* A worker of a service that has shares begins and ends; so does each request of any worker. */
void share_open(struct worker *w);
void share_close(struct worker *w);
void share_begin(struct worker *w);

/*
 * The request's time is charged to its organization's part of the workers' time, and to its rate: one place is what
 * each takes, and one more for each 100 ms beyond the first 500, without what it waited for the rate itself. Nothing
 * for what was refused or failed.
 */
void share_end(struct worker *w, int status);

/*
 * A request of a token, after its rate was taken: of the organization that the token is known to be of, if it is.
 * ERR_RATE_LIMITED (Retry-After is set in `out`), ERR_UNAVAILABLE.
 */
enum err share_enter(struct call *c, struct ctx *ctx, const char *token_hash, bool change, struct response *out)
    __attribute__((warn_unused_result));

/* The request, whose organization is known, turns out to be heavy work. ERR_RATE_LIMITED as above. */
enum err share_heavy(struct call *c, struct ctx *ctx, struct response *out) __attribute__((warn_unused_result));

/* Whether it is known for which organization the worker works. */
bool share_known(const struct worker *w);

/* An authentication said whose a request is whose organization was not known before; NULL: it did not. */
void share_note(struct worker *w, const char *organization_id);

#endif
