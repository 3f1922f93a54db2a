/* The hash chain of the audit log: computes the hash of an event as the database does, and compares. */

#include "audit/chain.h"

#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "sql/operator.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

static const char erased[] = "{\"erased\": true}";

/* Reads a column of 32 bytes in hex; false: it is null or something else. */
static bool read_hash_column(struct db_rows rows, size_t row, int column, unsigned char out[CHAIN_HASH]) {
    const char *hex = db_text(rows, row, column);
    return hex && strlen(hex) == CHAIN_HEX && hex_read(hex, out, CHAIN_HASH);
}

static void add_to_hash(EVP_MD_CTX *h, const void *data, size_t len) {
    if (EVP_DigestUpdate(h, data, len) != 1)
        log_fatal("chain", "SHA-256 failed");
}

static EVP_MD_CTX *begin_hash(void) {
    EVP_MD_CTX *h = EVP_MD_CTX_new();
    if (!h || EVP_DigestInit_ex(h, EVP_sha256(), NULL) != 1)
        log_fatal("chain", "SHA-256 failed");
    return h;
}

static void end_hash(EVP_MD_CTX *h, unsigned char out[CHAIN_HASH]) {
    if (EVP_DigestFinal_ex(h, out, NULL) != 1)
        log_fatal("chain", "SHA-256 failed");
    EVP_MD_CTX_free(h);
}

/* "LEN:TEXT,", so that different lists of texts never look the same; NULL is "-". */
static void add_netstring(EVP_MD_CTX *h, const char *text) {
    char len[24];
    if (!text) {
        add_to_hash(h, "-", 1);
        return;
    }
    int n = snprintf(len, sizeof len, "%zu:", strlen(text));
    add_to_hash(h, len, (size_t)n);
    add_to_hash(h, text, strlen(text));
    add_to_hash(h, ",", 1);
}

static void add_event_head(EVP_MD_CTX *h, const char *organization, struct db_rows rows, size_t row) {
    static const int after[] = {OP_AUDIT_CHAIN_ACTION,        OP_AUDIT_CHAIN_ACTOR_TYPE,    OP_AUDIT_CHAIN_ACTOR_ID,
                                OP_AUDIT_CHAIN_CONNECTION_ID, OP_AUDIT_CHAIN_TARGET_TYPE,   OP_AUDIT_CHAIN_TARGET_ID,
                                OP_AUDIT_CHAIN_REQUEST_ID,    OP_AUDIT_CHAIN_CLIENT_ADDRESS};
    char at[CLOCK_TEXT + 1];
    clock_format(db_int(rows, row, OP_AUDIT_CHAIN_AT_US), at);
    add_netstring(h, organization);
    add_netstring(h, db_text(rows, row, PLACE_SEQUENCE));
    add_netstring(h, db_text(rows, row, OP_AUDIT_CHAIN_ID));
    add_netstring(h, db_null(rows, row, OP_AUDIT_CHAIN_AT_US) ? NULL : at);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++)
        add_netstring(h, db_text(rows, row, after[i]));
}

void chain_pass(struct chain *c, struct db_rows rows, size_t row) {
    c->linked = read_hash_column(rows, row, PLACE_HASH, c->hash);
}

const char *chain_check_link(struct chain *c, const char *organization, struct db_rows rows, size_t row) {
    unsigned char commitment[CHAIN_HASH], computed[CHAIN_HASH];
    struct chain before = *c;
    bool whole = read_hash_column(rows, row, OP_AUDIT_CHAIN_COMMITMENT, commitment);
    chain_pass(c, rows, row);
    if (!whole || !c->linked)
        return "its seal has no hash or no commitment";
    if (!before.linked)
        return NULL;
    EVP_MD_CTX *h = begin_hash();
    add_to_hash(h, before.hash, sizeof before.hash);
    add_event_head(h, organization, rows, row);
    add_to_hash(h, commitment, sizeof commitment);
    end_hash(h, computed);
    return memcmp(computed, c->hash, sizeof computed) == 0
               ? NULL
               : "the chain does not fit here: the event, its seal or the hash before was changed";
}

const char *chain_check_data(struct db_rows rows, size_t row) {
    unsigned char salt[CHAIN_HASH], kept[CHAIN_HASH], computed[CHAIN_HASH];
    const char *data = db_text(rows, row, OP_AUDIT_CHAIN_DATA);
    bool marked = db_bool(rows, row, OP_AUDIT_CHAIN_ERASED), empty = data && strcmp(data, erased) == 0;
    if (marked && !empty)
        return "the event is marked as erased, but has data";
    if (!marked && empty)
        return "the event's data is gone, but it is not marked as erased";
    if (db_null(rows, row, OP_AUDIT_CHAIN_SALT))
        return marked ? NULL : "the salt is gone, but the event is not erased";
    if (!data || !read_hash_column(rows, row, OP_AUDIT_CHAIN_SALT, salt) ||
        !read_hash_column(rows, row, OP_AUDIT_CHAIN_COMMITMENT, kept))
        return "the event has no data, or its seal no salt or no commitment";
    EVP_MD_CTX *h = begin_hash();
    add_to_hash(h, salt, sizeof salt);
    add_to_hash(h, data, strlen(data));
    end_hash(h, computed);
    return memcmp(computed, kept, sizeof computed) == 0
               ? NULL
               : "the event's data, or the salt or the commitment of its seal, was changed";
}

void chain_hash_hex(const struct chain *c, char out[CHAIN_HEX + 1]) {
    hex_write(c->hash, sizeof c->hash, out);
}
