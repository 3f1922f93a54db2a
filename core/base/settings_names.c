/* Finds unknown names MUSTER_..., and the setting that was probably meant. */

#include "base/settings.h"
#include "base/words.h"

#include <stdio.h>
#include <string.h>

extern char **environ;

/* Names that are no settings but occur in the environment. */
static const char *const others[] = {
    /* scripts/run writes these into DIR/env */
    "MUSTER_URL", "MUSTER_TOKEN", "MUSTER_ADMIN_URL", "MUSTER_API_KEY", "MUSTER_ORG", "MUSTER_CONNECTION",
    "MUSTER_PORTAL_LINK",
    /* used between the scripts */
    "MUSTER_SCIM_BIN", "MUSTER_SCIM_MASTER_PID", "MUSTER_ADMIN_DB",
    /* used by the example configurations */
    "MUSTER_SOCKET", "MUSTER_ADMIN_SOCKET", "MUSTER_PORT", "MUSTER_RUN", "MUSTER_ACCESS_LOG", "MUSTER_ERROR_LOG",
    "MUSTER_PORTAL"};

enum { NAME_MAX_BYTES = 64 };

struct search {
    const char *name;
    size_t len;
    bool known;
    const char *nearest;
    size_t distance;
};

static bool is_name(const struct search *s, const char *name) {
    return strlen(name) == s->len && memcmp(name, s->name, s->len) == 0;
}

static void look_for_name(const char *name, const char *def, const char *doc, void *arg) {
    struct search *s = arg;
    (void)def;
    (void)doc;
    s->known = s->known || is_name(s, name);
}

static void look_for_nearest(const char *name, const char *def, const char *doc, void *arg) {
    struct search *s = arg;
    (void)def;
    (void)doc;
    size_t d = words_distance(s->name, s->len, name, strlen(name));
    if (s->nearest && d >= s->distance)
        return;
    s->nearest = name;
    s->distance = d;
}

bool settings_unknown(char *problem, size_t size) {
    static const char prefix[] = "MUSTER_";
    for (char **e = environ; *e; e++) {
        struct search s = {.name = *e, .len = strcspn(*e, "=")};
        if (strncmp(*e, prefix, sizeof prefix - 1) != 0)
            continue;
        settings_each(look_for_name, &s);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++)
            s.known = s.known || is_name(&s, others[i]);
        if (s.known)
            continue;
        settings_each(look_for_nearest, &s);
        snprintf(problem, size, "%.*s is no setting; the nearest is %s, and muster help config lists them all",
                 (int)(s.len < NAME_MAX_BYTES ? s.len : NAME_MAX_BYTES), s.name, s.nearest);
        return true;
    }
    return false;
}
