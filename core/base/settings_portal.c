/* The settings of the portal: what their texts may be. */

#include "base/settings.h"

#include "base/brand.h"
#include "base/fold.h"
#include "base/ip.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#define HOST "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]"

bool settings_is_loopback(const char *host) {
    size_t len = strcspn(host, ":/");
    struct ip ip;
    if (strncmp(host, "[::1]", 5) == 0 || (len == 9 && strncmp(host, "localhost", len) == 0))
        return true;
    return strncmp(host, "127.", 4) == 0 && ip_parse(host, len, &ip);
}

/* A scheme and a host, perhaps with a port: exactly what a browser calls the page's origin. */
static bool is_page_origin(const char *s, size_t len) {
    size_t scheme = strncmp(s, "https://", 8) == 0 ? 8 : strncmp(s, "http://", 7) == 0 ? 7 : 0;
    return scheme && len > scheme && strspn(s + scheme, HOST) == len - scheme;
}

static bool check_portal_origins(const struct settings *s, char *problem, size_t size) {
    static const char blanks[] = " \t";
    for (const char *p = s->portal_origins; *p; p += strspn(p, ",")) {
        p += strspn(p, blanks);
        size_t len = strcspn(p, ",");
        size_t text = strcspn(p, ", \t");
        if (!is_page_origin(p, text) || text + strspn(p + text, blanks) != len) {
            snprintf(problem, size,
                     "MUSTER_PORTAL_ORIGINS has \"%.*s\": it must be origins by comma, each of a scheme, a host and "
                     "perhaps a port, as in https://app.example.com",
                     (int)(len < 64 ? len : 64), p);
            return false;
        }
        p += len;
    }
    return true;
}

enum { PORTAL_NAME_MAX = 80, PORTAL_SUPPORT_MAX = 200 };

/* Whether a text is UTF-8 that can stand in one line. */
static bool is_plain_line(const char *s) {
    const unsigned char *p = (const unsigned char *)s, *end = p + strlen(s);
    for (size_t n; p < end; p += n)
        if (!(n = *p < 0x80 ? 1 : utf8_length(p, end)))
            return false;
    return !fold_has_control(s, strlen(s));
}

static bool check_portal_name(const struct settings *s, char *problem, size_t size) {
    size_t len = strlen(s->portal_name);
    if (len <= PORTAL_NAME_MAX && is_plain_line(s->portal_name) && (!len || !fold_blank(s->portal_name, len)))
        return true;
    snprintf(problem, size,
             "MUSTER_PORTAL_NAME must be a name in UTF-8, of %d bytes at most, without control characters",
             PORTAL_NAME_MAX);
    return false;
}

static bool check_portal_accent(const struct settings *s, char *problem, size_t size) {
    uint32_t colour;
    if (*s->portal_accent == '#' && brand_colour(s->portal_accent, &colour))
        return true;
    snprintf(problem, size, "MUSTER_PORTAL_ACCENT is \"%.32s\": it must be a colour as #rrggbb", s->portal_accent);
    return false;
}

/* Becomes a link, so it is no script. */
static bool check_portal_support(const struct settings *s, char *problem, size_t size) {
    const char *text = s->portal_support, *at = strchr(text, '@');
    bool plain = strlen(text) <= PORTAL_SUPPORT_MAX && !strpbrk(text, " \t\"<>\\") && is_plain_line(text);
    bool page = strncmp(text, "https://", 8) == 0 && text[8];
    bool mail = at && at > text && at[1] && !strchr(at + 1, '@') && !strpbrk(text, ":/?&");
    if (!*text || (plain && (page || mail)))
        return true;
    snprintf(
        problem, size,
        "MUSTER_PORTAL_SUPPORT is \"%.64s\": it must be a mail address, as help@example.com, or the https:// address "
        "of a page",
        text);
    return false;
}

bool settings_check_portal(const struct settings *s, char *problem, size_t size) {
    return check_portal_name(s, problem, size) && check_portal_accent(s, problem, size) &&
           check_portal_support(s, problem, size) && check_portal_origins(s, problem, size);
}
