#ifndef MUSTER_MUSTER_ARGUMENTS_H
#define MUSTER_MUSTER_ARGUMENTS_H

#include "muster/command.h"

/*
 * Finds the command and reads its arguments and options into `in`. ERR_USAGE says which word is wrong and what would be
 * right.
 */
enum err arguments_parse(struct invocation *in, int argc, char **argv, const struct command **out)
    __attribute__((warn_unused_result));

/* The option of that name, "--output"; NULL: there is none. */
const struct option_spec *arguments_option(const char *name);

#endif
