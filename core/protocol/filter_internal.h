#ifndef MUSTER_PROTOCOL_FILTER_INTERNAL_H
#define MUSTER_PROTOCOL_FILTER_INTERNAL_H

#include "protocol/filter.h"

/*
 * Determines the attribute of a comparison, checks operator and literal against its type, and sets key and text.
 * `literal` is NULL for null. Returns NULL, or what is wrong.
 */
const char *filter_settle(struct arena *arena, struct filter *f, struct json_object *literal);

#endif
