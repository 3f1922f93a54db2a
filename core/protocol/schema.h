#ifndef MUSTER_PROTOCOL_SCHEMA_H
#define MUSTER_PROTOCOL_SCHEMA_H

#include "base/fail.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEMA_USER "urn:ietf:params:scim:schemas:core:2.0:User"
#define SCHEMA_GROUP "urn:ietf:params:scim:schemas:core:2.0:Group"
#define SCHEMA_ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SCHEMA_PATCH_OP "urn:ietf:params:scim:api:messages:2.0:PatchOp"
#define SCHEMA_ERROR "urn:ietf:params:scim:api:messages:2.0:Error"
#define SCHEMA_LIST "urn:ietf:params:scim:api:messages:2.0:ListResponse"
#define SCHEMA_BULK_REQUEST "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
#define SCHEMA_BULK_RESPONSE "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
#define SCHEMA_SEARCH "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

enum attr_type {
    ATTR_STRING,
    ATTR_BOOLEAN,
    ATTR_INTEGER,
    ATTR_DECIMAL,
    ATTR_DATETIME,
    ATTR_REFERENCE,
    ATTR_BINARY,
    ATTR_COMPLEX,
    ATTR_ANY, /* in an unregistered extension: any JSON */
};
enum attr_mutability { ATTR_READ_WRITE, ATTR_READ_ONLY, ATTR_IMMUTABLE, ATTR_WRITE_ONLY };
enum attr_returned { ATTR_DEFAULT, ATTR_ALWAYS, ATTR_NEVER, ATTR_REQUEST };
enum attr_uniqueness { ATTR_NONE, ATTR_SERVER, ATTR_GLOBAL };

/* One attribute or sub-attribute (RFC 7643, 7). */
struct attr {
    const char *name;          /* the schema's spelling */
    const struct attr *parent; /* NULL unless a sub-attribute */
    const struct attr *subs;
    size_t n_subs;
    const char *const *canonical; /* canonicalValues */
    size_t n_canonical;
    enum attr_type type;
    enum attr_mutability mutability;
    enum attr_returned returned;
    enum attr_uniqueness uniqueness;
    bool multi;
    bool required;
    bool case_exact; /* always true for references and binaries */
    bool closed;     /* only the canonical values are allowed */
};

/* One schema resource; `urn` is its id. */
struct schema {
    const char *urn;
    const char *name;
    const struct attr *attrs;
    size_t n_attrs;
    bool required;    /* as an extension: resources must have it */
    const char *text; /* the resource as /Schemas serves it, without meta: JSON */
};

struct mapping;

/* A resource type (RFC 7643, 6) with its extensions. */
struct resource_type {
    const char *name;     /* "User" */
    const char *endpoint; /* "/Users" */
    const struct schema *base;
    const struct schema *const *extensions;
    size_t n_extensions;
    bool
        hides; /* an extension has values that are stored but not always shown (writeOnly; returned never or request) */
    bool unique; /* an extension has values that must be unique */
    const struct mapping
        *mapping; /* the mapping of an organization's users, which may decide who is active; NULL: the default */
};

/* The resource types and the attribute mapping of an organization. */
struct schema_types {
    const struct resource_type *user, *group;
    const struct mapping *mapping; /* its attribute mapping (protocol/mapping.h), NULL: the default */
    int64_t version;               /* counts the changes of its own extensions and mapping; 0: it never had any */
};

/* Where an attribute path leads. */
struct attr_ref {
    const struct schema *extension; /* NULL: common or base attribute, or unregistered */
    const char *unregistered;       /* URN of an unregistered extension, in lower case; NULL: registered */
    const struct attr *attr;        /* NULL: the path is an extension's URN alone */
    const struct attr *sub;         /* NULL: no sub-attribute named */
    bool absent;                    /* an attribute of another type, in a query over all types: unassigned here */
};

/*
 * The built-in schemas, which are tables made from core/protocol/schemas.json: User, Group, EnterpriseUser,
 * ServiceProviderConfig, ResourceType, Schema.
 */
const struct schema *const *schema_all(size_t *n);
const struct schema *schema_find(const char *urn, size_t len); /* without case; NULL: unknown */

/* The built-in types; the User type has the enterprise extension. */
const struct resource_type *schema_user_type(void);
const struct resource_type *schema_group_type(void);

const struct schema_types *schema_built_in(void);

/*
 * Reads a schema in the form of RFC 7643, 7 into the arena. ERR_INVALID_VALUE names the attribute
 * and what is wrong (bad name, a name twice, unknown keyword, a member of the wrong type, complex inside complex).
 */
enum err schema_load(struct ctx *ctx, struct json_object *json, struct schema **out)
    __attribute__((warn_unused_result));

/*
 * Reads an organization's own extension: as schema_load(), but its URN must be free, and its canonicalValues are
 * binding (RFC 7643, 7 leaves that open: in the built-in schemas they are suggestions). `required`: resources need it.
 */
enum err schema_load_own(struct ctx *ctx, struct json_object *json, bool required, struct schema **out)
    __attribute__((warn_unused_result));

/*
 * Checks whether an organization's types can have the extension `urn` of theirs, which is about to be registered.
 * Extensions registered before this check existed stay as they are. ERR_INVALID_VALUE: a path to an attribute of one
 * schema, built-in or the organization's, is the URN of another, which would hide the attribute; a sub-attribute is
 * multiValued; what is readOnly is required.
 */
enum err schema_check(struct ctx *ctx, const struct schema_types *types, const char *urn)
    __attribute__((warn_unused_result));

/* A type like a built-in one with further extensions, in the arena. */
const struct resource_type *schema_with_extensions(struct arena *a, const struct resource_type *base,
                                                   const struct schema *const *more, size_t n);

/*
 * Find an attribute by name, ignoring ASCII case; NULL: unknown. schema_common() has the attributes of RFC 7643, 3.1,
 * with `schemas`.
 */
const struct attr *schema_common(const char *name, size_t len);
const struct attr *schema_attr(const struct schema *s, const char *name, size_t len);
const struct attr *schema_sub(const struct attr *a, const char *name, size_t len);
const struct schema *schema_extension(const struct resource_type *rt, const char *urn, size_t len);

/*
 * Resolves an attrPath (part F): known URN prefixes are compared as text, then NAME or NAME.SUB; without URN: common,
 * base, then the only extension that has the name. false: unknown or malformed. An extension URN alone gives
 * attr NULL; the base URN alone is unknown.
 */
bool schema_lookup(const struct resource_type *rt, const char *text, size_t len, struct attr_ref *out);

/*
 * Replaces a dot after a URN of the type's schemas by a colon, in the arena: some products' guides write
 * "urn:...:User.department". Otherwise returns the path itself.
 */
const char *schema_with_colon(struct arena *a, const struct resource_type *rt, const char *path);

/* Whether a path begins with "urn:" and with no URN of the type's own schemas. */
bool schema_is_foreign(const struct resource_type *rt, const char *text, size_t len);

/*
 * Splits URN:NAME or URN:NAME.SUB with an unregistered URN, which ends at the last colon: the URN in lower case, the
 * names unchanged, type ATTR_ANY, in the arena. false: it has another form, or no name follows the URN.
 */
bool schema_unregistered(struct arena *a, const struct resource_type *rt, const char *text, size_t len,
                         struct attr_ref *out);

/* A part of such an attribute, in the arena; NULL: not a valid name. */
const struct attr *schema_any_part(struct arena *a, const struct attr *attr, const char *name, size_t len);

/* Whether a text is NAME or NAME.SUB (RFC 7643, 2.1). */
bool schema_is_name(const char *text, size_t len);

/* Whether the attribute's values are secret: writeOnly, or returned never. */
bool schema_is_secret(const struct attr *a);

/* The `value` sub-attribute of a complex attribute, NULL if there is none. */
const struct attr *schema_value_part(const struct attr *a);

#endif
