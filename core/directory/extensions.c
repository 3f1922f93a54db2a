/* Caches the schemas and the mapping of organizations in the process. */

#include "directory/extensions.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/token.h"
#include "protocol/mapping.h"
#include "sql/scim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 32 };

struct entry {
    char token_hash[TOKEN_HASH_HEX + 1];
    struct arena *arena; /* NULL: free */
    struct schema_types types;
};

struct extensions {
    struct entry entries[ENTRIES];
    size_t next; /* the entry to replace next */
};

struct extensions *extensions_create(void) {
    return calloc(1, sizeof(struct extensions));
}

void extensions_destroy(struct extensions *x) {
    for (size_t i = 0; i < ENTRIES; i++)
        if (x->entries[i].arena)
            arena_destroy(x->entries[i].arena);
    free(x);
}

static const struct entry *find_entry(const struct extensions *x, const char *token_hash) {
    for (size_t i = 0; token_hash && i < ENTRIES; i++)
        if (x->entries[i].arena && strcmp(x->entries[i].token_hash, token_hash) == 0)
            return &x->entries[i];
    return NULL;
}

const struct schema_types *extensions_known(const struct extensions *x, const char *token_hash) {
    const struct entry *e = find_entry(x, token_hash);
    return e ? &e->types : schema_built_in();
}

static enum err parse_schema(struct ctx *ctx, struct db_rows rows, size_t row, struct schema **out) {
    struct json_object *json;
    const char *text = db_text(rows, row, EXTENSION_DEFINITION);
    enum err e = json_parse_own(ctx, text, strlen(text), &json);
    return e == OK ? schema_load_own(ctx, json, db_bool(rows, row, EXTENSION_REQUIRED), out) : e;
}

enum err extensions_mapping(struct ctx *ctx, const struct schema_types *types, const char *text,
                            const struct mapping **out) {
    struct json_object *given, *whole = json_new_object(ctx->arena);
    struct mapping *own, *made;
    *out = NULL;
    enum err e = text ? json_parse_own(ctx, text, strlen(text), &given) : OK;
    if (e != OK || !text || json_object_object_length(given) == 0)
        return e;
    e = mapping_parse(ctx, types->user, given, &own);
    if (e != OK)
        return e;
    mapping_add_defaults(own, whole); /* for fields that it does not set */
    json_object_object_foreach(given, key, value) {
        json_object_object_del(whole, key);
        json_object_object_add(whole, key, json_object_get(value));
    }
    e = mapping_parse(ctx, types->user, whole, &made);
    *out = made;
    return e;
}

enum err extensions_types(struct ctx *ctx, struct db_rows rows, struct schema_types *out) {
    const struct schema_types *base = schema_built_in();
    size_t n = db_count(rows), n_user = 0, n_group = 0;
    const struct schema **user = arena_array(ctx->arena, n + 1, sizeof *user);
    const struct schema **group = arena_array(ctx->arena, n + 1, sizeof *group);
    for (size_t i = 0; i < n && !db_null(rows, i, EXTENSION_DEFINITION); i++) {
        struct schema *s;
        enum err e = parse_schema(ctx, rows, i, &s);
        if (e != OK)
            return e;
        if (strcmp(db_text(rows, i, EXTENSION_RESOURCE_TYPE), base->user->name) == 0)
            user[n_user++] = s;
        else
            group[n_group++] = s;
    }
    *out = (struct schema_types){.user = schema_with_extensions(ctx->arena, base->user, user, n_user),
                                 .group = schema_with_extensions(ctx->arena, base->group, group, n_group),
                                 .version = n ? db_int(rows, 0, EXTENSION_VERSION) : 0};
    enum err e = extensions_mapping(ctx, out, n ? db_text(rows, 0, EXTENSION_MAPPING) : NULL, &out->mapping);
    struct resource_type *with_mapping = arena_alloc(ctx->arena, sizeof *with_mapping);
    *with_mapping = *out->user;
    with_mapping->mapping = out->mapping;
    out->user = with_mapping;
    return e;
}

/* The key of a session's organization: the hash of its token, or the connection that it entered. */
static const char *entry_key(const struct session *s) {
    return s->entered.connection ? s->entered.connection : s->token_hash;
}

/* Stores the types, which live in the arena, for the token; a new token replaces the oldest entry. */
static const struct schema_types *publish_types(struct extensions *x, const char *token_hash, struct arena *arena,
                                                const struct schema_types *types) {
    struct entry *e = (struct entry *)find_entry(x, token_hash);
    if (!e)
        e = &x->entries[x->next++ % ENTRIES];
    if (e->arena)
        arena_destroy(e->arena);
    snprintf(e->token_hash, sizeof e->token_hash, "%s", token_hash);
    e->arena = arena;
    e->types = *types;
    return &e->types;
}

enum err extensions_load(struct extensions *x, struct session *s) {
    struct db_rows rows[2] = {0};
    s->types = schema_built_in();
    size_t entered = session_queue(s), schemas = db_queue(s->db, sql_extension_schemas());
    enum err e = db_read(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[entered]);
    if (e != OK && e != ERR_STALE_SCHEMAS)
        return e;
    fail_clear(&s->ctx);
    struct ctx own = {.arena = arena_create()};
    struct schema_types types;
    e = extensions_types(&own, rows[schemas], &types);
    if (e != OK) {
        arena_destroy(own.arena);
        return fail(&s->ctx, ERR_INTERNAL, NULL);
    }
    s->types = publish_types(x, entry_key(s), own.arena, &types);
    return OK;
}

enum err extensions_run(struct extensions *x, struct session *s, enum err (*work)(struct session *s, void *arg),
                        void *arg) {
    enum { TRIES = 3 };
    enum err e;
    s->types = extensions_known(x, entry_key(s));
    for (unsigned i = 1; (e = work(s, arg)) == ERR_STALE_SCHEMAS && i < TRIES; i++) {
        fail_clear(&s->ctx);
        if ((e = extensions_load(x, s)) != OK)
            break;
    }
    return e;
}
