#ifndef MUSTER_DIRECTORY_EXTENSIONS_H
#define MUSTER_DIRECTORY_EXTENSIONS_H

#include "directory/session.h"
#include "protocol/schema.h"

/*
 * A cache of the extension schemas that organizations registered, by token (or entered connection). A request is read
 * with the cached schemas. If the organization's schemas changed since, session_accept() returns ERR_STALE_SCHEMAS
 * before anything was done, the schemas are read anew, and the request starts again. Organizations without schemas of
 * their own never need this.
 */
struct extensions;

struct extensions *extensions_create(void);
void extensions_destroy(struct extensions *x);

/*
 * The types with which to read a request, by the hash of its token (NULL: none). They live until the next
 * extensions_load().
 */
const struct schema_types *extensions_known(const struct extensions *x, const char *token_hash);

/* Reads the schemas of the session's organization and sets s->types. One round trip. */
enum err extensions_load(struct extensions *x, struct session *s) __attribute__((warn_unused_result));

/*
 * An organization's stored attribute mapping, completed by the defaults for fields that it does not set; NULL if it is
 * missing or empty. Errors of mapping_parse().
 */
enum err extensions_mapping(struct ctx *ctx, const struct schema_types *types, const char *text,
                            const struct mapping **out) __attribute__((warn_unused_result));

/*
 * Runs the work of a session that entered a connection, with the organization's types; runs it again if the cached
 * types were out of date.
 */
enum err extensions_run(struct extensions *x, struct session *s, enum err (*work)(struct session *s, void *arg),
                        void *arg) __attribute__((warn_unused_result));

/* The types of an organization, made from the rows of extension_schemas, in the arena. */
enum err extensions_types(struct ctx *ctx, struct db_rows rows, struct schema_types *out)
    __attribute__((warn_unused_result));

#endif
