#include "command.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/uuid.h"

#include <string.h>

enum { SLUG_MAX = 63 };

/* "Acme & Sons" → "acme-sons". */
static const char *slug_of(struct invocation *in, const char *name) {
    char *slug = arena_alloc(in->ctx.arena, SLUG_MAX + 1);
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

static bool valid_slug(const char *s) {
    size_t n = strlen(s);
    return n && n <= SLUG_MAX && s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && s[0] != '-' &&
           s[n - 1] != '-';
}

enum err command_org_create(struct invocation *in) {
    char id[UUID_TEXT + 1];
    const char *name = in->args[0], *given = command_text(in, "slug");
    const char *slug = given ? given : slug_of(in, name);
    if (!valid_slug(slug))
        return fail(&in->ctx, ERR_USAGE, "\"%s\" cannot be a slug: use --slug with a-z, 0-9 and hyphens, 63 at most",
                    slug);
    uuid_new(id);
    const char *params[] = {id, slug, name};
    enum err e = command_show(in, SQL_OP_ORGANIZATION_CREATE, params, "");
    if (e == ERR_UNIQUENESS)
        return fail(&in->ctx, e, "there is an organization \"%s\" already; choose another --slug", slug);
    return e;
}

enum err command_org_list(struct invocation *in) {
    return command_list(in, SQL_OP_ORGANIZATION_LIST, NULL, "slug id name users groups max_users max_groups rate");
}

static const char *missing(struct invocation *in) {
    return arena_printf(in->ctx.arena, "there is no organization \"%s\"; muster org list shows them", in->args[0]);
}

enum err command_org_show(struct invocation *in) {
    return command_show(in, SQL_OP_ORGANIZATION_SHOW, in->args, missing(in));
}

enum err command_org_set(struct invocation *in) {
    const char *id;
    if (json_object_object_length(in->fields) == 0)
        return fail(&in->ctx, ERR_USAGE, "org set needs something to change, such as --max-users 500");
    const char *changes = json_text(in->ctx.arena, in->fields);
    json_object_object_add(in->fields, "org", json_object_new_string(in->args[0]));
    enum err e = command_organization(in, &id);
    if (e != OK)
        return e;
    const char *params[] = {id, changes};
    struct db_rows rows = {0};
    e = command_query(in, SQL_OP_ORGANIZATION_SET, params, &rows);
    return e == OK ? command_show(in, SQL_OP_ORGANIZATION_SHOW, &id, missing(in)) : e;
}
