/* The program muster: finds the command, connects, runs it. */

#include "base/arena.h"
#include "base/log.h"
#include "base/oom.h"
#include "muster/arguments.h"
#include "muster/command.h"
#include "muster/command_migrate.h"
#include "muster/complete.h"

#include <stdio.h>
#include <string.h>

/* Exit codes, as in the manual. */
enum { EXIT_GOOD = 0, EXIT_REFUSED = 1, EXIT_BAD_USAGE = 64, EXIT_NO_DATABASE = 69, EXIT_OUR_FAULT = 70 };

static int exit_code(enum err e) {
    switch (e) {
    case OK:
        return EXIT_GOOD;
    case ERR_USAGE:
        return EXIT_BAD_USAGE;
    case ERR_UNAVAILABLE:
        return EXIT_NO_DATABASE;
    case ERR_INTERNAL:
        return EXIT_OUR_FAULT;
    default:
        return EXIT_REFUSED;
    }
}

static int give_up(const struct invocation *in, enum err e) {
    const char *why = fail_detail(&in->ctx);
    bool database =
        in->db && *db_message(in->db) && (e == ERR_INTERNAL || e == ERR_UNAVAILABLE || e == ERR_INVALID_VALUE);
    fprintf(stderr, "muster: %s\n", why);
    if (database && strcmp(why, db_message(in->db)) != 0)
        fprintf(stderr, "%s", db_message(in->db));
    return exit_code(e);
}

/* These commands report on a wrong schema, or repair it. */
static bool looks_itself(const struct command *c) {
    return c->offline || c->run == command_migrate || c->run == command_doctor;
}

int main(int argc, char **argv) {
    struct settings settings;
    struct invocation in = {.settings = &settings, .ctx = {.arena = arena_create()}};
    const struct command *command;
    char problem[256];
    oom_guard();
    if (argc > 1 && strcmp(argv[1], "__complete") == 0) {
        arena_destroy(in.ctx.arena);
        return complete(argc, argv);
    }
    if (!settings_load(&settings, problem, sizeof problem)) {
        fprintf(stderr, "muster: %s\n", problem);
        arena_destroy(in.ctx.arena);
        return EXIT_BAD_USAGE;
    }
    if (settings_unknown(problem, sizeof problem))
        fprintf(stderr, "muster: warning: %s\n", problem);
    log_open("muster", "error");
    enum err e = arguments_parse(&in, argc, argv, &command);
    if (e == OK && !command->offline && !*settings.db)
        e = fail(&in.ctx, ERR_USAGE,
                 "MUSTER_DB is not set: it names the database, as in postgresql:///muster (muster help config)");
    if (e == OK) {
        in.db = db_create(&settings, "muster");
        e = looks_itself(command) ? OK : command_migrate_need(&in);
    }
    if (e == OK)
        e = command->run(&in);
    int code = e == OK ? EXIT_GOOD : give_up(&in, e);
    db_destroy(in.db);
    arena_destroy(in.ctx.arena);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    fputs("muster: standard output cannot be written\n", stderr);
    return code == EXIT_GOOD ? EXIT_OUR_FAULT : code;
}
