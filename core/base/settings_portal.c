/* The settings of the portal: what their texts may be. */

#include "base/settings.h"

#include "base/ip.h"

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

bool settings_check_portal(const struct settings *s, char *problem, size_t size) {
    return check_portal_origins(s, problem, size);
}
