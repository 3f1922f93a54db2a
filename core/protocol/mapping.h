#ifndef MUSTER_PROTOCOL_MAPPING_H
#define MUSTER_PROTOCOL_MAPPING_H

#include "base/fail.h"
#include "protocol/schema.h"

#include <json-c/json.h>
#include <stdbool.h>

enum {
    MAPPING_RULES = 100,
    MAPPING_KEY_BYTES = 512,
    MAPPING_INDEX = 9999, /* the largest number in brackets */
    MAPPING_METADATA_KEY = 64,
    MAPPING_ROLE_ROWS = 100,
    MAPPING_WORK = 4 * 1024 * 1024, /* bytes and elements that all templates read and produce for one resource */
};

/* The member of a mapping that is no path: [{"group": "Admins", "role": "org:admin"}]. */
#define MAPPING_GROUP_ROLES "group_roles"

/* What a mapping can set of a member. */
enum mapping_field {
    MAPPING_EMAIL_ADDRESS,
    MAPPING_FIRST_NAME,
    MAPPING_LAST_NAME,
    MAPPING_DISPLAY_NAME,
    MAPPING_EXTERNAL_ID,
    MAPPING_ACTIVE,
    MAPPING_ORGANIZATION_ROLE,
    MAPPING_PUBLIC_METADATA, /* with any key */
};

/*
 * How a user's attributes become a member's fields: rules, numbered from 0 in the order of the JSON object that they
 * come from. In that object a member's name is the path to read, its value the field to write.
 *
 * The name is one of these:
 *   path    name.givenName, also after a URN and a colon or a dot. An attribute with parts means its `value`; a list
 *           without brackets means all its values
 *   filter  emails[type eq "work"].value: the first value that matches and has the part
 *   index   phoneNumbers[0].value, 0-based
 *   group   groups[n].value or groups[n].displayName (or .display): the user's effective groups, oldest first
 *   raw     urn:x:y:a.b[0].c with an unregistered URN: read from the JSON of the resource's longest member with whose
 *           name it begins, without case; must end at a scalar or a list of scalars
 *
 * The value is a field (email_address first_name last_name display_name external_id active organization_role
 * public_metadata.KEY, KEY of [A-Za-z0-9_-], at most MAPPING_METADATA_KEY), or a template (protocol/template.h)
 * followed by "." and a field.
 *
 * The member group_roles is no rule but a list of rows {"group": .., "role": "org:.."}: the first whose group is one
 * of the user's effective ones gives the role, before any rule. The group is named by its display name, compared as
 * names of groups are (base/fold.h, identity), or by its id.
 *
 * What a rule writes:
 *   text fields        text that is not empty; numbers and booleans become text. A list gives its first such value; a
 *                      list from a template is joined, as Liquid shows it
 *   active             a boolean, or "true" or "false" in any case
 *   organization_role  text that begins with "org:" and goes on with [A-Za-z0-9_:.-]; of a list the first such value
 *   public_metadata    an assigned value (not null, "", []), unchanged: text, number, boolean or a list of these; from
 * a template text or a list of texts Anything else writes nothing. A template also sees absent attributes (as nil), so
 * that `default` works. A template that comes after MAPPING_WORK writes nothing, so its field is left out.
 */
struct mapping;

/*
 * Reads a mapping into the arena. It does not keep pointers into `json`; `user` must live as long. ERR_INVALID_VALUE
 * says what would be right: `"KEY", byte N: ...` (1-based, in the name), `"KEY": field, byte N: ...` (in the value) or
 * `"KEY": template, byte N: ...`; for too many rules, a repeated name (ignoring case), an unknown attribute of a
 * registered schema, one that is never shown (writeOnly, returned never), one without a value of its own, `groups`
 * without index, an unknown field. For group_roles:
 * `"group_roles", row N: ...` (1-based).
 */
enum err mapping_parse(struct ctx *ctx, const struct resource_type *user, struct json_object *json,
                       struct mapping **out) __attribute__((warn_unused_result));

/*
 * Refuses a rule that can never write, because email_address and active do not follow groups. A mapping that was stored
 * earlier may have one. ERR_INVALID_VALUE, `"KEY", byte 1: ...`.
 */
enum err mapping_check_new(struct ctx *ctx, const struct mapping *m) __attribute__((warn_unused_result));

/*
 * The mapping of an organization that has none, made once in a process: userName, then emails[primary eq true].value →
 * email_address; name.givenName → first_name; name.familyName → last_name; displayName → display_name; externalId →
 * external_id; active → active.
 */
const struct mapping *mapping_default(void);

/*
 * Adds the default mapping's rules for names and externalId that `m` does not set, as members of a JSON object, in
 * their order. (core/directory decides the defaults of email and active.)
 */
void mapping_add_defaults(const struct mapping *m, struct json_object *into);

/* Whether any rule reads groups, or there are rows of group_roles, so that a change of membership or of a group's name
 * changes members. */
bool mapping_reads_groups(const struct mapping *m);

/* Whether any rule writes the field, or for the role any row of group_roles. */
bool mapping_sets(const struct mapping *m, enum mapping_field field);

/*
 * What the rules that do not read groups write into one field of a user in normal form (protocol/resource.h), any but
 * the role and public_metadata: the last rule that gives a value wins; NULL: none does. In the arena, or the resource's
 * own. Like all below it is linear and never fails.
 */
struct json_object *mapping_value(struct arena *a, const struct mapping *m, enum mapping_field field,
                                  struct json_object *resource);

/*
 * Whether a user in normal form (protocol/resource.h) has access: both `active`, absent counting as true, and what the
 * mapping makes of it (NULL: the default) say so.
 */
bool mapping_active(struct arena *a, const struct mapping *m, struct json_object *resource);

/*
 * What would be written for a user in normal form whose resource has `groups`, an array of {value, display}, effective
 * ones, oldest first:
 *   {"email_address": "..", "first_name": "..", "last_name": "..", "display_name": "..", "external_id": "..",
 *    "active": true, "public_metadata": {"KEY": value}, "organization_role": "org:.."}
 * What got no value is left out; of several rules for one field the last that gives a value wins. The role is that
 * of group_roles, or the first in the order of rules, within a rule in the order of groups; "org:member" if there is
 * none. A rule for groups[n] writes another field only if there are more than n groups. The arena owns the object;
 * values may be shared with the resource.
 */
struct json_object *mapping_preview(struct arena *a, const struct mapping *m, struct json_object *resource);

/*
 * What each row of group_roles, called group_roles[n], then each rule does for such a user, in their order:
 *   [{"path": "title", "field": "public_metadata.title", "read": value, "gives": value, "effect": "written",
 *    "reason": null}]
 * read is null if there is no value, gives is null if the field cannot take it. effect: "written"; "nothing_there";
 * "not_a_value" (the field cannot take the value that was read or made); "replaced" (a later rule, or for a role an
 * earlier one, wins). reason: why it does not write, in words; null if it does. For groups, a rule for the role shows
 * the first group that gives a role, or else the first group. Arena. NULL: the templates used up MAPPING_WORK.
 */
struct json_object *mapping_explain(struct arena *a, const struct mapping *m, struct json_object *resource);

/* Why a field takes no value: "the result is no role: ..". */
const char *mapping_refusal(enum mapping_field field);

/* How many rows group_roles has, and the group, as written, and the role of one; the role is the mapping's. */
size_t mapping_rows(const struct mapping *m);
const char *mapping_row_group(const struct mapping *m, size_t row);
struct json_object *mapping_row_role(const struct mapping *m, size_t row);

/*
 * The first row of group_roles that is about one of the groups, an array of {value, display} or NULL, and this group,
 * borrowed. The number of rows: none is, and the group is NULL.
 */
size_t mapping_row_of_groups(struct arena *a, const struct mapping *m, struct json_object *groups,
                             struct json_object **group);

#endif
