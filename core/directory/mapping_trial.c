/* Tries an attribute mapping on members, and writes nothing. */

#include "directory/mapping_trial.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "directory/email.h"
#include "directory/user_facts.h"
#include "sql/scim.h"

#include <string.h>

/* The resource of a link in place of its text; NULL: it is broken. */
static struct json_object *open_resource(struct session *s, struct json_object *link) {
    struct ctx ctx = {.arena = s->ctx.arena};
    struct json_object *resource;
    const char *text = json_get_string(link, "resource");
    if (json_parse_own(&ctx, text, strlen(text), &resource) != OK)
        return NULL;
    json_object_object_del(resource, "id");
    json_set(link, "resource", resource);
    return resource;
}

/* The email that the member takes from a user who is active then, if another one identifies it now. */
static const char *moved_email(struct session *s, struct json_object *link, struct json_object *resource) {
    bool from_user_name;
    const char *email = user_email(s, resource, &from_user_name), *was = json_get_string(link, "email_key");
    if (!json_object_get_boolean(json_get(link, "identifies")) || !email || !email_usable(s->ctx.arena, email))
        return NULL;
    return was && strcmp(was, fold_identity(s->ctx.arena, email, strlen(email))) == 0 ? NULL : email;
}

/* Whoever becomes inactive leaves, and so gives no email. */
static void try_link(struct session *s, struct json_object *link, struct json_object *live, bool *turned,
                     struct mapping_trial *t) {
    struct json_object *resource = open_resource(s, link);
    if (!resource)
        return;
    bool active = user_active(s, resource), was = json_object_get_boolean(json_get(link, "active"));
    const char *email = active ? moved_email(s, link, resource) : NULL;
    *turned = *turned || active != was;
    t->email = email ? email : t->email;
    if (active)
        json_object_array_add(live, json_object_get(link));
}

enum err mapping_trial_member(struct session *s, struct db_rows rows, size_t row, struct mapping_trial *out) {
    const char *text = db_text(rows, row, MAPPED_LINKS);
    struct json_object *links, *live = json_new_array(s->ctx.arena);
    bool turned = false;
    *out = (struct mapping_trial){0};
    enum err e = json_parse_own(&s->ctx, text, strlen(text), &links);
    if (e != OK)
        return e;
    for (size_t i = 0, n = json_object_array_length(links); i < n; i++)
        try_link(s, json_object_array_get_idx(links, i), live, &turned, out);
    size_t n = json_object_array_length(live);
    e = member_mapping_outcome(s, rows, row, n ? live : NULL, &out->outcome);
    out->active = turned ? n > 0 : out->outcome.active;
    return e;
}
