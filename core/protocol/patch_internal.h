#ifndef MUSTER_PROTOCOL_PATCH_INTERNAL_H
#define MUSTER_PROTOCOL_PATCH_INTERNAL_H

#include "protocol/filter.h"
#include "protocol/patch.h"

enum patch_op { PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE };

/*
 * The target of a step: attr, attr.sub, attr[filter], attr[filter].sub; a whole extension (ref.attr NULL); or something
 * under an unregistered URN (lenient), where only the resource shows where the URN ends.
 */
struct patch_target {
    struct attr_ref ref;
    const struct filter *filter;
    const char *unregistered; /* URN, URN:attr or URN:attr.sub as sent; NULL: registered */
    const char *tail;         /* unregistered: the part after the filter, NULL: none */
};

/*
 * One change of one attribute. An operation without a path becomes a step for each member of its value, because the
 * names are paths (R-24, Entra).
 */
struct patch_step {
    unsigned number; /* number of the operation, 1-based */
    enum patch_op op;
    struct patch_target target;
    struct json_object *value;
    bool has_value;
    bool in_text;     /* the value was inside JSON that came as text */
    const char *name; /* of the target, for details */
    enum err err;     /* what is wrong in the message itself (then do not use the target); OK: nothing */
    const char *detail;
    bool unknown; /* its path names an unknown attribute, and nothing else is wrong */
    struct patch_step *next;
};

struct patch {
    const struct resource_type *rt;
    struct dialect dialect;
    struct patch_step *first, **last;
};

/* What the steps of one request share. */
struct patch_run {
    struct arena *scratch;     /* memory of one step; the resource keeps what a step puts into it */
    struct arena *kept;        /* memory of the index */
    struct json_object *list;  /* the list that has the index, NULL: none */
    struct json_object *index; /* resource_index(); stays valid while steps only add and remove values of the list */
    size_t work;
    bool spent; /* a step asked for more than is left of PATCH_WORK: none gets more */
};

/* One step on its way. */
struct patch_act {
    struct ctx *ctx;
    const struct patch *p;
    const struct patch_step *s;
    struct reader read; /* reads the step's value */
    const struct attr *attr;
    const struct attr *sub; /* NULL: none */
    struct json_object *resource;
    struct patch_run *run;
    const char *member; /* patch_removed_member() */
};

/* The parts of a value object, read once to be set in any number of values. */
struct patch_parts {
    struct json_object *whole; /* normal form */
    const bool *named;         /* for each of the attribute's parts: whether the object names it, even as null */
    bool clears;               /* some parts are null */
};

/*
 * A short request can cause very much work on lists, so work is counted by their length: ERR_TOO_LARGE when all steps
 * together exceed PATCH_WORK values (a long text counts as several), which takes about a quarter of a second. A step
 * counts its work before it changes anything; once a step asked for too much, none gets more.
 */
enum { PATCH_WORK = 1500000 };
enum err patch_spend(const struct patch_act *a, struct json_object *v, size_t times)
    __attribute__((warn_unused_result));

/* The same for a value that is copied into `n` others: the copies must be kept. */
enum err patch_spend_copies(const struct patch_act *a, struct json_object *v, size_t n)
    __attribute__((warn_unused_result));

/* The same for a list that is put back by patch_put_list(). */
enum err patch_spend_put(const struct patch_act *a, struct json_object *list) __attribute__((warn_unused_result));

/* The same for `n` values that are only skipped. */
enum err patch_spend_glance(const struct patch_act *a, size_t n) __attribute__((warn_unused_result));

/* The cost of the step's filter for one value. */
size_t patch_filter_size(const struct filter *f);

/* The index of a working list; made (and counted) if earlier steps left none. */
enum err patch_index(const struct patch_act *a, struct json_object *list, struct json_object **out)
    __attribute__((warn_unused_result));
void patch_index_drop(struct patch_run *run);

/* The present value of the step's attribute, owned by the resource; NULL if unassigned. */
struct json_object *patch_current(const struct patch_act *a);

/*
 * The present value, or else an empty list or object, to change in place and put back. The resource belongs to
 * patch_apply(), which drops it if a step fails.
 */
struct json_object *patch_working(const struct patch_act *a, bool list);

/*
 * Sets the attribute's new value. NULL or empty unassigns it, and removes an extension that has nothing left.
 * ERR_MUTABILITY or ERR_INVALID_VALUE if it is required.
 */
enum err patch_put(const struct patch_act *a, struct json_object *v) __attribute__((warn_unused_result));

/* The step's value, read as a value of its sub-attribute; NULL if it unassigns. */
enum err patch_part_value(const struct patch_act *a, struct json_object **out) __attribute__((warn_unused_result));

/*
 * Sets one part of one value in place; NULL removes it. An immutable part can be set once, then must stay the same
 * a required part cannot be removed: ERR_MUTABILITY.
 */
enum err patch_set_part(const struct patch_act *a, struct json_object *element, const struct attr *sub,
                        struct json_object *v) __attribute__((warn_unused_result));

/* Whether an object from outside names the part, even as null. */
bool patch_names_part(struct json_object *in, const struct attr *sub);

/* Reads the step's value, an object or a substitute for one. */
enum err patch_read_parts(const struct patch_act *a, struct patch_parts *out) __attribute__((warn_unused_result));

/* Sets the named parts one by one; null clears a part, and unnamed parts stay. */
enum err patch_set_parts(const struct patch_act *a, struct json_object *element, const struct patch_parts *parts)
    __attribute__((warn_unused_result));

/* Puts a list back without empty values and duplicates; the work must be counted before. */
enum err patch_put_list(const struct patch_act *a, struct json_object *list) __attribute__((warn_unused_result));

/* Adds the step's values to the list; existing values are merged. */
enum err patch_add_values(const struct patch_act *a) __attribute__((warn_unused_result));

/* The values of a list that the step's filter chooses (without a filter, all), shared with the list. */
struct json_object *patch_chosen(const struct patch_act *a, struct json_object *list);

/*
 * Lenient: removes an element that lost a part and has only its kind left. Entra removes a telephone number by clearing
 * phoneNumbers[type eq "mobile"].value.
 */
void patch_drop_shell(const struct patch_act *a, struct json_object *element);

/* Sets the step's part, or merges its object, in each of the chosen values of a working list. */
enum err patch_set_in_values(const struct patch_act *a, struct json_object *list, struct json_object *hits)
    __attribute__((warn_unused_result));

/*
 * If the filter chooses nothing: makes a value from the step's filter and value; ERR_NO_TARGET if the filter has
 * more than `eq` and `and`. Lenient: a value of null or "" makes nothing, without an error.
 */
enum err patch_create_value(const struct patch_act *a, struct json_object *list) __attribute__((warn_unused_result));

/* Whether the step's value is nothing: null, and in lenient dialect "" and []. */
bool patch_gives_nothing(const struct patch_act *a);

/*
 * The step's value as an object: JSON that came as text is parsed, an array of one is unwrapped (R-23; for one value of
 * a list only in lenient). `inside` says how to read its parts.
 */
struct json_object *patch_object(const struct patch_act *a, struct reader *inside);

/* Replaces each chosen value as a whole. */
enum err patch_replace_values(const struct patch_act *a, struct json_object *list, struct json_object *hits)
    __attribute__((warn_unused_result));

/* Removes the values that the step lists from the attribute. */
enum err patch_remove_listed(const struct patch_act *a) __attribute__((warn_unused_result));

/*
 * The identity of the one member that the step can remove: members[value eq "x"], possibly with more after an `and`, or
 * a list with one value (Entra); NULL for any other step.
 */
const char *patch_removed_member(const struct patch_act *a);
enum err patch_remove_member(const struct patch_act *a, const char *identity) __attribute__((warn_unused_result));

/* Removes the values that the step's filter chooses, or a part of them, from the attribute. */
enum err patch_remove_chosen(const struct patch_act *a) __attribute__((warn_unused_result));

/* ERR_NO_TARGET. */
enum err patch_no_target(const struct patch_act *a) __attribute__((warn_unused_result));

/* Applies one step to `resource` in place; `ctx` uses the scratch memory. */
enum err patch_step_apply(struct ctx *ctx, const struct patch *p, const struct patch_step *s, struct patch_run *run,
                          struct json_object *resource) __attribute__((warn_unused_result));

/* A step on `schemas` (PA-50): adds and removes extension URNs of the type, with their data; the base stays. */
enum err patch_schemas(struct ctx *ctx, const struct patch *p, const struct patch_step *s, struct json_object *resource)
    __attribute__((warn_unused_result));

/* Removes an extension's data. ERR_MUTABILITY if the extension is required. */
enum err patch_drop_extension(struct ctx *ctx, const struct schema *extension, struct json_object *resource)
    __attribute__((warn_unused_result));

/* Whether a path that the type does not have is a well-formed name of an unknown attribute or sub-attribute. */
bool patch_path_unknown(const struct resource_type *rt, const char *text);

/* As fail(), with "operation N: " before the detail. */
enum err patch_fail(struct ctx *ctx, const struct patch_step *s, enum err kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), warn_unused_result));

#endif
