#ifndef MUSTER_BASE_FOLD_H
#define MUSTER_BASE_FOLD_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * Texts as they are compared. Input is valid UTF-8 without NUL; the result lives in the
 * arena and is NUL-terminated. All three are idempotent.
 */

/* Identity (userName, email, displayName of groups and teams): NFKC and full case folding, then NFKC again. */
const char *fold_identity(struct arena *a, const char *s, size_t len);

/* Other attributes with caseExact false: NFC and full case folding, then NFC. */
const char *fold_caseless(struct arena *a, const char *s, size_t len);

/* Attributes with caseExact true: NFC. */
const char *fold_exact(struct arena *a, const char *s, size_t len);

/*
 * Whether a text can have a key of so many bytes at most: no key is shorter than a quarter of its text, and one that is
 * may be 11 times as long as the text (U+FDFA), so what cannot fit is not even begun.
 */
bool fold_fits(size_t len, size_t key_max);

/* Whether a text has a control character (C0, DEL, C1, a line or paragraph separator) or a bidi override. */
bool fold_has_control(const char *s, size_t len);

/* Whether nothing but white space (Unicode White_Space) stands in it. */
bool fold_blank(const char *s, size_t len);

/* ASCII: compares names of attributes and URNs without case (RFC 7643, 2.1). */
bool fold_ascii_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* ASCII letters in lower case, all else as it is. */
const char *fold_ascii_lower(struct arena *a, const char *s, size_t len);

#endif
