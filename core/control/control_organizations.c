/* Organizations and their verified domains: create, change, list. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"
#include "sql/control.h"
#include "sql/transaction.h"

#include <string.h>

enum { SLUG_MAX = 63 };

#define LIMITS                                                                                                         \
    FIELD(.name = "max_users", .kind = FIELD_LIMIT), FIELD(.name = "max_groups", .kind = FIELD_LIMIT),                 \
        FIELD(.name = "max_group_members", .kind = FIELD_LIMIT), FIELD(.name = "rate", .kind = FIELD_RATE),            \
        FIELD(.name = "burst", .kind = FIELD_RATE), FIELD(.name = "protect_last_admin", .kind = FIELD_FLAG),           \
        FIELD(.name = "verified_domains", .kind = FIELD_DOMAINS)

static const struct field created[] = {
    {.name = "name", .kind = FIELD_TEXT, .required = true}, {.name = "slug", .kind = FIELD_SLUG}, LIMITS};
static const struct field changed[] = {{.name = "name", .kind = FIELD_TEXT}, LIMITS};

/* "Acme & Sons" → "acme-sons". */
static const char *slug_of(struct arena *a, const char *name) {
    char *slug = arena_alloc(a, SLUG_MAX + 1);
    size_t n = 0;
    for (; *name && n < SLUG_MAX; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name | 0x20) : *name;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            slug[n++] = c;
        else if (n && slug[n - 1] != '-')
            slug[n++] = '-';
    }
    while (n && slug[n - 1] == '-')
        slug[--n] = '\0';
    return slug;
}

struct change {
    char id[UUID_TEXT + 1];
    const char *slug;
    const struct control_input *in;
    bool domains; /* only the domains are shown, with an entity tag of their own */
};

static void domains_of(struct control *c, struct json_object *organization, struct json_object **out) {
    *out = json_new_object(c->ctx.arena);
    json_object_object_add(*out, "domains", json_object_get(json_get(organization, "verified_domains")));
}

/*
 * Ends a change: the result is the present organization; queues the event, that of a new organization if `before` is
 * NULL.
 */
static void tell_organization(struct control *c, struct json_object *before) {
    const char *was = before ? json_text(c->ctx.arena, before) : NULL;
    control_result(c, sql_api_organization_told(.before = was, CONTROL_EVENT(c)), "organization");
}

static enum err create_organization_work(struct control *c, void *arg) {
    struct change *x = arg;
    const char *fields = json_text(c->ctx.arena, x->in->fields);
    db_queue(c->db, sql_tenant_set(.organization_id = x->id));
    db_queue(c->db, sql_api_organization_create(.id = x->id, .slug = x->slug,
                                                .name = json_get_string(x->in->fields, "name"), .fields = fields));
    db_queue(c->db, sql_api_organization_set(.changes = fields)); /* domains */
    c->organization = arena_strdup(c->ctx.arena, x->id);          /* the organization whose audit log gets the event */
    tell_organization(c, NULL);
    return OK;
}

enum err control_organization_create(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.work = create_organization_work, .arg = &x, .final_duplicate = true};
    enum err e = control_fields_check(c, FIELDS(created), in->fields, true);
    if (e != OK)
        return e;
    const char *given = json_get_string(in->fields, "slug");
    x.slug = given ? given : slug_of(c->ctx.arena, json_get_string(in->fields, "name"));
    if (!*x.slug) {
        control_wrong(c, "slug", "required", "slug is missing: none can be made of this name");
        return control_refuse(c);
    }
    uuid_new(x.id);
    e = control_write(c, &w);
    *out = c->result;
    if (e == ERR_UNIQUENESS) {
        control_wrong(c, "slug", "conflict", "there is an organization with the slug \"%s\" already", x.slug);
        return fail(&c->ctx, e, "there is an organization with the slug \"%s\" already", x.slug);
    }
    return e;
}

enum err control_organization_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_organization_list(.after = p.after, .limit = p.limit), &p, out) : e;
}

enum err control_organization_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    return e == OK ? control_show(c, sql_api_organization_show(.slug_or_id = c->asked), "organization", out) : e;
}

/* A key of the organization itself must not change its limits. */
static enum err check_limits_key(struct control *c, struct json_object *fields) {
    static const char *const limits[] = {"max_users", "max_groups", "max_group_members", "rate", "burst"};
    for (size_t i = 0; c->bound && i < sizeof limits / sizeof *limits; i++)
        if (json_object_object_get_ex(fields, limits[i], NULL))
            return fail(&c->ctx, ERR_FORBIDDEN,
                        "limits such as %s are changed with an API key of the installation; this one is bound to the "
                        "organization",
                        limits[i]);
    return OK;
}

static void ask_organization(struct control *c, const struct control_input *in) {
    (void)in;
    db_queue(c->db, sql_api_organization_lock());
    db_queue(c->db, sql_api_organization_show(.slug_or_id = c->asked));
}

static enum err set_organization_work(struct control *c, void *arg) {
    struct change *x = arg;
    struct json_object *before = NULL, *shown;
    enum err e = check_limits_key(c, x->in->fields);
    if (e == OK)
        e = control_found(c, 1, "organization", &before);
    if (e != OK)
        return e;
    shown = before;
    if (x->domains)
        domains_of(c, before, &shown);
    e = control_precondition(c, x->in->if_match, shown);
    if (e != OK)
        return e;
    db_queue(c->db, sql_api_organization_set(.changes = json_text(c->ctx.arena, x->in->fields)));
    tell_organization(c, before);
    return OK;
}

enum err control_organization_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct change x = {.in = in};
    struct control_write w = {.ask = ask_organization, .work = set_organization_work, .arg = &x};
    return control_fields_write(c, FIELDS(changed), in->fields, false, &w, out);
}

static const struct field domains[] = {{.name = "domains", .kind = FIELD_DOMAINS, .required = true}};

enum err control_domains_show(struct control *c, const struct control_input *in, struct json_object **out) {
    struct json_object *organization;
    enum err e = control_organization_show(c, in, &organization);
    if (e == OK)
        domains_of(c, organization, out);
    return e;
}

enum err control_domains_set(struct control *c, const struct control_input *in, struct json_object **out) {
    struct json_object *changes = json_new_object(c->ctx.arena);
    enum err e = control_fields_check(c, FIELDS(domains), in->fields, true);
    if (e != OK)
        return e;
    json_object_object_add(changes, "verified_domains", json_object_get(json_get(in->fields, "domains")));
    const struct control_input set = {.fields = changes, .if_match = in->if_match};
    struct change x = {.in = &set, .domains = true};
    struct control_write w = {.ask = ask_organization, .work = set_organization_work, .arg = &x};
    e = control_write(c, &w);
    if (e == OK)
        domains_of(c, c->result, out);
    return e;
}
