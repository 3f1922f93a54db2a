#ifndef MUSTER_DIRECTORY_WALK_H
#define MUSTER_DIRECTORY_WALK_H

#include "directory/session.h"
#include "host/limits.h"

/*
 * Walks by startIndex. Where a page ended is remembered for some minutes on this host, so that the next page begins
 * there: it costs what its rows cost, and users who come or go meanwhile neither repeat nor hide others. It is a hint:
 * without it the page is found by counting rows.
 */

/* Where the page before `start_index` ended, for the same token and list (`list` identifies it); false: not known. */
bool walk_find(struct session *s, const char *list, int64_t start_index, struct limits_bookmark *out);

/* Remembers that the page before `start_index` ended with this resource, and how many the list had. */
void walk_note(struct session *s, const char *list, int64_t start_index, const char *id, int64_t total);

/*
 * The total on a page whose begin was remembered: `found` of at most `count` resources, while there are `total` in all
 * and the page before has `told` a total. It does not become smaller while the walk goes on, although resources of the
 * pages before may be gone: a client that stops there would not see the last ones. On the last page it is how many the
 * client has seen.
 */
int64_t walk_total(int64_t start_index, int64_t count, int64_t found, int64_t total, int64_t told);

#endif
