/* Rates of tokens, organizations and addresses, and the records of accepted and wrong tokens. */

#include "server/rate.h"

#include "base/arena.h"
#include "base/ip.h"
#include "server/measure.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define SECOND INT64_C(1000000000)

/* Entra gives up a sync after a burst of 429s, so we wait for a place that is free soon. */
static bool take_from_rate(struct call *c, const char *key, struct limits_rule rule, struct limits_state *state) {
    struct limits *l = c->worker->limits;
    int64_t wait = limits_take(l, key, rule, 0, state);
    if (wait < 0 && limits_wait_begin(l, LIMITS_FOR_PLACE, SECOND, settings_share(c->worker->settings))) {
        wait = limits_take(l, key, rule, SECOND, state);
        limits_sleep(wait);
        limits_wait_end(l);
    }
    return wait >= 0;
}

static enum err refuse_rate(struct ctx *ctx, const char *what, struct limits_rule rule,
                            const struct limits_state *state, struct response *out) {
    int32_t window = rule.rate > 0 ? (rule.burst * (rule.seconds ? rule.seconds : 1) + rule.rate - 1) / rule.rate : 1;
    out->retry_after = state->retry > 0 ? (int)state->retry : 1;
    out->extra = arena_printf(ctx->arena,
                              "RateLimit-Policy: \"%s\";q=%" PRId32 ";w=%" PRId32 "\r\n"
                              "RateLimit: \"%s\";r=%" PRId32 ";t=%" PRId64 "\r\n",
                              what, rule.burst, window, what, state->remaining, state->retry);
    return fail(ctx, ERR_RATE_LIMITED, "the %s's limit of %" PRId32 " requests %s is reached", what, rule.rate,
                rule.seconds ? "a minute" : "a second");
}

enum err rate_take(struct call *c, struct ctx *ctx, const char *token_hash, struct response *out) {
    assert(token_hash);
    struct limits_token known;
    struct limits_state state;
    if (!limits_find(c->worker->limits, token_hash, &known))
        return OK;
    struct limits_rule token = {.rate = known.token_rate, .burst = known.token_burst, .table = LIMITS_KNOWN};
    struct limits_rule org = {.rate = known.org_rate, .burst = known.org_burst, .table = LIMITS_KNOWN};
    if (!take_from_rate(c, arena_join(ctx->arena, "token:", token_hash, ""), token, &state)) {
        measure_refused(c, "token");
        return refuse_rate(ctx, "token", token, &state, out);
    }
    if (!take_from_rate(c, arena_join(ctx->arena, "org:", known.organization_id, ""), org, &state)) {
        measure_refused(c, "organization");
        return refuse_rate(ctx, "organization", org, &state, out);
    }
    return OK;
}

void rate_note(struct call *c, const char *token_hash, const struct limits_token *known) {
    limits_note(c->worker->failures, token_hash, known);
}

void rate_note_key(struct call *c, const char *hash, const char *organization_id) {
    struct limits_token known = {0};
    if (organization_id)
        memcpy(known.organization_id, organization_id, sizeof known.organization_id);
    limits_note(c->worker->failures, hash, organization_id ? &known : NULL);
}

bool rate_accepted(const struct call *c, const char *hash) {
    struct limits_token known;
    return limits_find(c->worker->failures, hash, &known);
}

/* The address; for IPv6 the /64, which belongs to one customer. */
static const char *network_of(struct arena *a, const char *address) {
    struct ip ip;
    char text[IP_TEXT];
    if (!ip_parse(address, strlen(address), &ip) || ip_is_v4(&ip))
        return address;
    memset(ip.bytes + 8, 0, 8);
    ip_format(&ip, text);
    return arena_strdup(a, text);
}

static struct limits_rule failures_rule(const struct call *c) {
    int32_t limit = (int32_t)c->worker->settings->auth_failures;
    return (struct limits_rule){.rate = limit, .seconds = 60, .burst = limit, .table = LIMITS_STRANGERS};
}

static const char *address_key(const struct call *c, struct ctx *ctx) {
    return arena_printf(ctx->arena, "address:%s", network_of(ctx->arena, c->client_address));
}

bool rate_suspects(struct call *c, struct ctx *ctx) {
    return c->client_address && !limits_peek(c->worker->failures, address_key(c, ctx), failures_rule(c), NULL);
}

enum err rate_failed(struct call *c, struct ctx *ctx, enum err e, struct response *out) {
    struct limits_rule rule = failures_rule(c);
    struct limits_state state;
    if (e != ERR_INVALID_TOKEN || !c->client_address)
        return e;
    if (limits_take(c->worker->failures, address_key(c, ctx), rule, 0, &state) >= 0)
        return e;
    measure_refused(c, "address");
    e = refuse_rate(ctx, "address", rule, &state, out);
    ctx->detail = "too many requests with a wrong token came from this address";
    return e;
}
