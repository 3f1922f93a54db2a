/* muster export and muster import. */

#include "muster/command.h"

#include "base/arena.h"
#include "base/json.h"
#include "control/control_transfer.h"
#include "muster/output.h"
#include "muster/print.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* `progress` is first, because show_transfer_progress() gets it. */
struct moving {
    struct progress progress;
    FILE *file;
};

struct exporting {
    struct transfer_run run;
    const char *org;
};

static void show_transfer_progress(void *arg, size_t lines) {
    output_progress(arg, lines);
}

static bool write_transfer_text(void *arg, const char *text, size_t len) {
    struct moving *m = arg;
    return fwrite(text, 1, len, m->file) == len;
}

/* What was moved: {"organization", "lines", "counts": {"member": N, ..}}. */
static struct json_object *new_summary(struct invocation *in, const char *organization, const struct transfer_run *x) {
    struct json_object *o = json_new_object(in->ctx.arena), *counts = json_object_new_object();
    json_object_object_add(o, "organization", json_object_new_string(organization));
    json_object_object_add(o, "lines", json_object_new_int64((int64_t)x->lines));
    for (size_t i = 0; i < TRANSFER_TYPES; i++)
        json_object_object_add(counts, transfer_names[i], json_object_new_int64((int64_t)x->counts[i]));
    json_object_object_add(o, "counts", counts);
    return o;
}

static enum err export_organization_to(struct invocation *in, FILE *file, void *arg) {
    struct exporting *x = arg;
    struct moving m = {.progress = {.what = "exported", .of = "lines"}, .file = file};
    x->run.write = write_transfer_text;
    x->run.progress = show_transfer_progress;
    x->run.arg = &m;
    return control_export(&in->ctx, in->db, x->org, &x->run);
}

enum err command_export(struct invocation *in) {
    const char *org = command_text(in, "org"), *path = command_text(in, "output");
    struct exporting x = {.org = org};
    if (!org)
        return fail(&in->ctx, ERR_USAGE, "--org ORG is missing: which organization?");
    if (in->json && !output_is_file(path))
        return fail(&in->ctx, ERR_USAGE, "--json needs --output FILE: the export itself goes to standard output");
    enum err e = output_write(in, path, export_organization_to, &x);
    if (e == ERR_NOT_FOUND)
        return fail(&in->ctx, e, "there is no organization \"%s\"; muster org list shows them", org);
    if (e == OK && in->json)
        print_object(new_summary(in, org, &x.run), true);
    else if (e == OK)
        fprintf(stderr, "exported %s: %zu lines\n", org, x.run.lines);
    return e;
}

/* The file is read twice, so input from a pipe is copied to a temporary file. */
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
            return output_cannot(in, path, "kept in a temporary file");
    if (!*out || ferror(file))
        return output_cannot(in, path, "read");
    if (file != stdin)
        fclose(file);
    return OK;
}

enum err command_import(struct invocation *in) {
    struct progress p = {.what = "imported", .of = "lines"};
    struct transfer_run x = {.slug = command_text(in, "slug"), .progress = show_transfer_progress, .arg = &p};
    enum err e = open_input(in, in->args[0], &x.file);
    if (e != OK)
        return e;
    e = control_import(&in->ctx, in->db, &x);
    if (x.file != stdin)
        fclose(x.file);
    if (e != OK)
        return e;
    print_object(new_summary(in, x.organization, &x), in->json);
    fprintf(stderr,
            "tokens and API keys are not imported (%zu tokens were left out): muster token issue makes new ones\n",
            x.counts[TRANSFER_TOKEN]);
    return OK;
}
