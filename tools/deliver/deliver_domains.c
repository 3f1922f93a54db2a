/* Looks up the records of claimed domains, and stores what they prove. */

#include "deliver/deliver_domains.h"

#include "base/arena.h"
#include "base/log.h"
#include "deliver/deliver_dns.h"
#include "sql/deliver.h"
#include "sql/transaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A claim that is being looked up. */
struct claim {
    struct lookup lookup;
    char organization[UUID_TEXT + 1], id[UUID_TEXT + 1];
    bool taken;
    size_t at; /* index of its rows in a batch */
};

struct domains {
    const char *servers;
    struct claim claims[DOMAINS_AT_ONCE];
};

static const char *const answers[] = {[DNS_PENDING] = "pending",
                                      [DNS_FOUND] = "found",
                                      [DNS_NOT_FOUND] = "not_found",
                                      [DNS_OTHER_VALUE] = "other_value",
                                      [DNS_NO_ANSWER] = "no_answer"};

struct domains *deliver_domains_create(const char *servers) {
    struct domains *m = calloc(1, sizeof *m);
    deliver_dns_open();
    m->servers = servers;
    return m;
}

void deliver_domains_destroy(struct domains *m) {
    for (size_t i = 0; i < DOMAINS_AT_ONCE; i++)
        if (m->claims[i].taken)
            deliver_dns_stop(&m->claims[i].lookup);
    deliver_dns_close();
    free(m);
}

void deliver_domains_read(struct domains *m) {
    for (size_t i = 0; i < DOMAINS_AT_ONCE; i++)
        if (m->claims[i].taken)
            deliver_dns_work(&m->claims[i].lookup);
}

size_t deliver_domains_at_work(const struct domains *m) {
    size_t n = 0;
    for (size_t i = 0; i < DOMAINS_AT_ONCE; i++)
        n += m->claims[i].taken;
    return n;
}

size_t deliver_domains_sockets(const struct domains *m, struct pollfd out[DOMAINS_SOCKETS]) {
    struct pollfd own[DNS_SOCKETS];
    size_t n = 0;
    for (size_t i = 0; i < DOMAINS_AT_ONCE; i++) {
        size_t more = m->claims[i].taken ? deliver_dns_sockets(&m->claims[i].lookup, own) : 0;
        for (size_t k = 0; k < more && n < DOMAINS_SOCKETS; k++)
            out[n++] = own[k];
    }
    return n;
}

static bool has_ended(const struct claim *c) {
    return c->taken && c->lookup.answer != DNS_PENDING;
}

static void note_lookup(struct deliver *d, const struct claim *c, struct db_rows row) {
    const char *answer = answers[c->lookup.answer];
    metrics_count(d->metrics, METRIC_DOMAIN_LOOKUPS, answer, 1);
    if (db_count(row))
        log_line(LOG_INFO, "domain", "organization", c->organization, "claim", c->id, "answer", answer, "state",
                 db_text(row, 0, DOMAIN_CLAIM_SETTLE_STATE), NULL);
}

/* What cannot be stored is looked up again when its lease ends. */
static bool settle_lookups(struct deliver *d, struct arena *a) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows[DB_BATCH] = {0};
    struct domains *m = d->domains;
    size_t n = 0;
    for (struct claim *c = m->claims; c < m->claims + DOMAINS_AT_ONCE; c++) {
        if (!has_ended(c))
            continue;
        char *request = arena_alloc(a, UUID_TEXT + 1);
        uuid_new(request);
        db_queue(d->db, sql_tenant_set(.organization_id = c->organization));
        c->at = db_queue(
            d->db, sql_domain_claim_settle(.id = c->id, .answer = answers[c->lookup.answer], .request_id = request));
        n++;
    }
    enum err e = n ? db_run(&ctx, d->db, rows) : OK;
    if (e != OK)
        log_line(LOG_WARN, "domains", "error", fail_name(e), NULL);
    for (struct claim *c = m->claims; c < m->claims + DOMAINS_AT_ONCE; c++)
        if (has_ended(c)) {
            note_lookup(d, c, e == OK ? rows[c->at] : (struct db_rows){0});
            c->taken = false;
        }
    return n;
}

static void start_lookup(struct domains *m, struct db_rows rows, size_t row) {
    struct claim *c = m->claims;
    while (c->taken)
        c++;
    snprintf(c->organization, sizeof c->organization, "%s", db_text(rows, row, DOMAIN_CLAIM_TAKE_ORGANIZATION_ID));
    snprintf(c->id, sizeof c->id, "%s", db_text(rows, row, DOMAIN_CLAIM_TAKE_ID));
    snprintf(c->lookup.name, sizeof c->lookup.name, "_provisioning.%s", db_text(rows, row, DOMAIN_CLAIM_TAKE_ASCII));
    snprintf(c->lookup.value, sizeof c->lookup.value, "%s", db_text(rows, row, DOMAIN_CLAIM_TAKE_VALUE));
    c->taken = true;
    deliver_dns_start(&c->lookup, m->servers);
}

static bool begin_lookups(struct deliver *d, struct arena *a) {
    struct ctx ctx = {.arena = a};
    struct db_rows rows = {0};
    size_t room = DOMAINS_AT_ONCE - deliver_domains_at_work(d->domains);
    if (!room)
        return false;
    db_queue(d->db, sql_domain_claim_take(.most = arena_printf(a, "%zu", room)));
    enum err e = db_run(&ctx, d->db, &rows);
    for (size_t i = 0, n = e == OK ? db_count(rows) : 0; i < n; i++)
        start_lookup(d->domains, rows, i);
    return e == OK && db_count(rows);
}

bool deliver_domains_round(struct deliver *d, struct arena *a, bool claim) {
    bool settled = settle_lookups(d, a);
    return (claim && begin_lookups(d, a)) || settled;
}
