/* The settings: MUSTER_... of the environment, read and checked. */

#include "base/settings.h"

#include "base/ip.h"
#include "base/number.h"
#include "base/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PER_CORE = 2, MOST_WORKERS = 256 /* as MUSTER_WORKERS */ };

#define QUOTE(x) #x
#define NUMBER(x) QUOTE(x)

static const char *setting_text(const char *name, const char *def) {
    const char *value = getenv(name);
    return value ? value : def;
}

/* The least and the greatest that a number may be. */
struct bounds {
    long low, high;
};

static bool read_int(const char *name, const char *def, struct bounds b, long *out, char *problem, size_t size) {
    const char *text = setting_text(name, def);
    int64_t n;
    if (number_within(text, b.low, b.high, &n)) {
        *out = (long)n;
        return true;
    }
    snprintf(problem, size, "%s is \"%s\": it must be a whole number from %ld to %ld", name, text, b.low, b.high);
    return false;
}

static bool read_switch(const char *name, const char *def, bool *out, char *problem, size_t size) {
    const char *text = setting_text(name, def);
    *out = strcmp(text, "on") == 0;
    if (*out || strcmp(text, "off") == 0)
        return true;
    snprintf(problem, size, "%s is \"%s\": it must be on or off", name, text);
    return false;
}

/* log_open() would reject a wrong level, too, but could not name the variable. */
static bool check_log(const struct settings *s, char *problem, size_t size) {
    static const char *const levels[] = {"error", "warn", "info", "debug"};
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (strcmp(s->log, levels[i]) == 0)
            return true;
    snprintf(problem, size, "MUSTER_LOG is \"%s\": it must be error, warn, info or debug", s->log);
    return false;
}

/* The base URL is copied into JSON and headers without escaping. */
static bool check_public_url(const struct settings *s, char *problem, size_t size) {
    size_t len = strlen(s->public_url);
    bool scheme = strncmp(s->public_url, "http://", 7) == 0 || strncmp(s->public_url, "https://", 8) == 0;
    bool clean = strspn(s->public_url, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/[]") == len;
    if (scheme && clean && s->public_url[len - 1] != '/')
        return true;
    snprintf(problem, size, "MUSTER_PUBLIC_URL is \"%s\": it must be http(s)://HOST/PATH without a final slash",
             s->public_url);
    return false;
}

static bool check_documentation(const struct settings *s, char *problem, size_t size) {
    const char *uri = s->documentation_uri;
    if (strncmp(uri, "http://", 7) == 0 || strncmp(uri, "https://", 8) == 0)
        return true;
    snprintf(problem, size, "MUSTER_DOCUMENTATION_URI is \"%s\": it must be the http(s):// address of a page", uri);
    return false;
}

static bool check_proxies(const struct settings *s, char *problem, size_t size) {
    size_t len;
    const char *wrong = ip_list_fault(s->trusted_proxies, &len);
    if (!wrong)
        return true;
    snprintf(problem, size,
             "MUSTER_TRUSTED_PROXIES has \"%.*s\": it must be addresses and CIDR ranges by comma, as in "
             "10.0.0.0/8,2001:db8::1",
             (int)(len < 64 ? len : 64), wrong);
    return false;
}

/* "192.0.2.53", "192.0.2.53:5353", "2001:db8::53" or "[2001:db8::53]:5353". */
static bool is_name_server(const char *s, size_t len) {
    struct ip ip;
    const char *colon = memrchr(s, ':', len);
    int64_t port;
    char digits[8] = "";
    if (ip_parse(s, len, &ip))
        return true;
    size_t host = colon ? (size_t)(colon - s) : 0, rest = colon ? len - host - 1 : 0;
    if (!rest || rest >= sizeof digits)
        return false;
    memcpy(digits, colon + 1, rest);
    bool brackets = host > 2 && s[0] == '[' && s[host - 1] == ']';
    return number_within(digits, 1, 65535, &port) &&
           (brackets ? ip_parse(s + 1, host - 2, &ip) : !memchr(s, ':', host) && ip_parse(s, host, &ip));
}

static bool check_dns(const struct settings *s, char *problem, size_t size) {
    const char *list = s->dns;
    size_t len;
    for (const char *one; (one = words_next(&list, ",", &len));)
        if (!is_name_server(one, len)) {
            snprintf(problem, size,
                     "MUSTER_DNS has \"%.*s\": it must be addresses of name servers by comma, as in "
                     "192.0.2.53,[2001:db8::53]:5353",
                     (int)(len < 64 ? len : 64), one);
            return false;
        }
    return true;
}

/* Whether a file has a line that begins a certificate. */
static bool has_certificate(FILE *f) {
    char line[256];
    while (fgets(line, sizeof line, f))
        if (strstr(line, "-----BEGIN ") == line && strstr(line, "CERTIFICATE-----"))
            return true;
    return false;
}

bool settings_check_ca_file(const struct settings *s, char *problem, size_t size) {
    if (!*s->ca_file)
        return true;
    FILE *f = fopen(s->ca_file, "re");
    const char *why = f ? NULL : strerror(errno);
    if (f && !has_certificate(f))
        why = "there is no certificate in it";
    if (f)
        fclose(f);
    if (why)
        snprintf(problem, size, "MUSTER_CA_FILE is \"%s\": %s; it must be a file with certificates in PEM form",
                 s->ca_file, why);
    return !why;
}

bool settings_load(struct settings *s, char *problem, size_t problem_size) {
    problem[0] = '\0';
#define TEXT(env, field, def, doc) s->field = setting_text("MUSTER_" #env, def);
#define INT(env, field, def, low, high, doc)                                                                           \
    if (!read_int("MUSTER_" #env, NUMBER(def), (struct bounds){low, high}, &s->field, problem, problem_size))          \
        return false;
#define FLAG(env, field, def, doc)                                                                                     \
    if (!read_switch("MUSTER_" #env, def, &s->field, problem, problem_size))                                           \
        return false;
#include "base/settings.def"
#undef TEXT
#undef INT
#undef FLAG
    return check_log(s, problem, problem_size) && check_public_url(s, problem, problem_size) &&
           check_documentation(s, problem, problem_size) && check_proxies(s, problem, problem_size) &&
           check_dns(s, problem, problem_size) && settings_check_portal(s, problem, problem_size);
}

void settings_each(void (*fn)(const char *name, const char *def, const char *doc, void *arg), void *arg) {
#define TEXT(env, field, def, doc) fn("MUSTER_" #env, def, doc, arg);
#define INT(env, field, def, low, high, doc) fn("MUSTER_" #env, NUMBER(def), doc, arg);
#define FLAG(env, field, def, doc) fn("MUSTER_" #env, def, doc, arg);
#include "base/settings.def"
#undef TEXT
#undef INT
#undef FLAG
}

unsigned settings_workers(const struct settings *s) {
    if (s->workers)
        return (unsigned)s->workers;
    long cores = sysconf(_SC_NPROCESSORS_ONLN); /* sysconf() reads a file */
    long workers = PER_CORE * (cores > 0 ? cores : 1);
    return (unsigned)(workers < MOST_WORKERS ? workers : MOST_WORKERS);
}

unsigned settings_share(const struct settings *s) {
    unsigned workers = settings_workers(s);
    return workers > 3 ? workers / 2 : 1;
}
