#ifndef MUSTER_DIRECTORY_MAPPING_TURNS_H
#define MUSTER_DIRECTORY_MAPPING_TURNS_H

#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAPPING_PAGE = 200, MAPPING_TURNS = 64 };

/* How large an organization's next step is, and when it is due. Times are those of clock_monotonic_ms(). */
struct mapping_turn {
    char organization[UUID_TEXT + 1]; /* "": free */
    size_t page;                      /* users; 0: `failed` is skipped if it is the next one under that mapping */
    char failed[UUID_TEXT + 1];       /* the first user of the last step that failed; "": none */
    int64_t version;                  /* of the mapping that it failed with */
    int64_t rest_ms, until;           /* how long it rests, and until when; 0: not at all */
};

/*
 * What a process remembers of organizations whose mappings are being applied: they have turns in the order of their
 * ids, and those that are in trouble make smaller steps or rest. Zeroed at first. If more are in trouble than there
 * is room for, the one that is due first is forgotten, and tries again earlier.
 */
struct mapping_turns {
    char last[UUID_TEXT + 1]; /* whose turn it was; "": nobody's yet */
    struct mapping_turn troubled[MAPPING_TURNS];
};

/* A copy of the organization's turn; one that was never in trouble takes a whole page. */
struct mapping_turn mapping_turns_of(const struct mapping_turns *t, const char *organization);

/* After a step that succeeded: the next may be twice as large if it was `quick`. */
void mapping_turns_worked(struct mapping_turns *t, struct mapping_turn turn, bool quick);

/*
 * After a step that failed: the next one is smaller, in the end it skips the one user for whom it failed (set by the
 * caller: the place is in the database, where another process or a new mapping may have moved it). If even that fails,
 * the organization rests: 1 s, then twice as long each time, up to 5 min. Returns whether it rests.
 */
bool mapping_turns_failed(struct mapping_turns *t, struct mapping_turn turn, int64_t now);

/* After a step that met a lock or no database: the organization rests 1 s. */
void mapping_turns_locked(struct mapping_turns *t, struct mapping_turn turn, int64_t now);

/* The organizations that rest now, at most MAPPING_TURNS, borrowed until the next change. Returns their number. */
size_t mapping_turns_resting(const struct mapping_turns *t, int64_t now, const char *out[MAPPING_TURNS]);

#endif
