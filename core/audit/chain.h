#ifndef MUSTER_AUDIT_CHAIN_H
#define MUSTER_AUDIT_CHAIN_H

#include "db/db.h"

#include <stdbool.h>

/*
 * The chain of an organization's audit log, as sql/functions/audit_seal_next.sql makes it:
 *   commitment = SHA-256(salt, data as text)
 *   hash = SHA-256(hash before (32 zero bytes for the first), head, commitment)
 * head: the netstrings ("LEN:TEXT,", "-" for null) of organization_id, sequence, id, at, action, actor_type, actor_id,
 * connection_id, target_type, target_id, request_id, client_address. Rows are those of op_audit_chain; what is wrong is
 * told as a clause, NULL: nothing is.
 */
enum { CHAIN_HASH = 32, CHAIN_HEX = 64 };

/* Where the chain is. Before the first place: {.linked = true}. */
struct chain {
    unsigned char hash[CHAIN_HASH]; /* of the last place, as it is stored */
    bool linked;                    /* it is known, and the next place has to fit */
};

/* Goes on behind a row of which only the stored hash counts; without one, or with what is none, nothing is linked. */
void chain_pass(struct chain *c, struct db_rows rows, size_t row);

/* The event and its seal against the hash before, if that is known, and the commitment; then goes on behind it. */
const char *chain_check_link(struct chain *c, const char *organization, struct db_rows rows, size_t row);

/* The data of the event against the commitment; of one that was erased, that nothing is left of it. */
const char *chain_check_data(struct db_rows rows, size_t row);

void chain_hash_hex(const struct chain *c, char out[CHAIN_HEX + 1]);

#endif
