#ifndef MUSTER_PROTOCOL_TEMPLATE_INTERNAL_H
#define MUSTER_PROTOCOL_TEMPLATE_INTERNAL_H

#include "protocol/template.h"

#include <stdbool.h>

struct arena;

enum { TEMPLATE_ARGUMENTS = 2 };

/* The state of one evaluation. Values are nil (NULL), booleans, numbers, strings and arrays of these. */
struct template_run {
    struct arena *arena; /* for this evaluation only */
    struct json_object *value;
    size_t work;   /* see TEMPLATE_WORK */
    size_t left;   /* see template_eval() */
    bool overflow; /* a limit was exceeded: no result */
};

struct template_filter {
    const char *name;
    const char *example;
    size_t min, max; /* number of arguments; omitted ones are "" */
    /* The result, in the run's arena or borrowed. */
    struct json_object *(*apply)(struct template_run *run, struct json_object *in, struct json_object *const *args);
};

/* Finds a filter by name, case-sensitive as in Liquid; NULL: unknown. */
const struct template_filter *template_filter_find(const char *name, size_t len);

/* All names, "downcase, upcase, ...", for details. */
const char *template_filter_names(struct arena *a);

#endif
