/* What the dry runs of several acts have in common: who is counted and named, and how far it has come. */

#include "control/control_dry_run.h"

#include "base/json.h"
#include "base/uuid.h"

#include <string.h>

bool control_dry_run_asked(struct json_object *fields) {
    const char *asked = json_get_string(fields, "dry_run");
    return asked && strcmp(asked, "true") == 0;
}

enum err control_dry_run_after(struct control *c, struct json_object *fields, const char **out) {
    const char *cursor = json_get_string(fields, "cursor");
    *out = cursor;
    if (cursor && !control_dry_run_asked(fields))
        control_wrong(c, "cursor", "invalid", "cursor is for a dry run that goes on: dry_run is missing");
    else if (cursor && !uuid_valid(cursor, strlen(cursor)))
        control_wrong(c, "cursor", "invalid", "cursor must be the next_cursor of a dry run");
    return control_refuse(c);
}

void control_dry_run_add(struct control *c, struct dry_run_people *p, int64_t count, struct json_object *some) {
    p->count += count;
    if (!p->first)
        p->first = json_new_array(c->ctx.arena);
    for (size_t i = 0, n = some ? json_object_array_length(some) : 0; i < n; i++)
        if (json_object_array_length(p->first) < DRY_RUN_FIRST)
            json_object_array_add(p->first, json_object_get(json_object_array_get_idx(some, i)));
}

void control_dry_run_tell(struct json_object *o, const char *name, const struct dry_run_people *p) {
    struct json_object *told = json_object_new_object();
    json_object_object_add(told, "count", json_object_new_int64(p->count));
    json_object_object_add(told, "first", p->first ? json_object_get(p->first) : json_object_new_array());
    json_object_object_add(o, name, told);
}

void control_dry_run_told(struct json_object *o, const struct dry_run_walk *w) {
    json_object_object_add(o, "complete", json_object_new_boolean(w->complete));
    json_object_object_add(o, "checked", json_object_new_int64(w->checked));
    json_set_text(o, "next_cursor", w->complete ? NULL : w->after);
}
