#include "command.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "directory/control_operations.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An organization as a file, and back. */

enum { PROGRESS_MS = 2000 };

struct progress {
    const char *what; /* "exported" */
    int64_t next_ms;
};

struct output {
    struct progress progress; /* first: it is what progress() gets */
    FILE *file;
};

static void progress(void *arg, size_t lines) {
    struct progress *p = arg;
    int64_t now = clock_monotonic_ms();
    if (p->next_ms == 0)
        p->next_ms = now + PROGRESS_MS;
    if (now < p->next_ms)
        return;
    fprintf(stderr, "%s %zu lines\n", p->what, lines);
    p->next_ms = now + PROGRESS_MS;
}

static bool write_text(void *arg, const char *text, size_t len) {
    struct output *o = arg;
    return fwrite(text, 1, len, o->file) == len;
}

/* What was moved: {"organization", "lines", "counts": {"member": N, ..}}. */
static struct json_object *summary(struct invocation *in, const char *organization, const struct transfer_run *x) {
    struct json_object *o = json_new_object(in->ctx.arena), *counts = json_object_new_object();
    json_object_object_add(o, "organization", json_object_new_string(organization));
    json_object_object_add(o, "lines", json_object_new_int64((int64_t)x->lines));
    for (size_t i = 0; i < TRANSFER_TYPES; i++)
        json_object_object_add(counts, transfer_names[i], json_object_new_int64((int64_t)x->counts[i]));
    json_object_object_add(o, "counts", counts);
    return o;
}

static enum err cannot(struct invocation *in, const char *path, const char *what) {
    return fail(&in->ctx, ERR_BAD_REQUEST, "%s cannot be %s: %s", path, what, strerror(errno));
}

static enum err export_to(struct invocation *in, const char *org, FILE *file, struct transfer_run *x) {
    struct output o = {.progress = {.what = "exported"}, .file = file};
    x->write = write_text;
    x->progress = progress;
    x->arg = &o;
    enum err e = control_export(&in->ctx, in->db, org, x);
    if (e == OK && fflush(file) != 0)
        return cannot(in, "the export", "written");
    return e;
}

/* Under another name until it is whole; only its owner may read it. What is no plain file is written as it is. */
static enum err export_to_file(struct invocation *in, const char *org, const char *path, struct transfer_run *x) {
    struct stat st;
    bool plain = stat(path, &st) != 0 || S_ISREG(st.st_mode);
    const char *part = plain ? arena_printf(in->ctx.arena, "%s.part", path) : path;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file)
        return cannot(in, part, "written");
    enum err e = export_to(in, org, file, x);
    if (e == OK && plain && fsync(fd) != 0)
        e = cannot(in, part, "written");
    if (fclose(file) != 0 && e == OK)
        e = cannot(in, part, "written");
    if (e == OK && plain && rename(part, path) != 0)
        e = cannot(in, path, "written");
    if (e != OK && plain)
        unlink(part);
    return e;
}

enum err command_export(struct invocation *in) {
    const char *org = command_text(in, "org"), *path = command_text(in, "output");
    bool to_file = path && strcmp(path, "-") != 0;
    struct transfer_run x = {0};
    if (!org)
        return fail(&in->ctx, ERR_USAGE, "--org ORG is missing: which organization?");
    if (in->json && !to_file)
        return fail(&in->ctx, ERR_USAGE, "--json needs --output FILE: the export itself goes to standard output");
    enum err e = to_file ? export_to_file(in, org, path, &x) : export_to(in, org, stdout, &x);
    if (e == ERR_NOT_FOUND)
        return fail(&in->ctx, e, "there is no organization \"%s\"; muster org list shows them", org);
    if (e == OK && in->json)
        print_object(summary(in, org, &x), true);
    else if (e == OK)
        fprintf(stderr, "exported %s: %zu lines\n", org, x.lines);
    return e;
}

/* The file is read twice: what comes through a pipe is kept meanwhile. */
static enum err open_input(struct invocation *in, const char *path, FILE **out) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char piece[65536];
    size_t n;
    if (!file)
        return fail(&in->ctx, ERR_USAGE, "%s cannot be read: %s", path, strerror(errno));
    *out = file;
    if (fseek(file, 0, SEEK_SET) == 0)
        return OK;
    *out = tmpfile();
    while (*out && (n = fread(piece, 1, sizeof piece, file)) > 0)
        if (fwrite(piece, 1, n, *out) != n)
            return cannot(in, path, "kept in a temporary file");
    if (!*out || ferror(file))
        return cannot(in, path, "read");
    if (file != stdin)
        fclose(file);
    return OK;
}

enum err command_import(struct invocation *in) {
    struct progress p = {.what = "imported"};
    struct transfer_run x = {.slug = command_text(in, "slug"), .progress = progress, .arg = &p};
    enum err e = open_input(in, in->args[0], &x.file);
    if (e != OK)
        return e;
    e = control_import(&in->ctx, in->db, &x);
    if (x.file != stdin)
        fclose(x.file);
    if (e != OK)
        return e;
    print_object(summary(in, x.organization, &x), in->json);
    fprintf(stderr,
            "tokens and API keys are not imported (%zu tokens were left out): muster token issue makes new ones\n",
            x.counts[TRANSFER_TOKEN]);
    return OK;
}
