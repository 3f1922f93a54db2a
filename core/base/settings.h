#ifndef MUSTER_BASE_SETTINGS_H
#define MUSTER_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

/* The configuration: one table (settings.def), read once from the environment. */
struct settings {
#define TEXT(env, field, def, doc) const char *field;
#define INT(env, field, def, low, high, doc) long field;
#define FLAG(env, field, def, doc) bool field;
#include "base/settings.def"
#undef TEXT
#undef INT
#undef FLAG
};

/*
 * Reads MUSTER_* of the environment. false: a value is wrong, and `problem` says which variable, what is wrong and what
 * would be right. Unknown names are checked by settings_unknown().
 */
bool settings_load(struct settings *s, char *problem, size_t problem_size);

/*
 * Whether the environment has a name MUSTER_... that is neither a setting nor used by scripts and examples; `problem`
 * names it and the most similar setting.
 */
bool settings_unknown(char *problem, size_t problem_size);

/* Whether MUSTER_CA_FILE can be used; for the program that uses it. `problem` as above. */
bool settings_check_ca_file(const struct settings *s, char *problem, size_t problem_size);

/* Whether MUSTER_PORTAL_... say what they must; files are not opened. `problem` as above. */
bool settings_check_portal(const struct settings *s, char *problem, size_t size);

/* Whether a URL of http, from behind its "http://", is one of this machine alone, where nobody can listen. */
bool settings_is_loopback(const char *host);

/* Calls `fn` for each setting, in the order of the table, for help texts. */
void settings_each(void (*fn)(const char *name, const char *def, const char *doc, void *arg), void *arg);

/* The number of workers on this host: MUSTER_WORKERS, which a master sets for its workers, or two for each core. */
unsigned settings_workers(const struct settings *s);

/* Half of the workers, at least one: so many may wait, and so many may do heavy work for one organization. */
unsigned settings_share(const struct settings *s);

#endif
