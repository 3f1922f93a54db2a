/* muster doctor: checks the installation. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/secret.h"
#include "base/version.h"
#include "db/sql.h"
#include "host/limits.h"
#include "muster/command_doctor_advice.h"
#include "muster/command_doctor_portal.h"
#include "muster/command_migrate.h"
#include "sql/operator.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Prints one finding: what was checked, whether it is good, and what it means or what to do. */
static bool say_finding(bool good, const char *what, const char *meaning) {
    printf("%-4s %s%s%s\n", good ? "ok" : "BAD", what, *meaning ? ": " : "", meaning);
    return good;
}

/* Reports something that is no fault yet. */
static void warn_of(const char *what, const char *meaning) {
    printf("%-4s %s: %s\n", "warn", what, meaning);
}

static bool is_on(struct db_rows rows, int column) {
    return strcmp(db_text(rows, 0, column), "on") == 0;
}

static bool check_server(struct invocation *in, struct db_rows rows) {
    const char *commit = db_text(rows, 0, OP_DOCTOR_SETTINGS_SYNCHRONOUS_COMMIT),
               *standbys = db_text(rows, 0, OP_DOCTOR_SETTINGS_SYNCHRONOUS_STANDBY_NAMES);
    bool good = say_finding(true, "PostgreSQL", db_text(rows, 0, OP_DOCTOR_SETTINGS_VERSION));
    good &= say_finding(!db_bool(rows, 0, OP_DOCTOR_SETTINGS_SUPERUSER), "operator's role",
                        db_bool(rows, 0, OP_DOCTOR_SETTINGS_SUPERUSER)
                            ? "it is a superuser; use one that owns the database and may create roles"
                            : "no superuser");
    good &= say_finding(!db_bool(rows, 0, OP_DOCTOR_SETTINGS_IN_RECOVERY), "primary",
                        db_bool(rows, 0, OP_DOCTOR_SETTINGS_IN_RECOVERY) ? "this is a standby: writes fail" : "");
    good &= say_finding(is_on(rows, OP_DOCTOR_SETTINGS_FSYNC) && is_on(rows, OP_DOCTOR_SETTINGS_FULL_PAGE_WRITES),
                        "fsync and full_page_writes",
                        "on means that a crash of the machine loses nothing that was acknowledged");
    say_finding(true, arena_printf(in->ctx.arena, "synchronous_commit = %s", commit), "");
    say_finding(true, "data checksums",
                is_on(rows, OP_DOCTOR_SETTINGS_DATA_CHECKSUMS) ? "on" : "off: damage of the disk goes unnoticed");
    say_finding(
        true, "promise",
        *standbys
            ? "an acknowledged write survives the loss of this server (synchronous standbys are set)"
            : "an acknowledged write survives a crash, not the loss of this server's disk (no synchronous standby)");
    return good;
}

/* Reports what makes acknowledged writes unsafe, and what waits for a standby. */
static bool check_durability(struct db_rows rows) {
    for (size_t i = 0; i < db_count(rows); i++)
        say_finding(false,
                    strcmp(db_text(rows, i, OP_DOCTOR_DURABILITY_KIND), "standby") == 0 ? "standby" : "durability",
                    db_text(rows, i, OP_DOCTOR_DURABILITY_DETAIL));
    return db_count(rows) == 0 &&
           say_finding(true, "durability", "no commit waits, and every role waits as the server says");
}

static bool check_rights(struct invocation *in, struct db_rows tables, struct db_rows roles, struct db_rows audit) {
    bool good = true;
    for (size_t i = 0; i < db_count(tables); i++)
        good &= say_finding(false, db_text(tables, i, OP_DOCTOR_TABLES_NAME),
                            "row-level security is not forced here: run muster migrate, or mend it");
    if (good)
        say_finding(true, "row-level security", "forced on every table of an organization");
    for (size_t i = 0; i < db_count(roles); i++) {
        bool there = db_bool(roles, i, OP_DOCTOR_ROLES_PRESENT), strong = db_bool(roles, i, OP_DOCTOR_ROLES_TOO_STRONG);
        good &= say_finding(there && !strong, db_text(roles, i, OP_DOCTOR_ROLES_NAME),
                            !there   ? "the role is missing: run muster migrate"
                            : strong ? "the role may do more than it needs"
                                     : "least rights");
    }
    good &= say_finding(db_bool(audit, 0, OP_DOCTOR_AUDIT_INSERT_ONLY), "audit log", "can only be added to");
    good &= say_finding(db_bool(audit, 0, OP_DOCTOR_AUDIT_PREPARED), "audit partitions",
                        db_bool(audit, 0, OP_DOCTOR_AUDIT_PREPARED) ? "made ahead"
                                                                    : "next month has none: does muster-deliver run?");
    if (db_int(audit, 0, OP_DOCTOR_AUDIT_STRAYS))
        warn_of("audit partitions", arena_printf(in->ctx.arena,
                                                 "%s events or more are in none of a month: muster audit partitions "
                                                 "--repair moves them",
                                                 db_text(audit, 0, OP_DOCTOR_AUDIT_STRAYS)));
    return good;
}

static bool check_functions(struct invocation *in, const struct migrations *m) {
    const char *release = m->release ? m->release : "an older release";
    return say_finding(m->functions == FUNCTIONS_SAME, "functions",
                       m->functions == FUNCTIONS_SAME ? "those of this release"
                       : m->functions == FUNCTIONS_OTHER
                           ? "another program of this release made them: run muster migrate"
                           : arena_printf(in->ctx.arena,
                                          "they are those of %s, and this program is " MUSTER_VERSION
                                          ": run muster migrate of the newer one",
                                          release));
}

static bool check_grants(struct db_rows rows) {
    for (size_t i = 0; i < db_count(rows); i++)
        say_finding(false, db_text(rows, i, OP_DOCTOR_RIGHTS_NAME), db_text(rows, i, OP_DOCTOR_RIGHTS_DETAIL));
    return db_count(rows) == 0 && say_finding(true, "rights", "nobody has more than their work needs");
}

/* Counters that are wrong, or are not believed; with --repair they are counted anew. */
static enum err check_usage(struct invocation *in, struct db_rows rows, bool *good) {
    bool repair = json_get(in->fields, "repair");
    enum err e = OK;
    for (size_t i = 0; e == OK && i < db_count(rows); i++) {
        const char *what = arena_printf(in->ctx.arena, "counters of %s", db_text(rows, i, OP_DOCTOR_USAGE_SLUG));
        const char *detail = db_text(rows, i, OP_DOCTOR_USAGE_DETAIL);
        if (repair) {
            db_queue(in->db, sql_op_usage_recount(.organization_id = db_text(rows, i, OP_DOCTOR_USAGE_ID)));
            e = db_run(&in->ctx, in->db, NULL);
        }
        if (e == OK)
            *good &= say_finding(
                repair, what,
                arena_printf(in->ctx.arena, repair ? "counted anew: %s" : "run muster doctor --repair: %s", detail));
    }
    if (e == OK && db_count(rows) == 0)
        say_finding(true, "counters", "of users and groups are what a count gives");
    return e;
}

/* Work that waits for too long is a fault: the worker does not run. */
static bool check_waiting(struct invocation *in, struct db_rows rows, const char *waits, const char *what,
                          const char *well) {
    bool good = true;
    for (size_t i = 0; i < db_count(rows); i++) {
        const char *name = db_text(rows, i, OP_DOCTOR_WORK_NAME);
        if (strcmp(db_text(rows, i, OP_DOCTOR_WORK_KIND), waits) == 0)
            good &= say_finding(
                false, name ? arena_printf(in->ctx.arena, "%s of %s", what, name) : what,
                arena_printf(in->ctx.arena, "%s: does muster-deliver run?", db_text(rows, i, OP_DOCTOR_WORK_DETAIL)));
    }
    return good && say_finding(true, what, well);
}

/* Secrets without the file of their key are a fault, too. The rest are early warnings. */
static bool check_work(struct invocation *in, struct db_rows rows) {
    bool good = check_waiting(in, rows, "sealer", "sealing", "no event waits for more than a minute");
    good &= check_waiting(in, rows, "mapping", "attribute mappings", "none waits for more than an hour");
    for (size_t i = 0; i < db_count(rows); i++) {
        const char *kind = db_text(rows, i, OP_DOCTOR_WORK_KIND), *detail = db_text(rows, i, OP_DOCTOR_WORK_DETAIL);
        const char *name = db_text(rows, i, OP_DOCTOR_WORK_NAME);
        if (strcmp(kind, "secret") == 0 && !*in->settings->secret_key_file)
            good &= say_finding(false, "secret key file",
                                arena_printf(in->ctx.arena, "MUSTER_SECRET_KEY_FILE names none, and %s", detail));
        else if (strcmp(kind, "secret") != 0 && strcmp(kind, "mapping") != 0 && strcmp(kind, "sealer") != 0)
            warn_of(name ? arena_printf(in->ctx.arena, "%s of %s", kind, name) : kind, detail);
    }
    return good;
}

static const char *owner_of(struct invocation *in, const struct stat *st) {
    const struct passwd *user = getpwuid(st->st_uid);
    return user ? arena_strdup(in->ctx.arena, user->pw_name) : arena_printf(in->ctx.arena, "user %u", st->st_uid);
}

/* What is wrong with the file of limits; NULL: nothing. A file that this user may not read is not opened. */
static const char *limits_fault(const char *path, const struct stat *st) {
    if (!S_ISREG(st->st_mode))
        return "it is no plain file: there are no rate limits";
    if (st->st_mode & S_IWOTH)
        return "everybody may write it: there are no rate limits";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    bool alien = fd >= 0 && !limits_is_ours(fd);
    if (fd >= 0)
        close(fd);
    return alien ? "it is no file of Muster's: there are no rate limits" : NULL;
}

/* The responders make the file when they start. They may run on another host, or as another user. */
static bool check_limits_file(struct invocation *in) {
    char path[4096];
    struct stat st;
    if (!*in->settings->limits || !limits_path(in->settings->limits, path, sizeof path))
        return say_finding(false, "limits file", "MUSTER_LIMITS is empty: there are no rate limits");
    const char *what = arena_printf(in->ctx.arena, "limits file %s", path);
    if (lstat(path, &st) != 0) {
        warn_of(what, arena_printf(in->ctx.arena, "%s; the responders of this host make it when they start",
                                   strerror(errno)));
        return true;
    }
    const char *fault = limits_fault(path, &st);
    return fault ? say_finding(false, what, fault)
                 : say_finding(true, what, arena_printf(in->ctx.arena, "of %s", owner_of(in, &st)));
}

/* Without this, requests are right, but slow. */
static void check_plans(struct invocation *in, struct db_rows rows) {
    for (size_t i = 0; i < db_count(rows); i++)
        warn_of(arena_printf(in->ctx.arena, "plans of %s", db_text(rows, i, OP_DOCTOR_PLANS_NAME)),
                arena_printf(in->ctx.arena, "PostgreSQL may plan each statement at every call: %s",
                             db_text(rows, i, OP_DOCTOR_PLANS_REMEDY)));
    if (db_count(rows) == 0)
        say_finding(true, "plans", "each statement is planned once for each connection");
}

/* With only one worker there are no shares (muster-scim.fcgi(8)). */
static void check_workers(struct invocation *in) {
    unsigned n = settings_workers(in->settings);
    if (n == 1)
        warn_of("one worker", "no organization has a share of it: only the 2 seconds for searches protect the others");
    else
        say_finding(true, arena_printf(in->ctx.arena, "%u workers", n),
                    arena_printf(in->ctx.arena, "an organization has %u at most for heavy requests",
                                 settings_share(in->settings)));
}

static bool check_secret(struct invocation *in) {
    const char *path = in->settings->secret_key_file, *what = arena_printf(in->ctx.arena, "secret key file %s", path);
    struct stat st;
    if (!*path)
        return true;
    if (stat(path, &st) != 0)
        return say_finding(false, what, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return say_finding(false, what, "it is no plain file");
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return say_finding(false, what,
                           arena_printf(in->ctx.arena,
                                        "its mode is %04o: others than its owner may use it, chmod 600 it",
                                        st.st_mode & 07777));
    if (access(path, R_OK) != 0)
        return say_finding(true, what, "only its owner reads it, who is somebody else: its key was not looked at");
    struct ctx ctx = {.arena = in->ctx.arena};
    struct secret_keys keys;
    enum err e = secret_keys_load(&ctx, path, &keys);
    OPENSSL_cleanse(&keys, sizeof keys);
    return e == OK ? say_finding(true, what, "only its owner reads it") : say_finding(false, what, fail_detail(&ctx));
}

enum err command_doctor(struct invocation *in) {
    enum { SETTINGS, DURABILITY, TABLES, ROLES, AUDIT, WORK, RIGHTS, PLANS, USAGE, POSTGRES, CHECKS };
    const struct sql_call calls[CHECKS] = {
        [SETTINGS] = sql_op_doctor_settings(), [DURABILITY] = sql_op_doctor_durability(),
        [TABLES] = sql_op_doctor_tables(),     [ROLES] = sql_op_doctor_roles(),
        [AUDIT] = sql_op_doctor_audit(),       [WORK] = sql_op_doctor_work(),
        [RIGHTS] = sql_op_doctor_rights(),     [PLANS] = sql_op_doctor_plans(),
        [USAGE] = sql_op_doctor_usage(),       [POSTGRES] = sql_op_doctor_postgres()};
    struct db_rows rows[CHECKS] = {0};
    struct migrations m;
    enum err e = command_migrate_read(in, &m);
    if (e == OK && (m.missing || m.alien)) {
        say_finding(false, "migrations", "the schema and this program differ: run muster migrate of the newer one");
        return fail(&in->ctx, ERR_BAD_REQUEST, "%zu migrations are missing%s%s", m.missing,
                    m.alien ? ", and there is one that this program does not know: " : "", m.alien ? m.alien : "");
    }
    for (size_t i = 0; e == OK && i < CHECKS; i++)
        db_queue(in->db, calls[i]);
    if (e == OK)
        e = db_run(&in->ctx, in->db, rows);
    if (e != OK)
        return e;
    bool good = say_finding(true, "migrations", "all applied");
    good &= check_functions(in, &m);
    good &= check_server(in, rows[SETTINGS]);
    good &= check_durability(rows[DURABILITY]);
    good &= check_rights(in, rows[TABLES], rows[ROLES], rows[AUDIT]);
    good &= check_grants(rows[RIGHTS]);
    e = check_usage(in, rows[USAGE], &good);
    if (e != OK)
        return e;
    good &= check_work(in, rows[WORK]);
    good &= check_secret(in);
    good &= check_limits_file(in);
    good &= command_doctor_portal(in);
    check_workers(in);
    check_plans(in, rows[PLANS]);
    command_doctor_advice(in, rows[POSTGRES]);
    return good ? OK : fail(&in->ctx, ERR_BAD_REQUEST, "something needs attention, see above");
}
