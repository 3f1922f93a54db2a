/* Shared by the commands: options, statements, files. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/json.h"
#include "muster/print.h"
#include "sql/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { LOOK_MS = 300 };

const char *command_text(const struct invocation *in, const char *field) {
    return json_get_string(in->fields, field);
}

enum err command_query(struct invocation *in, struct sql_call call, struct db_rows *rows) {
    db_queue(in->db, call);
    return db_run(&in->ctx, in->db, rows);
}

enum err command_list(struct invocation *in, struct sql_call call, const char *columns) {
    struct db_rows rows = {0};
    enum err e = command_query(in, call, &rows);
    return e == OK ? print_list(&in->ctx, rows, columns, in->json) : e;
}

enum err command_organization(struct invocation *in, const char **id) {
    const char *org = command_text(in, "org");
    struct db_rows rows = {0};
    struct json_object *o;
    if (!org)
        return fail(&in->ctx, ERR_USAGE, "--org ORG is missing: which organization?");
    enum err e = command_query(in, sql_api_organization_show(.slug_or_id = org), &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "there is no organization \"%s\"; muster org list shows them", org);
    if (e == OK)
        e = json_parse_own(&in->ctx, db_text(rows, 0, OBJECT_OBJECT), strlen(db_text(rows, 0, OBJECT_OBJECT)), &o);
    if (e == OK)
        *id = arena_strdup(in->ctx.arena, json_get_string(o, "id"));
    return e;
}

enum err command_read_file(struct invocation *in, const char *path, size_t max, char **text, size_t *len) {
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    *text = arena_alloc(in->ctx.arena, max + 2);
    if (!f)
        return fail(&in->ctx, ERR_USAGE, "%s cannot be read: %s", path, strerror(errno));
    *len = fread(*text, 1, max + 1, f);
    bool broken = ferror(f);
    if (f != stdin)
        fclose(f);
    return broken ? fail(&in->ctx, ERR_USAGE, "%s cannot be read", path) : OK;
}

void command_pause(void) {
    struct timespec pause = {.tv_nsec = (long)LOOK_MS * 1000 * 1000};
    nanosleep(&pause, NULL);
}
