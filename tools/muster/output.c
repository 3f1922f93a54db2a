/* Files that commands write, and the line that shows progress. */

#include "muster/output.h"

#include "base/arena.h"
#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRESS_MS = 2000 };

void output_progress(struct progress *p, size_t n) {
    int64_t now = clock_monotonic_ms();
    if (p->next_ms == 0)
        p->next_ms = now + PROGRESS_MS;
    if (now < p->next_ms)
        return;
    fprintf(stderr, "%s %zu %s\n", p->what, n, p->of);
    p->next_ms = now + PROGRESS_MS;
}

enum err output_cannot(struct invocation *in, const char *path, const char *what) {
    return fail(&in->ctx, ERR_BAD_REQUEST, "%s cannot be %s: %s", path, what, strerror(errno));
}

bool output_is_file(const char *path) {
    return path && strcmp(path, "-") != 0;
}

static enum err fill_file_from(struct invocation *in, FILE *file,
                               enum err (*write)(struct invocation *, FILE *, void *), void *arg) {
    enum err e = write(in, file, arg);
    return e == OK && fflush(file) != 0 ? output_cannot(in, "the export", "written") : e;
}

enum err output_write(struct invocation *in, const char *path,
                      enum err (*write)(struct invocation *in, FILE *file, void *arg), void *arg) {
    assert(write);
    struct stat st;
    if (!output_is_file(path))
        return fill_file_from(in, stdout, write, arg);
    bool plain = stat(path, &st) != 0 || S_ISREG(st.st_mode);
    const char *part = plain ? arena_printf(in->ctx.arena, "%s.part", path) : path;
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file)
        return output_cannot(in, part, "written");
    enum err e = fill_file_from(in, file, write, arg);
    if (e == OK && plain && fsync(fd) != 0)
        e = output_cannot(in, part, "written");
    if (fclose(file) != 0 && e == OK)
        e = output_cannot(in, part, "written");
    if (e == OK && plain && rename(part, path) != 0)
        e = output_cannot(in, path, "written");
    if (e != OK && plain)
        unlink(part);
    return e;
}
