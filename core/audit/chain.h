#ifndef MUSTER_AUDIT_CHAIN_H
#define MUSTER_AUDIT_CHAIN_H

#include "db/db.h"

#include <stdbool.h>

/*
 * The chain of an organization's audit log, as sql/functions/audit_seal_next.sql makes it:
 *   commitment = SHA-256(salt, data as text)
 *   hash = SHA-256(hash before (32 zero bytes for the first), head, commitment)
 * head: the netstrings ("LEN:TEXT,", "-" for null) of organization_id, sequence, id, at, action, actor_type, actor_id,
 * connection_id, target_type, target_id, request_id, client_address. The rows are those of op_audit_chain. The checks
 * return what is wrong, as a clause; NULL: nothing.
 */
enum { CHAIN_HASH = 32, CHAIN_HEX = 64 };

/* A position in the chain. Before the first place: {.linked = true}. */
struct chain {
    unsigned char hash[CHAIN_HASH]; /* stored hash of the last place */
    bool linked;                    /* the hash is known, and the next place must fit */
};

/*
 * Moves past a row without checking it, using its stored hash; if that is missing or invalid, the next place is not
 * linked.
 */
void chain_pass(struct chain *c, struct db_rows rows, size_t row);

/* Checks the event and its seal against the previous hash, if that is known, and the commitment; then moves past it. */
const char *chain_check_link(struct chain *c, const char *organization, struct db_rows rows, size_t row);

/* Checks the data of the event against the commitment; for an erased event, that no data is left. */
const char *chain_check_data(struct db_rows rows, size_t row);

void chain_hash_hex(const struct chain *c, char out[CHAIN_HEX + 1]);

#endif
