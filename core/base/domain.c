/* Domains that may be somebody's: reads and checks their names. */

#include "base/domain.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/ip.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdbool.h>
#include <string.h>

enum { TEXT_MOST = 1000 };

/* Ends of names that no public name server answers (RFC 6761, RFC 6762, RFC 7686, RFC 9476 and ICANN's .internal). */
static const char *const local_ends[] = {"localhost", "local", "internal", "lan",     "home", "corp",
                                         "intranet",  "arpa",  "onion",    "invalid", "test", "alt"};

static const char *to_ascii(struct arena *a, const char *text, const char **why) {
    char *out = NULL;
    int code = idn2_to_ascii_8z(text, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
    if (code != IDN2_OK || !out) {
        *why = arena_printf(a, "it is no valid name (%s)", idn2_strerror(code));
        return NULL;
    }
    const char *ascii = arena_strdup(a, out);
    idn2_free(out);
    return ascii;
}

static const char *to_folded(struct arena *a, const char *ascii) {
    char *out = NULL;
    const char *why;
    if (idn2_to_unicode_8z8z(ascii, &out, 0) != IDN2_OK || !out)
        return ascii;
    const char *folded = fold_identity(a, out, strlen(out)), *back = to_ascii(a, folded, &why);
    idn2_free(out);
    return back && strcmp(back, ascii) == 0 ? folded : ascii;
}

/* The last label of a top-level domain is never a number, but that of every IPv4 address is, however it is written. */
static bool looks_like_address(const char *s, size_t len) {
    struct ip ip;
    const char *last = strrchr(s, '.');
    last = last ? last + 1 : s;
    return ip_parse(s, len, &ip) || (*last && strspn(last, "0123456789") == strlen(last)) ||
           strncmp(last, "0x", 2) == 0;
}

static bool is_local(const char *ascii) {
    const char *last = strrchr(ascii, '.');
    for (size_t i = 0; i < sizeof local_ends / sizeof *local_ends; i++)
        if (strcmp(last ? last + 1 : ascii, local_ends[i]) == 0)
            return true;
    return !last;
}

static const char *text_fault(const char *text, size_t len) {
    if (!len || len > TEXT_MOST || strlen(text) != len || fold_has_control(text, len))
        return "it must be a name such as example.com";
    if (looks_like_address(text, len))
        return "it is an IP address";
    if (strpbrk(text, "@/:?#%*\\ "))
        return "it must be a name alone, such as example.com, without @, /, : or *";
    if (strchr(text, '_'))
        return "names with _ are for services, not for people";
    return NULL;
}

static const char *name_fault(const char *ascii) {
    const psl_ctx_t *suffixes = psl_builtin();
    size_t len = strlen(ascii);
    if (!len || ascii[strspn(ascii, "abcdefghijklmnopqrstuvwxyz0123456789.-")] || ascii[0] == '.' ||
        ascii[len - 1] == '.' || strstr(ascii, ".."))
        return "it must be a name such as example.com";
    if (looks_like_address(ascii, len))
        return "it is an IP address";
    if (is_local(ascii))
        return "it is a name of local networks, which no public name server knows";
    if (len > DOMAIN_MAX)
        return "it is longer than 239 bytes, so no record has room before it";
    if (suffixes && psl_is_public_suffix(suffixes, ascii))
        return "it is a public suffix, below which anybody may register: claim the whole name of your domain";
    return NULL;
}

const char *domain_read(struct arena *a, const char *text, size_t len, struct domain *out) {
    const char *why = text_fault(text, len);
    if (why)
        return why;
    if (text[len - 1] == '.')
        text = arena_printf(a, "%.*s", (int)len - 1, text);
    out->ascii = to_ascii(a, text, &why);
    if (!out->ascii)
        return why;
    why = name_fault(out->ascii);
    if (!why)
        out->folded = to_folded(a, out->ascii);
    return why;
}
