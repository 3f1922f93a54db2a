#ifndef MUSTER_DIRECTORY_EXTENSIONS_H
#define MUSTER_DIRECTORY_EXTENSIONS_H

#include "directory/session.h"
#include "protocol/schema.h"

/*
 * What a process knows of the extension schemas that organizations registered, by token (or entered connection). A
 * request is read with what is known; if the organization's schemas have changed since, session_accept() says
 * ERR_STALE_SCHEMAS before anything was done, they are read anew, and the request starts over. Organizations without
 * schemas of their own never need that.
 */
struct extensions;

struct extensions *extensions_create(void);
void extensions_destroy(struct extensions *x);

/* The types to read a request with, by the hash of its token (NULL: none). They live until the next extensions_load().
 */
const struct schema_types *extensions_known(const struct extensions *x, const char *token_hash);

/* Reads the schemas of the session's organization and sets s->types. One round trip. */
enum err extensions_load(struct extensions *x, struct session *s) __attribute__((warn_unused_result));

/*
 * An organization's attribute mapping, as it is stored, over the defaults for the fields that it does not set; NULL if
 * there is none, or an empty one. Errors of mapping_parse().
 */
enum err extensions_mapping(struct ctx *ctx, const struct schema_types *types, const char *text,
                            const struct mapping **out) __attribute__((warn_unused_result));

/*
 * Runs work of a session that entered a connection, with the organization's own types: again, if they turn out to be
 * others than those that are known.
 */
enum err extensions_run(struct extensions *x, struct session *s, enum err (*work)(struct session *s, void *arg),
                        void *arg) __attribute__((warn_unused_result));

/* The types of an organization with the rows of extension_schemas, in the arena. */
enum err extensions_types(struct ctx *ctx, struct db_rows rows, struct schema_types *out)
    __attribute__((warn_unused_result));

#endif
