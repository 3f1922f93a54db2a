/* Domain claims: an organization says that it owns a domain, and a TXT record proves it. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/domain.h"
#include "base/json.h"
#include "base/token.h"
#include "base/uuid.h"
#include "sql/control.h"

#include <string.h>

enum { CLAIMS_MAX = 100 };

static const struct field claimed[] = {{.name = "domain", .kind = FIELD_TEXT, .required = true}};

struct claim_change {
    const struct control_input *in;
    struct domain domain;
    char id[UUID_TEXT + 1];
    const char *value, *which;
};

/* The organization's row is locked, so that claims are counted one after the other. */
static void ask_claims(struct control *c, const struct control_input *in) {
    (void)in;
    db_queue(c->db, sql_api_organization_lock());
    db_queue(c->db, sql_api_domain_claim_count());
}

static enum err claim_work(struct control *c, void *arg) {
    struct claim_change *x = arg;
    if (db_int(c->found[1], 0, API_DOMAIN_CLAIM_COUNT_CLAIMS) >= CLAIMS_MAX)
        return fail(&c->ctx, ERR_CONFLICT, "the organization claims %d domains already: remove one first", CLAIMS_MAX);
    control_result(c,
                   sql_api_domain_claim_add(.id = x->id, .domain = x->domain.folded, .ascii = x->domain.ascii,
                                            .value = x->value, CONTROL_EVENT(c)),
                   "organization");
    return OK;
}

enum err control_domain_claim(struct control *c, const struct control_input *in, struct json_object **out) {
    char secret[TOKEN_MAX + 1];
    struct claim_change x = {.in = in};
    struct control_write w = {.ask = ask_claims, .in = in, .work = claim_work, .arg = &x, .final_duplicate = true};
    enum err e = control_fields_check(c, FIELDS(claimed), in->fields, true);
    if (e != OK)
        return e;
    const char *text = json_get_string(in->fields, "domain");
    const char *why = domain_read(c->ctx.arena, text, strlen(text), &x.domain);
    if (why) {
        control_wrong(c, "domain", "invalid", "\"%s\" is no domain to claim: %s", text, why);
        return control_refuse(c);
    }
    uuid_new(x.id);
    token_new("", secret);
    x.value = arena_printf(c->ctx.arena, "domain-verify=%s", secret);
    e = control_write(c, &w);
    *out = c->result;
    if (e != ERR_UNIQUENESS)
        return e;
    control_wrong(c, "domain", "conflict", "the organization claims %s already", x.domain.folded);
    return fail(&c->ctx, e, "the organization claims %s already", x.domain.folded);
}

enum err control_domain_claim_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_domain_claim_list(.after = p.after, .limit = p.limit), &p, out) : e;
}

/* A claim is named by its id or its domain. */
static const char *claim_key(struct control *c, const char *which) {
    struct domain domain;
    return domain_read(c->ctx.arena, which, strlen(which), &domain) ? which : domain.ascii;
}

enum err control_domain_claim_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_domain_claim_show(.id = claim_key(c, in->id)), "domain claim", out) : e;
}

static enum err check_claim_work(struct control *c, void *arg) {
    struct claim_change *x = arg;
    control_result(c, sql_api_domain_claim_check(.id = x->which), "domain claim");
    return OK;
}

enum err control_domain_claim_check(struct control *c, const struct control_input *in, struct json_object **out) {
    struct claim_change x = {.which = claim_key(c, in->id)};
    struct control_write w = {.work = check_claim_work, .arg = &x};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}

static enum err remove_claim_work(struct control *c, void *arg) {
    struct claim_change *x = arg;
    control_result(c, sql_api_domain_claim_remove(.id = x->which, CONTROL_EVENT(c)), "domain claim");
    return OK;
}

enum err control_domain_claim_remove(struct control *c, const struct control_input *in, struct json_object **out) {
    struct claim_change x = {.which = claim_key(c, in->id)};
    struct control_write w = {.work = remove_claim_work, .arg = &x};
    return control_fields_write(c, NO_FIELDS, in->fields, false, &w, out);
}
