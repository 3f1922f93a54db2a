/*
 * Decides which requests may run now: first by rate limits, then by token, then by the organization's share of the
 * workers.
 */

#include "scim/admit.h"

#include "base/arena.h"
#include "host/limits.h"
#include "server/rate.h"
#include "server/share.h"

#include <string.h>

enum { DEPTH = 4 }; /* how deep a body is searched for lists */

/* NO_CAP is 0 in the file of the limits. A rate without a burst gets the burst of one second. */
static int32_t rate_of(int64_t n) {
    return n == NO_CAP ? 0 : (int32_t)n;
}

static int32_t burst_of(int64_t rate, int64_t burst) {
    return rate_of(burst != NO_CAP ? burst : rate);
}

/* Stores the result of an authentication, for accepted and for refused tokens. */
static void note_token(struct exchange *x) {
    const struct tenant *t = &x->session.tenant;
    struct limits_token known = {.org_rate = rate_of(t->rate),
                                 .org_burst = burst_of(t->rate, t->burst),
                                 .token_rate = rate_of(t->token_rate),
                                 .token_burst = burst_of(t->token_rate, t->token_burst)};
    if (!x->session.token_hash)
        return;
    if (t->token_id)
        memcpy(known.organization_id, t->organization_id, UUID_TEXT + 1);
    rate_note(x->call, x->session.token_hash, t->token_id ? &known : NULL);
}

static void note_organization(struct exchange *x) {
    const struct tenant *t = &x->session.tenant;
    share_note(x->call->worker, t->token_id ? t->organization_id : NULL);
}

void admit_note(struct exchange *x, enum err e) {
    if (e == OK || x->session.tenant.token_id || e == ERR_INVALID_TOKEN)
        note_token(x);
    note_organization(x);
}

/* A separate authentication. Stale schemas do not matter here: the operation finds and reloads them. */
static enum err authenticate_alone(struct session *s) {
    enum err e = session_authenticate(s);
    if (e != ERR_STALE_SCHEMAS)
        return e;
    fail_clear(&s->ctx);
    return OK;
}

enum err admit_heavy(struct exchange *x) {
    struct session *s = &x->session;
    if (settings_workers(x->call->worker->settings) < 2)
        return OK;
    if (!share_known(x->call->worker)) {
        enum err e = s->tenant.token_id ? OK : authenticate_alone(s);
        if (e != OK)
            return e;
        note_organization(x);
    }
    return share_heavy(x->call, &s->ctx, &x->call->response);
}

enum err admit_limits(struct exchange *x, bool heavy) {
    struct session *s = &x->session;
    enum err e = rate_take(x->call, &s->ctx, s->token_hash, &x->call->response);
    if (e == OK)
        e = share_enter(x->call, &s->ctx, s->token_hash, s->wants.change, &x->call->response);
    return e == OK && heavy && share_known(x->call->worker) ? admit_heavy(x) : e;
}

/* Whether the authentication may be sent with the operation. */
static bool is_trusted(struct exchange *x, bool known) {
    const struct request *r = &x->call->request;
    bool small = r->declared >= 0 && r->declared <= REQUEST_UNASKED;
    if (known)
        return small || !request_has_body(r);
    return !request_has_body(r) && !rate_suspects(x->call, &x->session.ctx);
}

enum err admit_identity(struct exchange *x, bool heavy) {
    struct session *s = &x->session;
    bool known = rate_accepted(x->call, s->token_hash);
    if (!is_trusted(x, known)) {
        enum err e = authenticate_alone(s);
        if (e == OK && !known) {
            note_token(x);
            e = rate_take(x->call, &s->ctx, s->token_hash, &x->call->response);
        }
        if (e != OK)
            return e;
    }
    note_organization(x);
    return heavy ? admit_heavy(x) : OK;
}

/* Whether a list in the body has more than SHARE_LIST values. */
static bool is_wide(struct json_object *value, int depth) {
    if (json_object_is_type(value, json_type_array)) {
        size_t n = json_object_array_length(value);
        for (size_t i = 0; n <= SHARE_LIST && depth && i < n; i++)
            if (is_wide(json_object_array_get_idx(value, i), depth - 1))
                return true;
        return n > SHARE_LIST;
    }
    if (!depth || !json_object_is_type(value, json_type_object))
        return false;
    json_object_object_foreach(value, name, member) {
        (void)name;
        if (is_wide(member, depth - 1))
            return true;
    }
    return false;
}

enum err admit_body(struct exchange *x, struct json_object *body) {
    return is_wide(body, DEPTH) ? admit_heavy(x) : OK;
}
