#ifndef MUSTER_BASE_TOKEN_H
#define MUSTER_BASE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Secrets that we issue: a prefix, 32 random bytes in base62 (43 characters, left-padded with 0) and the CRC-32 (IEEE)
 * of everything before it in base62 (6 characters, left-padded), so that secret scanners recognize them, and a typo is
 * refused without asking the database.
 */
enum {
    TOKEN_MAX = 64,  /* the whole token, without the NUL */
    TOKEN_HASH = 32, /* bytes of SHA-256 */
    TOKEN_HASH_HEX = 64,
    TOKEN_SHOWN = 12, /* characters that may be shown later: the prefix and a few more */
};

#define TOKEN_SCIM "scim_"
#define TOKEN_API "msk_"
#define TOKEN_WEBHOOK "whsec_"
#define TOKEN_LINK "mpl_"    /* a link to the portal */
#define TOKEN_SESSION "mps_" /* a session of the portal */

/* A new secret with that prefix. If there is no randomness the process ends. */
void token_new(const char *prefix, char out[TOKEN_MAX + 1]);

/* A new secret of Standard Webhooks: whsec_ and 32 random bytes in base64. Ends the process like token_new(). */
void token_new_webhook(char out[TOKEN_MAX + 1]);

/* Whether prefix, length, alphabet and checksum are right. */
bool token_well_formed(const char *prefix, const char *s, size_t len);

/* SHA-256 of the text as lower-case hex and a NUL. */
void token_hash_hex(const char *s, size_t len, char out[TOKEN_HASH_HEX + 1]);

#endif
