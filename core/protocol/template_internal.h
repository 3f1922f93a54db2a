#ifndef MUSTER_PROTOCOL_TEMPLATE_INTERNAL_H
#define MUSTER_PROTOCOL_TEMPLATE_INTERNAL_H

#include "protocol/template.h"

#include <stdbool.h>

struct arena;

enum { TEMPLATE_ARGUMENTS = 2 };

/* One evaluation on its way. Values are nil (NULL), booleans, numbers, strings and arrays of these. */
struct template_run {
    struct arena *arena; /* of this evaluation alone */
    struct json_object *value;
    size_t work;   /* see TEMPLATE_WORK */
    bool overflow; /* a limit was passed: nothing is given */
};

struct template_filter {
    const char *name;
    const char *example;
    size_t min, max; /* arguments; those that are left out are "" */
    /* The result, in the run's arena or borrowed. */
    struct json_object *(*apply)(struct template_run *run, struct json_object *in, struct json_object *const *args);
};

/* By name, in exact case as in Liquid; NULL: unknown. */
const struct template_filter *template_filter_find(const char *name, size_t len);

/* All names, "downcase, upcase, ...", for details. */
const char *template_filter_names(struct arena *a);

#endif
