/* Lets a user leave (active: false) even if other values of the request cannot be stored. */

#include "directory/user_leave.h"

#include "base/json.h"
#include "directory/unique.h"
#include "directory/user_facts.h"
#include "sql/scim.h"

#include <string.h>

bool user_leave_yields(const struct session *s, struct leaving *l) {
    const char *constraint = db_constraint(s->db);
    unsigned *key = strcmp(constraint, "scim_user_user_name") == 0     ? &l->user_name
                    : strcmp(constraint, "scim_user_external_id") == 0 ? &l->external_id
                    : unique_taken(s)                                  ? &l->values
                                                                       : NULL;
    unsigned enough = key == &l->values ? 2 : 1; /* first only the taken values are left out, the second time all */
    return key && (*key)++ < enough;
}

static void put_back_value(struct json_object *old, struct json_object *resource, const char *name) {
    json_set_or_drop(resource, name, json_get(old, name));
}

static void yield_value(struct ctx *ctx, struct json_object *old, struct json_object *resource, const char *name,
                        struct parts *parts) {
    if (json_same(json_get(old, name), json_get(resource, name)))
        return;
    put_back_value(old, resource, name);
    parts_failed(ctx, parts, name, fail(ctx, ERR_UNIQUENESS, "another user has this %s", name));
}

/* An invalid userName is left out. */
static enum err mind_user_name(struct session *s, struct json_object *old, struct json_object *resource,
                               struct parts *parts) {
    const char *is = json_get_string(resource, "userName"), *was = json_get_string(old, "userName");
    enum err e = strcmp(is, was) == 0 ? OK : user_name_check(s, is);
    if (e == OK || !s->tenant.dialect.lenient)
        return e;
    put_back_value(old, resource, "userName");
    parts_failed(&s->ctx, parts, "userName", e);
    return OK;
}

static enum err mind_values(struct session *s, const char *id, const struct leaving *l, struct json_object *old,
                            struct json_object *resource, struct parts *parts) {
    const char *values = unique_values(s, s->types->user, resource);
    struct db_rows rows[1] = {0};
    size_t taken = 0;
    if (l->values == 0 || !values)
        return OK;
    if (l->values == 1) {
        taken = db_queue(s->db, sql_unique_values_taken(.resource_id = id, .values = values));
        enum err e = db_run(&s->ctx, s->db, rows);
        if (e != OK)
            return e;
    }
    unique_yield(s, s->types->user, l->values == 1 ? &rows[taken] : NULL, old, resource, parts);
    return OK;
}

enum err user_leave(struct session *s, const char *id, const struct leaving *l, struct json_object *old,
                    struct json_object *resource, struct parts *parts) {
    enum err e = mind_user_name(s, old, resource, parts);
    if (l->user_name)
        yield_value(&s->ctx, old, resource, "userName", parts);
    if (l->external_id)
        yield_value(&s->ctx, old, resource, "externalId", parts);
    if (e == OK)
        e = mind_values(s, id, l, old, resource, parts);
    return e == OK ? resource_check(&s->ctx, s->types->user, resource, resource) : e; /* for `schemas` */
}
