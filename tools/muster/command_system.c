/* muster help. */

#include "muster/command.h"

#include "base/words.h"

#include <stdio.h>
#include <string.h>

/* help */

static void print_setting(const char *name, const char *def, const char *doc, void *arg) {
    (void)arg;
    printf("  %-24s %s (default: %s)\n", name, doc, *def ? def : "none");
}

static void print_command(const struct command *c) {
    printf("  %s%s%s %s\n      %s\n", c->noun, c->verb ? " " : "", c->verb ? c->verb : "", c->args, c->help);
    if (*c->options)
        printf("      %s\n", c->options);
}

/* Those of `list`, NULL: all. */
static void print_options(const char *list) {
    puts("\nOptions:");
    for (size_t i = 0; i < option_count; i++)
        if (!list || words_have(list, " ", option_table[i].name, strlen(option_table[i].name)))
            printf("  %-22s %s\n", option_table[i].name,
                   option_table[i].kind == OPTION_YES ? "" : option_table[i].values);
}

static void print_all(void) {
    puts("usage: muster COMMAND [ARGUMENTS] [OPTIONS] [--json]\n");
    for (size_t i = 0; i < command_count; i++)
        print_command(&command_table[i]);
    print_options(NULL);
    puts(
        "\nMUSTER_DB names the database. Exit codes: 0 done, 1 refused, 64 wrong usage, 69 no database, 70 our fault.");
}

/* One command, or all of a noun. */
static enum err print_some(struct invocation *in, const char *noun, const char *verb) {
    const struct command *only = NULL;
    size_t found = 0;
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        if (strcmp(c->noun, noun) != 0 || (verb && (!c->verb || strcmp(c->verb, verb) != 0)))
            continue;
        print_command(only = c);
        found++;
    }
    if (found == 1 && *only->options)
        print_options(only->options);
    return found ? OK
                 : fail(&in->ctx, ERR_USAGE,
                        "\"%s%s%s\" is no command; muster help shows them all, muster help config the settings", noun,
                        verb ? " " : "", verb ? verb : "");
}

enum err command_help(struct invocation *in) {
    if (in->n_args == 1 && strcmp(in->args[0], "config") == 0) {
        puts("Muster is configured by environment variables:\n");
        settings_each(print_setting, NULL);
        return OK;
    }
    if (in->n_args)
        return print_some(in, in->args[0], in->args[1]);
    print_all();
    return OK;
}
