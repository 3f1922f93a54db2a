/* muster help. */

#include "muster/command.h"

#include <stdio.h>
#include <string.h>

/* help */

static void print_setting(const char *name, const char *def, const char *doc, void *arg) {
    (void)arg;
    printf("  %-24s %s (default: %s)\n", name, doc, *def ? def : "none");
}

enum err command_help(struct invocation *in) {
    if (in->n_args && strcmp(in->args[0], "config") == 0) {
        puts("Muster is configured by environment variables:\n");
        settings_each(print_setting, NULL);
        return OK;
    }
    if (in->n_args)
        return fail(&in->ctx, ERR_USAGE, "help knows \"config\", not \"%s\"", in->args[0]);
    puts("usage: muster COMMAND [ARGUMENTS] [OPTIONS] [--json]\n");
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        printf("  %s%s%s %s\n      %s\n", c->noun, c->verb ? " " : "", c->verb ? c->verb : "", c->args, c->help);
        if (*c->options)
            printf("      %s\n", c->options);
    }
    puts("\nOptions:");
    for (size_t i = 0; i < option_count; i++)
        printf("  %-22s %s\n", option_table[i].name, option_table[i].values);
    puts(
        "\nMUSTER_DB names the database. Exit codes: 0 done, 1 refused, 64 wrong usage, 69 no database, 70 our fault.");
    return OK;
}
