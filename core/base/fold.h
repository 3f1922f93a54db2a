#ifndef MUSTER_BASE_FOLD_H
#define MUSTER_BASE_FOLD_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * Texts in the form in which they are compared. Input is valid UTF-8 without NUL; the result is in the arena and
 * NUL-terminated. All three functions are idempotent.
 */

/* Identity (userName, email, displayName of groups and teams): NFKC and full case folding, then NFKC again. */
const char *fold_identity(struct arena *a, const char *s, size_t len);

/* Other attributes with caseExact false: NFC and full case folding, then NFC. */
const char *fold_caseless(struct arena *a, const char *s, size_t len);

/* Attributes with caseExact true: NFC. */
const char *fold_exact(struct arena *a, const char *s, size_t len);

/*
 * Whether a text of `len` bytes can have a key of at most `key_max` bytes. No key is shorter than a quarter of its
 * text. Call this before folding, because a key may be 11 times as long as its text (U+FDFA).
 */
bool fold_fits(size_t len, size_t key_max);

/* Whether a text has a control character (C0, DEL, C1, a line or paragraph separator) or a bidi override. */
bool fold_has_control(const char *s, size_t len);

/* Whether a text has only white space (Unicode White_Space). */
bool fold_blank(const char *s, size_t len);

/* Compares names of attributes and URNs without ASCII case (RFC 7643, 2.1). */
bool fold_ascii_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* The text with ASCII letters in lower case and everything else unchanged. */
const char *fold_ascii_lower(struct arena *a, const char *s, size_t len);

#endif
