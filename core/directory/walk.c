/* Walks by startIndex: remembers where pages ended. */

#include "directory/walk.h"

#include "base/arena.h"

#include <inttypes.h>
#include <stdio.h>

/* The token and the URL say whose list it is, before the database is asked. */
static const char *bookmark_key(struct session *s, const char *list, int64_t start_index) {
    return arena_printf(s->ctx.arena, "%s %" PRId64 " %s", s->asked_connection ? s->asked_connection : "", start_index,
                        list);
}

bool walk_find(struct session *s, const char *list, int64_t start_index, struct limits_bookmark *out) {
    return s->limits && s->token_hash && start_index > 1 &&
           limits_bookmark_find(s->limits, s->token_hash, bookmark_key(s, list, start_index), out);
}

void walk_note(struct session *s, const char *list, int64_t start_index, const char *id, int64_t total) {
    if (!s->limits || !s->token_hash)
        return;
    struct limits_bookmark b = {.total = total};
    snprintf(b.id, sizeof b.id, "%s", id);
    limits_bookmark_set(s->limits, s->token_hash, bookmark_key(s, list, start_index), &b);
}

int64_t walk_total(int64_t start_index, int64_t count, int64_t found, int64_t total, int64_t told) {
    if (found < count)
        return start_index - 1 + found;
    return total > told ? total : told;
}
