/* Creates and maps the file that holds the limits. */

#include "base/log.h"
#include "base/siphash.h"
#include "host/limits_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 1000, NAME_BYTES = 300 };

enum verdict { GOOD, STALE, REFUSED };

/* A number for this boot of the kernel; 0: unknown. */
static uint64_t boot_number(void) {
    static const uint64_t key[2];
    char text[64];
    uint64_t hash[2];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    if (n <= 0)
        return 0;
    siphash_128(key, text, (size_t)n, hash);
    return hash[0];
}

/* Whether the holes of a sparse copy can be filled. A page without room on the disk would be a SIGBUS. */
static bool has_room(int fd, const struct stat *st) {
    if (st->st_blocks >= st->st_size / 512)
        return true;
    return fallocate(fd, 0, 0, st->st_size) == 0 || errno == EOPNOTSUPP || errno == ENOSYS;
}

bool limits_is_ours(int fd) {
    uint64_t magic = 0;
    return pread(fd, &magic, sizeof magic, 0) == (ssize_t)sizeof magic && magic == LIMITS_MAGIC;
}

/*
 * The owner of the file does not matter: the directory decides who could put one there. Only a file that begins as ours
 * do may be replaced, because the path may be a mistake.
 */
static enum verdict judge_file(int fd, const char *path) {
    struct stat st;
    struct limits_head head = {0};
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        limits_complain(path, "not a plain file");
        return REFUSED;
    }
    if (st.st_mode & S_IWOTH) {
        limits_complain(path, "a file that everybody may write");
        return REFUSED;
    }
    if (!limits_is_ours(fd)) {
        limits_complain(path, "no file of Muster's: it stays as it is");
        return REFUSED;
    }
    ssize_t n = pread(fd, &head, sizeof head, 0);
    uint64_t boot = boot_number();
    if (n != (ssize_t)sizeof head || head.version != LIMITS_VERSION || head.size != sizeof(struct limits_file) ||
        st.st_size != (off_t)sizeof(struct limits_file) || (boot && head.boot && boot != head.boot))
        return STALE;
    if (has_room(fd, &st))
        return GOOD;
    limits_complain(path, strerror(errno));
    return REFUSED;
}

/* The members of the directory's group share the file, if they may write to the directory. Returns 0, or an errno. */
static int fill_file(const struct limits_place *p, int fd) {
    struct limits_head head = {
        .magic = LIMITS_MAGIC, .version = LIMITS_VERSION, .size = sizeof(struct limits_file), .boot = boot_number()};
    int error = posix_fallocate(fd, 0, sizeof(struct limits_file));
    if (!error && getentropy(head.secret, sizeof head.secret) != 0)
        error = errno;
    if (!error && pwrite(fd, &head, sizeof head, 0) != (ssize_t)sizeof head)
        error = errno;
    if (!error && p->shared && (fchown(fd, (uid_t)-1, p->gid) != 0 || fchmod(fd, 0660) != 0))
        error = errno;
    return error;
}

/* Makes a whole file under a temporary name, which `name` receives. A process that is killed here leaves it behind. */
static bool prepare_file(const struct limits_place *p, char name[NAME_BYTES]) {
    uint64_t number = 0;
    if (getentropy(&number, sizeof number) != 0)
        return limits_complain(p->path, "no random number");
    int len = snprintf(name, NAME_BYTES, "%s.%016llx", p->name, (unsigned long long)number);
    if (len < 0 || len >= NAME_BYTES)
        return limits_complain(p->path, "the path is too long");
    int fd = openat(p->directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return limits_complain(p->path, strerror(errno));
    int error = fill_file(p, fd);
    close(fd);
    if (!error)
        return true;
    unlinkat(p->directory, name, 0);
    return limits_complain(p->path, strerror(error));
}

/* linkat() does not overwrite, so one process creates the file and the others find it. */
static bool create_file(const struct limits_place *p) {
    char name[NAME_BYTES];
    if (!prepare_file(p, name))
        return false;
    bool good = linkat(p->directory, name, p->directory, p->name, 0) == 0 || errno == EEXIST;
    if (!good)
        limits_complain(p->path, strerror(errno));
    unlinkat(p->directory, name, 0);
    return good;
}

static bool is_still(const struct limits_place *p, int fd) {
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && fstatat(p->directory, p->name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/*
 * Replaces a bad file by a new one. Only processes that want to replace it lock it. A process that has the lock and
 * still finds the file under the path may rename over it, so no good file is ever overwritten. The kernel releases the
 * lock when the process ends. Nobody waits for the lock: a process that does not get it looks again.
 */
static bool replace_file(const struct limits_place *p, int bad) {
    char name[NAME_BYTES];
    if (flock(bad, LOCK_EX | LOCK_NB) != 0) {
        limits_sleep(1000000);
        return true;
    }
    if (!is_still(p, bad))
        return true;
    if (!prepare_file(p, name))
        return false;
    if (renameat(p->directory, name, p->directory, p->name) == 0) {
        log_line(LOG_INFO, "limits", "replaced", p->path, NULL);
        return true;
    }
    limits_complain(p->path, strerror(errno));
    unlinkat(p->directory, name, 0);
    return false;
}

static struct limits *map_file(const char *path, int fd) {
    void *memory = mmap(NULL, sizeof(struct limits_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        limits_complain(path, strerror(errno));
        return NULL;
    }
    struct limits *l = calloc(1, sizeof *l);
    l->file = memory;
    l->metrics = (struct metrics){.region = &l->file->metrics, .secret = l->file->head.secret};
    return l;
}

/* Looks at the path once. false: give up; otherwise *l is set, or another look may succeed. */
static bool look_at_file(const struct limits_place *p, struct limits **l) {
    int fd = openat(p->directory, p->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return create_file(p);
    if (fd < 0)
        return limits_complain(p->path, strerror(errno));
    enum verdict v = judge_file(fd, p->path);
    bool hope = v == GOOD || (v == STALE && replace_file(p, fd));
    if (v == GOOD) {
        *l = map_file(p->path, fd);
        hope = *l != NULL;
    }
    close(fd);
    return hope;
}

struct limits *limits_open(const char *setting) {
    struct limits_place p;
    struct limits *l = NULL;
    if (!*setting) {
        limits_complain("-", "MUSTER_LIMITS is empty");
        return NULL;
    }
    if (!limits_place_open(setting, &p))
        return NULL;
    bool hope = true;
    for (int i = 0; hope && !l && i < TRIES; i++)
        hope = look_at_file(&p, &l);
    if (hope && !l)
        limits_complain(p.path, "another process keeps a bad file locked");
    close(p.directory);
    return l;
}

/* Untouched pages take no memory. */
struct limits *limits_alone(void) {
    void *memory = mmap(NULL, sizeof(struct limits_file), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    struct limits *l = calloc(1, sizeof *l);
    l->file = memory;
    if (getentropy(l->file->head.secret, sizeof l->file->head.secret) == 0)
        return l;
    limits_close(l);
    return NULL;
}

void limits_close(struct limits *l) {
    if (!l)
        return;
    limits_wait_end(l);
    munmap(l->file, sizeof *l->file);
    free(l);
}
