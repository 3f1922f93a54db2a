/* Whose mapping is applied next, and in how large a step. */

#include "directory/mapping_turns.h"

#include <stdio.h>
#include <string.h>

enum { REST_MS = 1000, REST_MOST_MS = 300000, SHRINK = 8 };

struct mapping_turn mapping_turns_of(const struct mapping_turns *t, const char *organization) {
    struct mapping_turn fresh = {.page = MAPPING_PAGE};
    for (size_t i = 0; i < MAPPING_TURNS; i++)
        if (strcmp(t->troubled[i].organization, organization) == 0)
            return t->troubled[i];
    snprintf(fresh.organization, sizeof fresh.organization, "%s", organization);
    return fresh;
}

/* The place of the organization, or a free one, or that of the one that is due first. */
static struct mapping_turn *place_for(struct mapping_turns *t, const char *organization) {
    struct mapping_turn *place = &t->troubled[0];
    for (size_t i = 0; i < MAPPING_TURNS; i++) {
        struct mapping_turn *one = &t->troubled[i];
        if (strcmp(one->organization, organization) == 0)
            return one;
        if (*place->organization && (!*one->organization || one->until < place->until))
            place = one;
    }
    return place;
}

static void keep_turn(struct mapping_turns *t, struct mapping_turn turn) {
    memcpy(t->last, turn.organization, sizeof t->last);
    *place_for(t, turn.organization) = turn;
}

void mapping_turns_worked(struct mapping_turns *t, struct mapping_turn turn, bool quick) {
    size_t grown = turn.page ? turn.page * 2 : 1;
    if (quick || !turn.page)
        turn.page = grown < MAPPING_PAGE ? grown : MAPPING_PAGE;
    turn.rest_ms = turn.until = 0;
    if (turn.page < MAPPING_PAGE) {
        keep_turn(t, turn);
        return;
    }
    memcpy(t->last, turn.organization, sizeof t->last);
    for (size_t i = 0; i < MAPPING_TURNS; i++) /* it is out of trouble */
        if (strcmp(t->troubled[i].organization, turn.organization) == 0)
            t->troubled[i] = (struct mapping_turn){0};
}

bool mapping_turns_failed(struct mapping_turns *t, struct mapping_turn turn, int64_t now) {
    bool rests = turn.page == 0;
    if (rests) {
        turn.rest_ms = turn.rest_ms ? turn.rest_ms * 2 : REST_MS;
        turn.rest_ms = turn.rest_ms < REST_MOST_MS ? turn.rest_ms : REST_MOST_MS;
        turn.until = now + turn.rest_ms;
    } else
        turn.page = turn.page > 1 && turn.page < SHRINK ? 1 : turn.page / SHRINK;
    keep_turn(t, turn);
    return rests;
}

void mapping_turns_locked(struct mapping_turns *t, struct mapping_turn turn, int64_t now) {
    turn.until = now + REST_MS;
    keep_turn(t, turn);
}

size_t mapping_turns_resting(const struct mapping_turns *t, int64_t now, const char *out[MAPPING_TURNS]) {
    size_t n = 0;
    for (size_t i = 0; i < MAPPING_TURNS; i++)
        if (t->troubled[i].until > now)
            out[n++] = t->troubled[i].organization;
    return n;
}
