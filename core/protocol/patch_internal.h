#ifndef MUSTER_PROTOCOL_PATCH_INTERNAL_H
#define MUSTER_PROTOCOL_PATCH_INTERNAL_H

#include "protocol/filter.h"
#include "protocol/patch.h"

enum patch_op { PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE };

/*
 * Where one step acts: attr, attr.sub, attr[filter], attr[filter].sub; a whole extension (ref.attr NULL); or something
 * under the URN of an extension that nobody registered (lenient), of which only the resource can tell where the URN
 * ends.
 */
struct patch_target {
    struct attr_ref ref;
    const struct filter *filter;
    const char *unregistered; /* URN, URN:attr or URN:attr.sub as sent; NULL: registered */
    const char *tail;         /* unregistered: the part behind the filter, NULL: none */
};

/*
 * One change of one attribute. An operation without a path is a step for each member of its value, since its names are
 * paths themselves (R-24, Entra).
 */
struct patch_step {
    unsigned number; /* of the operation, 1-based */
    enum patch_op op;
    struct patch_target target;
    struct json_object *value;
    bool has_value;
    bool in_text;     /* the value stood inside JSON that came as text */
    const char *name; /* of the target, for details */
    enum err err;     /* what is wrong with it already in the message, OK: nothing; the target then is not to be used */
    const char *detail;
    bool unknown; /* its path names an attribute that nobody knows, and nothing else is wrong */
    struct patch_step *next;
};

struct patch {
    const struct resource_type *rt;
    struct dialect dialect;
    struct patch_step *first, **last;
};

/* What the steps of one request share. */
struct patch_run {
    struct arena *scratch;     /* of one step; what a step puts into the resource is kept alive by the resource */
    struct arena *kept;        /* of the index */
    struct json_object *list;  /* that has the index, NULL: none */
    struct json_object *index; /* resource_index(), true as long as steps only add and remove the list's values */
    size_t work;
};

/* One step on its way. */
struct patch_act {
    struct ctx *ctx;
    const struct patch *p;
    const struct patch_step *s;
    struct reader read; /* of the step's value */
    const struct attr *attr;
    const struct attr *sub; /* NULL: none */
    struct json_object *resource;
    struct patch_run *run;
    const char *member; /* patch_removed_member() */
};

/* The parts of a value object, read once to be set in any number of values. */
struct patch_parts {
    struct json_object *whole; /* normal form */
    const bool *named;         /* by place among the attribute's parts: it has the part, maybe as a null */
    bool clears;               /* as a null, some of them */
};

/*
 * Work on lists is paid for by their length, since a short request can ask for very much of it: ERR_TOO_LARGE when all
 * steps together come to more than PATCH_WORK values (a long text counts as several).
 */
enum { PATCH_WORK = 2000000 };
enum err patch_spend(const struct patch_act *a, struct json_object *v, size_t times)
    __attribute__((warn_unused_result));

/* The same for a value that is put into `n` others, since what comes of it has to be kept. */
enum err patch_spend_copies(const struct patch_act *a, struct json_object *v, size_t n)
    __attribute__((warn_unused_result));

/* The same for `n` values that are only passed by. */
enum err patch_spend_glance(const struct patch_act *a, size_t n) __attribute__((warn_unused_result));

/* What looking at one value costs with the step's filter. */
size_t patch_filter_size(const struct filter *f);

/* The index of a working list, made (and paid for) if the steps before have left none. */
enum err patch_index(const struct patch_act *a, struct json_object *list, struct json_object **out)
    __attribute__((warn_unused_result));
void patch_index_drop(struct patch_run *run);

/* What the step's attribute has now, NULL if it is unassigned; the resource's own. */
struct json_object *patch_current(const struct patch_act *a);

/*
 * What is there, else an empty list or object: to be changed in place and put back. The resource is patch_apply()'s
 * own, and is dropped if any step fails.
 */
struct json_object *patch_working(const struct patch_act *a, bool list);

/*
 * The attribute's new value; NULL or empty unassigns it, and an extension that has nothing left goes with it.
 * ERR_MUTABILITY or ERR_INVALID_VALUE if it is required.
 */
enum err patch_put(const struct patch_act *a, struct json_object *v) __attribute__((warn_unused_result));

/* The step's value, read as one of its sub-attribute; NULL if it unassigns. */
enum err patch_part_value(const struct patch_act *a, struct json_object **out) __attribute__((warn_unused_result));

/* One part of one value in place; NULL takes it away. Immutable: settable once, else it has to be the same;
 * required: not taken away. ERR_MUTABILITY. */
enum err patch_set_part(const struct patch_act *a, struct json_object *element, const struct attr *sub,
                        struct json_object *v) __attribute__((warn_unused_result));

/* Whether an object from outside has a member for the part, maybe a null. */
bool patch_names_part(struct json_object *in, const struct attr *sub);

/* The step's value, an object or what stands for one. */
enum err patch_read_parts(const struct patch_act *a, struct patch_parts *out) __attribute__((warn_unused_result));

/* The parts set one by one: those with null are cleared, the others stay as they are. */
enum err patch_set_parts(const struct patch_act *a, struct json_object *element, const struct patch_parts *parts)
    __attribute__((warn_unused_result));

/* Puts a list back: without values that have lost all parts, and without doubles. */
enum err patch_put_list(const struct patch_act *a, struct json_object *list) __attribute__((warn_unused_result));

/* Adds the step's values to the list; those that are there already are merged. */
enum err patch_add_values(const struct patch_act *a) __attribute__((warn_unused_result));

/* The values of a list that the step's filter chooses, all of them without one; shared with the list. */
struct json_object *patch_chosen(const struct patch_act *a, struct json_object *list);

/* Lenient: an element that has lost a part, and has nothing but its kind left, goes: Entra clears a telephone number by
 * phoneNumbers[type eq "mobile"].value and means the number, not an empty one. */
void patch_drop_shell(const struct patch_act *a, struct json_object *element);

/* Sets the step's part, or merges its object, in each of the chosen values of a working list. */
enum err patch_set_in_values(const struct patch_act *a, struct json_object *list, struct json_object *hits)
    __attribute__((warn_unused_result));

/*
 * Where the filter chooses nothing: a value made from the step's filter and value; ERR_NO_TARGET if the filter
 * says more than `eq` and `and`. Lenient: a value that is null or "" makes none, and that is no error.
 */
enum err patch_create_value(const struct patch_act *a, struct json_object *list) __attribute__((warn_unused_result));

/* Whether the step's value is nothing: null, and in lenient dialect "" and []. */
bool patch_gives_nothing(const struct patch_act *a);

/* The step's value where an object is needed: JSON that came as text is read, an array of one is opened (R-23; lenient
 * where it stands for one value of a list). `inside`: how its parts are read. */
struct json_object *patch_object(const struct patch_act *a, struct reader *inside);

/* Each of the chosen values replaced as a whole. */
enum err patch_replace_values(const struct patch_act *a, struct json_object *list, struct json_object *hits)
    __attribute__((warn_unused_result));

/* Takes the values that the step lists out of the attribute. */
enum err patch_remove_listed(const struct patch_act *a) __attribute__((warn_unused_result));

/*
 * What tells the one member that the step can remove from others: members[value eq "x"], maybe with more behind an
 * `and`, or a list with one value (Entra); NULL if it does something else.
 */
const char *patch_removed_member(const struct patch_act *a);
enum err patch_remove_member(const struct patch_act *a, const char *identity) __attribute__((warn_unused_result));

/* Takes the values that the step's filter chooses, or their part, out of the attribute. */
enum err patch_remove_chosen(const struct patch_act *a) __attribute__((warn_unused_result));

/* ERR_NO_TARGET. */
enum err patch_no_target(const struct patch_act *a) __attribute__((warn_unused_result));

/* What one step does, on `resource` in place; `ctx` lives in the scratch memory. */
enum err patch_step_apply(struct ctx *ctx, const struct patch *p, const struct patch_step *s, struct patch_run *run,
                          struct json_object *resource) __attribute__((warn_unused_result));

/* A step on `schemas` (PA-50): extension URNs of the type come and go with their data; the base stays. */
enum err patch_schemas(struct ctx *ctx, const struct patch *p, const struct patch_step *s, struct json_object *resource)
    __attribute__((warn_unused_result));

/* Takes an extension's data away. ERR_MUTABILITY if the extension is required. */
enum err patch_drop_extension(struct ctx *ctx, const struct schema *extension, struct json_object *resource)
    __attribute__((warn_unused_result));

/* Whether a path that is none of the type's names an attribute or sub-attribute in good form, which nobody knows. */
bool patch_path_unknown(const struct resource_type *rt, const char *text);

/* As fail(), with "operation N: " in front of the detail. */
enum err patch_fail(struct ctx *ctx, const struct patch_step *s, enum err kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5), warn_unused_result));

#endif
