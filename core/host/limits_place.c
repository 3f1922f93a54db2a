/* Where the file of the limits is, and whether its directory can be trusted. */

#include "base/log.h"
#include "host/limits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { GROUPS_MAX = 256 };

#define RUN_DIRECTORY "/run/muster"

bool limits_complain(const char *path, const char *what) {
    static bool said;
    if (!said)
        log_line(LOG_ERROR, "limits", "unlimited", what, "path", path, NULL);
    said = true;
    return false;
}

static bool is_directory(const char *path) {
    struct stat st;
    return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_absolute(const char *path) {
    return path && *path == '/';
}

bool limits_path(const char *setting, char *out, size_t size) {
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    int n;
    if (strcmp(setting, LIMITS_AUTO) != 0)
        n = snprintf(out, size, "%s", setting);
    else if (is_directory(RUN_DIRECTORY))
        n = snprintf(out, size, "%s/limits", RUN_DIRECTORY);
    else if (is_absolute(runtime))
        n = snprintf(out, size, "%s/muster-limits", runtime);
    else
        n = snprintf(out, size, "/dev/shm/muster-%u/limits", (unsigned)geteuid());
    return n > 0 && (size_t)n < size;
}

/* Whether the process is in the group. */
static bool is_of_ours(gid_t gid) {
    gid_t groups[GROUPS_MAX];
    int n = getgroups(GROUPS_MAX, groups);
    for (int i = 0; i < n; i++)
        if (groups[i] == gid)
            return true;
    return gid == getegid();
}

static bool is_of_muster(gid_t gid) {
    const struct group *g = getgrgid(gid);
    return g && strcmp(g->gr_name, "muster") == 0;
}

/*
 * The directory must belong to root, to us, or to a member of our group (another user of Muster), and only that group
 * may write to it. With `private` it must be ours alone.
 */
static const char *fault_of(const struct stat *st, bool private) {
    bool group = st->st_gid == getegid() || is_of_muster(st->st_gid);
    if (st->st_mode & S_IWOTH)
        return "others may write into its directory";
    if (private)
        return st->st_uid != geteuid() ? "its directory is another user's" : NULL;
    if (st->st_uid != 0 && st->st_uid != geteuid() && !group)
        return "its directory is another user's";
    if ((st->st_mode & S_IWGRP) && !group && !is_of_ours(st->st_gid))
        return "a group that we are not in may write to its directory";
    return NULL;
}

/* Makes the directory of the last choice; if it already exists it must be ours. */
static int open_directory(char *path, bool private) {
    char *slash = strrchr(path, '/');
    const char *directory = !slash ? "." : slash == path ? "/" : path;
    if (slash)
        *slash = '\0';
    if (private && strncmp(directory, "/dev/shm/", 9) == 0 && mkdir(directory, 0700) != 0 && errno != EEXIST) {
        *slash = '/';
        return -1;
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (private ? O_NOFOLLOW : 0));
    if (slash)
        *slash = '/';
    return fd;
}

bool limits_place_open(const char *setting, struct limits_place *out) {
    struct stat st;
    if (!limits_path(setting, out->path, sizeof out->path))
        return limits_complain(setting, "the path is too long");
    bool private =
        strcmp(setting, LIMITS_AUTO) == 0 && strncmp(out->path, RUN_DIRECTORY "/", sizeof RUN_DIRECTORY) != 0;
    char *slash = strrchr(out->path, '/');
    out->name = slash ? slash + 1 : out->path;
    out->directory = open_directory(out->path, private);
    if (out->directory < 0)
        return limits_complain(out->path, strerror(errno));
    const char *fault = fstat(out->directory, &st) != 0 ? strerror(errno) : fault_of(&st, private);
    if (fault) {
        close(out->directory);
        return limits_complain(out->path, fault);
    }
    out->shared = (st.st_mode & S_IXGRP) && is_of_ours(st.st_gid);
    out->gid = st.st_gid;
    return true;
}
