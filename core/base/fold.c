/* Texts as they are compared: Unicode normalization and case folding. */

#include "base/fold.h"

#include "base/arena.h"
#include "base/log.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Plain lower-case ASCII is its own folded form, and most texts are ASCII. */
static bool is_ascii_text(const char *s, size_t len) {
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

const char *fold_ascii_lower(struct arena *a, const char *s, size_t len) {
    char *out = arena_strndup(a, s, len);
    for (size_t i = 0; i < len; i++)
        if (out[i] >= 'A' && out[i] <= 'Z')
            out[i] = (char)(out[i] | 0x20);
    return out;
}

static const char *keep_folded(struct arena *a, uint8_t *text, size_t len) {
    if (!text)
        log_fatal("fold", "a text that is not UTF-8 was to be compared");
    const char *copy = arena_strndup(a, (const char *)text, len);
    free(text);
    return copy;
}

static const char *normalize_text(struct arena *a, uninorm_t form, const char *s, size_t len) {
    size_t n = 0;
    uint8_t *text = u8_normalize(form, (const uint8_t *)s, len, NULL, &n);
    return keep_folded(a, text, n);
}

/*
 * Normalising can produce characters that fold again, and folding can undo the normal form. So both are repeated until
 * nothing changes, which makes the key idempotent (two rounds are enough in practice).
 */
static const char *fold_until_stable(struct arena *a, uninorm_t form, const char *s, size_t len) {
    if (is_ascii_text(s, len))
        return fold_ascii_lower(a, s, len);
    const char *key = normalize_text(a, form, s, len);
    for (int round = 0; round < 4; round++) {
        size_t n = 0;
        uint8_t *folded = u8_casefold((const uint8_t *)key, strlen(key), NULL, NULL, NULL, &n);
        const char *text = keep_folded(a, folded, n);
        const char *next = normalize_text(a, form, text, strlen(text));
        if (strcmp(next, key) == 0)
            return next;
        key = next;
    }
    return key;
}

const char *fold_identity(struct arena *a, const char *s, size_t len) {
    return fold_until_stable(a, UNINORM_NFKC, s, len);
}

const char *fold_caseless(struct arena *a, const char *s, size_t len) {
    return fold_until_stable(a, UNINORM_NFC, s, len);
}

const char *fold_exact(struct arena *a, const char *s, size_t len) {
    return is_ascii_text(s, len) ? arena_strndup(a, s, len) : normalize_text(a, UNINORM_NFC, s, len);
}

/* A mathematical letter of four bytes becomes one ASCII letter. No character shrinks more. */
bool fold_fits(size_t len, size_t key_max) {
    return len / 4 <= key_max;
}

/* Overrides and isolates make a name look different from what it is. */
static bool is_bidi_control(ucs4_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

bool fold_has_control(const char *s, size_t len) {
    const uint8_t *p = (const uint8_t *)s;
    for (size_t left = len; left;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, p, left);
        if (n <= 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) || is_bidi_control(c) || c == 0x2028 || c == 0x2029)
            return true;
        p += n;
        left -= (size_t)n;
    }
    return false;
}

bool fold_blank(const char *s, size_t len) {
    const uint8_t *p = (const uint8_t *)s;
    for (size_t left = len; left;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, p, left);
        if (n <= 0 || !uc_is_property_white_space(c))
            return false;
        p += n;
        left -= (size_t)n;
    }
    return true;
}

static char lower_ascii(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool fold_ascii_equal(const char *a, size_t a_len, const char *b, size_t b_len) {
    if (a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++)
        if (lower_ascii(a[i]) != lower_ascii(b[i]))
            return false;
    return true;
}
