#ifndef MUSTER_BASE_BASE64_H
#define MUSTER_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* Base64 (RFC 4648): section 4 with its padding, and section 5, the alphabet of URLs, without. Texts are in the arena.
 */

const char *base64_text(struct arena *a, const void *bytes, size_t n);
const char *base64_url_text(struct arena *a, const void *bytes, size_t n);

/*
 * The bytes of `len` characters of section 4, padding included. `out` has room for base64_room(len); false: it is
 * something else, or empty.
 */
bool base64_bytes(const char *text, size_t len, uint8_t *out, size_t *n) __attribute__((warn_unused_result));

/* The same of section 5, in the arena and with a NUL after the last byte. */
bool base64_url_bytes(struct arena *a, const char *text, size_t len, const uint8_t **out, size_t *n)
    __attribute__((warn_unused_result));

/* Whether a text is one of section 4; the padding may be missing, and it may be empty. */
bool base64_valid(const char *text);

/* Bytes that a text of `len` characters may need, those included that stand for padding. */
static inline size_t base64_room(size_t len) {
    return (len + 3) / 4 * 3;
}

#endif
