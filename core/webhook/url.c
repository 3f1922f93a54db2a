/* Checks whether a URL can be that of a webhook. */

#include "webhook/url.h"

#include "base/number.h"
#include "webhook/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/*
 * This strict parser accepts only URLs that every parser reads in the same way, so nobody is misled about the host. And
 * programs that check a URL need no library that can send requests.
 */

enum { URL_MAX_BYTES = 2000, HOST_MAX = 253, PORT_DIGITS = 5, PORT_MAX = 65535 };

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* The parts of a URL. */
struct parts {
    bool https;
    const char *host; /* without brackets and without a final dot */
    bool brackets;
    const char *rest; /* after the port */
};

/* Checks the characters of a URL, and that % is followed by two digits; fragments were checked before. */
static bool has_plain_characters(const char *s) {
    for (; *s; s++) {
        if (*s == '%' && strspn(s + 1, DIGITS "ABCDEFabcdef") < 2)
            return false;
        if (!strchr(LETTERS DIGITS "-._~:/?[]@!$&'()*+,;=%", *s))
            return false;
    }
    return true;
}

/* "" or ":443". */
static bool read_port(const char *s, size_t len) {
    if (len == 0)
        return true;
    int64_t port;
    return s[0] == ':' && len - 1 <= PORT_DIGITS && number_parse(s + 1, len - 1, &port) && port >= 1 &&
           port <= PORT_MAX;
}

/* authority = host [ ":" port ] */
static const char *read_authority(struct arena *a, const char *s, size_t len, struct parts *out) {
    const char *close = s[0] == '[' ? memchr(s, ']', len) : NULL;
    if (memchr(s, '@', len))
        return "have no user and no password: the signature tells the receiver who sends";
    out->brackets = s[0] == '[';
    if (out->brackets && !close)
        return "have a ] after its IPv6 address";
    size_t n = close ? (size_t)(close - s) - 1 : strcspn(s, ":/?");
    const char *host = s + out->brackets, *port = close ? close + 1 : s + n;
    if (n == 0)
        return "name a host, as in https://example.com/hook";
    if (!read_port(port, len - (size_t)(port - s)))
        return "have a port from 1 to 65535, or none";
    if (!out->brackets && host[n - 1] == '.')
        n--;
    out->host = arena_strndup(a, host, n);
    return NULL;
}

static bool is_host_name(const char *host) {
    size_t n = strlen(host);
    return n && n <= HOST_MAX && strspn(host, LETTERS DIGITS "-._") == n && host[0] != '.' && !strstr(host, "..");
}

/* ( "https" / "http" ) "://" authority [ path ] [ "?" query ]; Returns NULL, or what the URL must do. */
static const char *read_url(struct arena *a, const char *url, struct parts *out) {
    struct in6_addr in6;
    out->https = strncasecmp(url, "https://", 8) == 0;
    if (!out->https && strncasecmp(url, "http://", 7) != 0)
        return "begin with https://";
    if (strlen(url) > URL_MAX_BYTES)
        return arena_printf(a, "have %d bytes at most", URL_MAX_BYTES);
    if (strchr(url, '#'))
        return "have no fragment (#): it would never be sent";
    if (!has_plain_characters(url))
        return "have only the characters of a URL: others are written as %XX";
    const char *authority = url + (out->https ? 8 : 7);
    size_t len = strcspn(authority, "/?");
    out->rest = authority + len;
    const char *problem = read_authority(a, authority, len, out);
    if (problem)
        return problem;
    if (out->brackets ? inet_pton(AF_INET6, out->host, &in6) != 1 : !is_host_name(out->host))
        return "name a host by a plain name or an IP address; a name in other letters is written as xn--...";
    return strpbrk(out->rest, "[]") ? "have only the characters of a URL: others are written as %XX" : NULL;
}

/* Names that mean this machine or a private network, whatever a resolver says (RFC 6761, RFC 6762). */
static bool is_inside_name(const char *host) {
    static const char *const ends[] = {"localhost", "local", "internal"};
    size_t n = strlen(host);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t len = strlen(ends[i]);
        if (n >= len && strcasecmp(host + n - len, ends[i]) == 0 && (n == len || host[n - len - 1] == '.'))
            return true;
    }
    return false;
}

/* Whether the host is an address; writes the address. */
static bool is_address(const struct parts *p, struct sockaddr_storage *out) {
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    if (p->brackets && inet_pton(AF_INET6, p->host, &in6.sin6_addr) == 1)
        memcpy(out, &in6, sizeof in6);
    else if (!p->brackets && inet_aton(p->host, &in.sin_addr))
        memcpy(out, &in, sizeof in);
    else
        return false;
    return true;
}

const char *url_problem(struct arena *a, const char *url, bool allow_private) {
    struct parts p = {.host = ""};
    struct sockaddr_storage address;
    const char *problem = read_url(a, url, &p);
    if (problem || allow_private)
        return problem;
    if (!p.https)
        return "begin with https://: what is sent is personal data";
    if (is_inside_name(p.host))
        return arena_printf(a, "be one of the public Internet: %s is a name of the inside", p.host);
    if (is_address(&p, &address) && !address_is_public((const struct sockaddr *)&address))
        return arena_printf(a, "be one of the public Internet: %s is no public address", p.host);
    return NULL;
}
