/* Reads what an authentication has found: the token, its connection and its organization. */

#include "directory/tenant.h"

#include "base/arena.h"
#include "base/number.h"
#include "sql/scim.h"

#include <assert.h>
#include <string.h>

/* What there is to know, in the order of the words of muster.admit(). */
enum fact {
    FACT_TOKEN_ID,
    FACT_SCOPE,
    FACT_TOKEN_RATE,
    FACT_TOKEN_BURST,
    FACT_ORGANIZATION_ID,
    FACT_CONNECTION_ID,
    FACT_NOW_US,
    FACT_DIALECT,
    FACT_IDENTITY,
    FACT_EMAIL,
    FACT_LINKING,
    FACT_UNKNOWN_MEMBERS,
    FACT_GROUP_NAMES,
    FACT_STATUS,
    FACT_MAX_USERS,
    FACT_MAX_GROUPS,
    FACT_MAX_GROUP_MEMBERS,
    FACT_RATE,
    FACT_BURST,
    FACT_SCHEMA_VERSION,
    FACT_CURSOR_KEY,
    FACT_NOTED,
    FACTS
};

struct facts {
    const char *texts[FACTS]; /* NULL: none */
};

/* Their columns in the rows of authenticate and of enter, which has nothing of a token. */
static const int fact_columns[FACTS] = {
    [FACT_TOKEN_ID] = AUTHENTICATE_TOKEN_ID,
    [FACT_SCOPE] = AUTHENTICATE_SCOPE,
    [FACT_TOKEN_RATE] = AUTHENTICATE_TOKEN_RATE,
    [FACT_TOKEN_BURST] = AUTHENTICATE_TOKEN_BURST,
    [FACT_ORGANIZATION_ID] = TENANT_ORGANIZATION_ID,
    [FACT_CONNECTION_ID] = TENANT_CONNECTION_ID,
    [FACT_NOW_US] = TENANT_NOW_US,
    [FACT_DIALECT] = TENANT_DIALECT,
    [FACT_IDENTITY] = TENANT_IDENTITY,
    [FACT_EMAIL] = TENANT_EMAIL,
    [FACT_LINKING] = TENANT_LINKING,
    [FACT_UNKNOWN_MEMBERS] = TENANT_UNKNOWN_MEMBERS,
    [FACT_GROUP_NAMES] = TENANT_GROUP_NAMES,
    [FACT_STATUS] = TENANT_STATUS,
    [FACT_MAX_USERS] = TENANT_MAX_USERS,
    [FACT_MAX_GROUPS] = TENANT_MAX_GROUPS,
    [FACT_MAX_GROUP_MEMBERS] = TENANT_MAX_GROUP_MEMBERS,
    [FACT_RATE] = TENANT_RATE,
    [FACT_BURST] = TENANT_BURST,
    [FACT_SCHEMA_VERSION] = TENANT_SCHEMA_VERSION,
    [FACT_CURSOR_KEY] = AUTHENTICATE_CURSOR_KEY,
    [FACT_NOTED] = AUTHENTICATE_NOTED,
};

static enum err refuse_address(struct session *s) {
    return fail(&s->ctx, ERR_FORBIDDEN, "the token may not be used from this address");
}

static enum err read_columns(struct session *s, struct db_rows row, struct facts *f) {
    bool entered = s->entered.connection;
    if (db_count(row) == 0)
        return fail(&s->ctx, entered ? ERR_NOT_FOUND : ERR_INVALID_TOKEN, NULL);
    if (!entered && !db_bool(row, 0, AUTHENTICATE_ALLOWED))
        return refuse_address(s);
    if (!entered && !db_bool(row, 0, AUTHENTICATE_MATCHES))
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    for (int i = 0; i < FACTS; i++) {
        bool of_token = i >= FACT_CURSOR_KEY || i <= FACT_TOKEN_BURST;
        f->texts[i] = entered && of_token ? NULL : db_text(row, 0, fact_columns[i]);
    }
    return OK;
}

static enum err read_words(struct session *s, const char *admitted, struct facts *f) {
    if (!admitted)
        return fail(&s->ctx, ERR_INVALID_TOKEN, NULL);
    if (strcmp(admitted, "address") == 0)
        return refuse_address(s);
    if (strcmp(admitted, "connection") == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    char *word = arena_strdup(s->ctx.arena, admitted);
    for (int i = 0; i < FACTS; i++) {
        char *end = word + strcspn(word, " ");
        assert(end > word && (*end == ' ') == (i < FACTS - 1));
        *end = '\0';
        f->texts[i] = strcmp(word, "-") == 0 ? NULL : word;
        word = end + 1;
    }
    return OK;
}

static int64_t number_of(const struct facts *f, enum fact fact) {
    int64_t n = 0;
    const char *text = f->texts[fact];
    bool whole = text && number_parse(text, strlen(text), &n);
    assert(whole);
    return n;
}

static int64_t cap_of(const struct facts *f, enum fact fact) {
    return f->texts[fact] ? number_of(f, fact) : NO_CAP;
}

static bool fact_is(const struct facts *f, enum fact fact, const char *text) {
    assert(f->texts[fact]);
    return strcmp(f->texts[fact], text) == 0;
}

static enum linking linking_of(const char *text) {
    if (strcmp(text, "never") == 0)
        return LINKING_NEVER;
    return strcmp(text, "verified_domains") == 0 ? LINKING_VERIFIED_DOMAINS : LINKING_AUTO;
}

static enum scope scope_of(const char *text) {
    if (strcmp(text, "read") == 0)
        return SCOPE_READ;
    return strcmp(text, "users") == 0 ? SCOPE_USERS : SCOPE_FULL;
}

static void take_facts(struct session *s, const struct facts *f) {
    s->tenant = (struct tenant){
        .token_id = f->texts[FACT_TOKEN_ID],
        .organization_id = f->texts[FACT_ORGANIZATION_ID],
        .connection_id = f->texts[FACT_CONNECTION_ID],
        .dialect = {.lenient = fact_is(f, FACT_DIALECT, "lenient")},
        .linking = linking_of(f->texts[FACT_LINKING]),
        .identity_mutable = fact_is(f, FACT_IDENTITY, "mutable"),
        .email_optional = fact_is(f, FACT_EMAIL, "optional"),
        .skip_unknown_members = fact_is(f, FACT_UNKNOWN_MEMBERS, "skip"),
        .unique_group_names = fact_is(f, FACT_GROUP_NAMES, "unique"),
        .max_users = cap_of(f, FACT_MAX_USERS),
        .max_groups = cap_of(f, FACT_MAX_GROUPS),
        .max_group_members = cap_of(f, FACT_MAX_GROUP_MEMBERS),
        .rate = cap_of(f, FACT_RATE),
        .burst = cap_of(f, FACT_BURST),
        .cursor_key = f->texts[FACT_CURSOR_KEY],
        .now_us = number_of(f, FACT_NOW_US) / 1000 * 1000,
        .paused = fact_is(f, FACT_STATUS, "paused"),
        .schema_version = number_of(f, FACT_SCHEMA_VERSION),
    };
    if (s->entered.connection)
        return;
    s->tenant.scope = scope_of(f->texts[FACT_SCOPE]);
    s->tenant.token_rate = cap_of(f, FACT_TOKEN_RATE);
    s->tenant.token_burst = cap_of(f, FACT_TOKEN_BURST);
    const char *noted = f->texts[FACT_NOTED] ? f->texts[FACT_NOTED] : "";
    s->due = s->due || strstr(noted, "due");
    s->troubled = strstr(noted, "troubled");
}

enum err tenant_take(struct session *s, struct db_rows row) {
    struct facts f = {0};
    enum err e =
        row.statement == SQL_ADMIT ? read_words(s, db_text(row, 0, ADMIT_ADMITTED), &f) : read_columns(s, row, &f);
    if (e == OK)
        take_facts(s, &f);
    return e;
}
