/* The actions of audit events, and the patterns by which a webhook chooses them. */

#include "audit/actions.h"

#include "base/words.h"

#include <stdint.h>
#include <string.h>

static const char *const actions[] = {
#define ACTION(name) name,
#include "audit/actions.def"
#undef ACTION
};

enum { ACTIONS = sizeof actions / sizeof *actions };

bool actions_wanted(const char *pattern) {
    size_t n = strlen(pattern);
    bool beginning = n && pattern[n - 1] == '*';
    for (size_t i = 0; i < ACTIONS; i++)
        if (beginning ? strncmp(actions[i], pattern, n - 1) == 0 : strcmp(actions[i], pattern) == 0)
            return true;
    return false;
}

/* A missing beginning ("user.updated" for "scim.user.updated") counts as one wrong character. */
static size_t pattern_distance(const char *pattern, const char *candidate) {
    size_t n = strlen(pattern), m = strlen(candidate);
    bool end = n && n < m && candidate[m - n - 1] == '.' && strcmp(candidate + m - n, pattern) == 0;
    return end ? 1 : words_distance(pattern, n, candidate, m);
}

/* The nearest pattern so far, and its distance. */
struct nearest {
    const char *pattern, *found;
    size_t far;
};

static void compare_pattern(struct nearest *n, const char *candidate) {
    size_t far = pattern_distance(n->pattern, candidate);
    if (far < n->far)
        *n = (struct nearest){n->pattern, candidate, far};
}

const char *actions_nearest(struct arena *a, const char *pattern) {
    struct nearest n = {.pattern = pattern, .found = "*", .far = SIZE_MAX};
    size_t len = strlen(pattern);
    bool beginning = len && pattern[len - 1] == '*';
    for (size_t i = 0; i < ACTIONS; i++) {
        if (!beginning)
            compare_pattern(&n, actions[i]);
        for (const char *dot = actions[i]; beginning && (dot = strchr(dot, '.')); dot++)
            compare_pattern(&n, arena_printf(a, "%.*s.*", (int)(dot - actions[i]), actions[i]));
    }
    return n.found;
}
