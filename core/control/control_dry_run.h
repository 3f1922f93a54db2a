#ifndef MUSTER_CONTROL_CONTROL_DRY_RUN_H
#define MUSTER_CONTROL_CONTROL_DRY_RUN_H

#include "control/control.h"

/*
 * A dry run says whom an act would concern, and writes nothing. It holds no lock and no snapshot: it reads page by
 * page, each in a statement of its own, for at most DRY_RUN_MS, and sets c->foretold. If that does not suffice it says
 * how many it has looked at (the counts are then "at least") and where another call goes on (`cursor`).
 */

enum { DRY_RUN_FIRST = 20, DRY_RUN_MS = 2000 };

/* The fields of a dry run in the table of an act: `cursor` only where it may need several calls. */
#define DRY_RUN_FIELD                                                                                                  \
    { .name = "dry_run", .kind = FIELD_CHOICE, .values = "true|false" }
#define DRY_RUN_CURSOR                                                                                                 \
    { .name = "cursor", .kind = FIELD_QUERY }

/* Whether the fields ask for a dry run. */
bool control_dry_run_asked(struct json_object *fields);

/* Where it begins: the field `cursor`, a UUID; NULL: at the first. ERR_INVALID_FIELD: no UUID, or without `dry_run`. */
enum err control_dry_run_after(struct control *c, struct json_object *fields, const char **out)
    __attribute__((warn_unused_result));

/* People, and the first of them: {"id", "email", "first_name", "last_name", "display_name"}, and more. */
struct dry_run_people {
    int64_t count;
    struct json_object *first; /* an array; NULL: none yet */
};

/* Adds `count` people; `some` are the first of these, NULL: none. */
void control_dry_run_add(struct control *c, struct dry_run_people *p, int64_t count, struct json_object *some);

/* Sets {"count", "first"} in an object. */
void control_dry_run_tell(struct json_object *o, const char *name, const struct dry_run_people *p);

/* How far a dry run has come: sets complete, checked and next_cursor. */
struct dry_run_walk {
    int64_t until, checked; /* until: clock_monotonic_ms() */
    const char *after;      /* the last that was looked at */
    bool complete;
};
void control_dry_run_told(struct json_object *o, const struct dry_run_walk *w);

#endif
