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
 * Fair shares of a host's workers (host/limits_share.h). Heavy work is recognized by the shape of a request: an
 * unindexed filter or sort, Bulk, a body over 256 KiB, a list in it of more than 1000, a page of more than 200. An
 * organization may use half of the workers for it (settings_share()); beyond its first place only while all
 * organizations together use less than three quarters. One more is ERR_RATE_LIMITED at once. The usual requests of
 * identity providers (Entra sends a thousand memberships at once from four workers, Okta reads pages of 200) are not
 * heavy, but limited by time. They are refused if all of this holds: the organization has half of the workers, no other
 * worker is free, another organization was served in the last second, and either somebody waits and the organization
 * used more than three quarters of the workers' time (with a burst of one second), or the request is a change and half
 * of the workers have worked on its changes for over a second. They are also refused if the organization has half of
 * the workers, its requests of over 500 ms (without waits for locks) used more than two seconds of all workers lately
 * (half of that is forgotten in 15 seconds) and three quarters of what those of all organizations used, and another
 * organization was served in the last minute. If an organization's changes wait for locks in vain, and half of the
 * workers do so, its further changes are ERR_UNAVAILABLE. With only one worker, or no file of the limits, nothing is
 * refused.
 * The programs have workers of their own, so each counts alone. In the admin API the rules apply to keys that are bound
 * to an organization; keys of the installation are never refused, but count as another organization.
 */

enum { SHARE_BODY = 256 * 1024, SHARE_LIST = 1000 };

/* What a worker stores for the current request. */
struct share {
    char organization[UUID_TEXT + 1]; /* "": unknown yet */
    int32_t rate, burst;              /* of the organization */
    bool change;                      /* the request changes something */
    bool heavy;                       /* has a place for heavy work */
    bool refused;                     /* a place, or the request itself, was refused */
    int64_t began_ms, waited_ms;      /* when the work began, and how long it waited for locks */
    int64_t paused_ms;                /* when a long poll began to wait */
};

/* Call these when a worker of a service with shares begins and ends, and when any request begins and ends. */
void share_open(struct worker *w);
void share_close(struct worker *w);
void share_begin(struct worker *w);

/*
 * Charges the request's time to its organization's share of the workers' time, and to its rate: each request takes one
 * place, and one more for each 100 ms beyond the first 500, not counting the wait for the rate itself. Failed requests
 * are charged for their time, too, and so are those that end their process.
 */
void share_end(struct worker *w, int status);

/*
 * Call this for a request of a token after its rate was taken: checks the share of the token's organization, if that is
 * known. ERR_RATE_LIMITED (Retry-After is set in `out`), ERR_UNAVAILABLE.
 */
enum err share_enter(struct call *c, struct ctx *ctx, const char *token_hash, bool change, struct response *out)
    __attribute__((warn_unused_result));

/* Call this when a request of a known organization turns out to be heavy work. ERR_RATE_LIMITED as above. */
enum err share_heavy(struct call *c, struct ctx *ctx, struct response *out) __attribute__((warn_unused_result));

/* Call these around the wait of a long poll, which is no work: it has a limit of its own. */
void share_pause(struct worker *w);
void share_resume(struct worker *w);

/* Whether the organization of the current request is known. */
bool share_known(const struct worker *w);

/* Sets the organization of the current request after an authentication; NULL: it failed. */
void share_note(struct worker *w, const char *organization_id);

#endif
