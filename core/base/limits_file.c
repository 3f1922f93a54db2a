#include "base/limits_internal.h"
#include "base/log.h"
#include "base/siphash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 1000, PATH_BYTES = 4096 };

enum verdict { GOOD, STALE, ALIEN, REFUSED };

static void complain(const char *path, const char *what) {
    static bool said;
    if (!said)
        log_line(LOG_WARN, "limits", "unlimited", what, "path", path, NULL);
    said = true;
}

/* A number for this boot of the kernel; 0: the system does not say. */
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

/* Whether the holes of a sparse copy can be filled: a page that the disk has no room for would be a SIGBUS. */
static bool has_room(int fd, const struct stat *st) {
    if (st->st_blocks >= st->st_size / 512)
        return true;
    return fallocate(fd, 0, 0, st->st_size) == 0 || errno == EOPNOTSUPP || errno == ENOSYS;
}

static enum verdict judge(int fd, const char *path) {
    struct stat st;
    struct limits_head head = {0};
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        complain(path, "not a plain file");
        return REFUSED;
    }
    if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH))) {
        complain(path, "another user's file, or one that others may write");
        return REFUSED;
    }
    ssize_t n = pread(fd, &head, sizeof head, 0);
    if (n > 0 && head.magic != LIMITS_MAGIC)
        return ALIEN;
    uint64_t boot = boot_number();
    if (n != (ssize_t)sizeof head || head.version != LIMITS_VERSION || head.size != sizeof(struct limits_file) ||
        st.st_size != (off_t)sizeof(struct limits_file) || (boot && head.boot && boot != head.boot))
        return STALE;
    if (has_room(fd, &st))
        return GOOD;
    complain(path, strerror(errno));
    return REFUSED;
}

/* A whole file under a name of its own, which `name` receives. A process killed here leaves it behind. */
static bool prepare(const char *path, char name[PATH_BYTES]) {
    struct limits_head head = {
        .magic = LIMITS_MAGIC, .version = LIMITS_VERSION, .size = sizeof(struct limits_file), .boot = boot_number()};
    int len = snprintf(name, PATH_BYTES, "%s.XXXXXX", path);
    if (len < 0 || len >= PATH_BYTES) {
        complain(path, "the path is too long");
        return false;
    }
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0) {
        complain(path, strerror(errno));
        return false;
    }
    int error = posix_fallocate(fd, 0, sizeof(struct limits_file));
    if (!error && RAND_bytes((unsigned char *)head.secret, sizeof head.secret) != 1)
        error = EIO;
    if (!error && pwrite(fd, &head, sizeof head, 0) != (ssize_t)sizeof head)
        error = errno;
    close(fd);
    if (!error)
        return true;
    unlink(name);
    complain(path, strerror(error));
    return false;
}

/* link() does not overwrite: one process creates the file, the others find it. */
static bool create(const char *path) {
    char name[PATH_BYTES];
    if (!prepare(path, name))
        return false;
    bool good = link(name, path) == 0 || errno == EEXIST;
    if (!good)
        complain(path, strerror(errno));
    unlink(name);
    return good;
}

static bool is_still(const char *path, int fd) {
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

/* What was no file of ours stays under another name: the path may have been a mistake. */
static void set_aside(const char *path) {
    char name[PATH_BYTES];
    int len = snprintf(name, sizeof name, "%s.bad", path);
    if (len > 0 && len < (int)sizeof name && link(path, name) != 0 && errno != EEXIST)
        log_line(LOG_WARN, "limits", "not_kept", strerror(errno), "path", path, NULL);
}

/*
 * Puts a new file in the place of the bad one, which is open and not locked by anybody but its replacers: who has its
 * lock and still finds it under the path may rename over it, so that no good file is ever overwritten. The lock is the
 * kernel's and ends with the process. Nobody waits for it: who does not get it looks again.
 */
static bool replace(const char *path, int bad, bool alien) {
    char name[PATH_BYTES];
    if (flock(bad, LOCK_EX | LOCK_NB) != 0) {
        limits_sleep(1000000);
        return true;
    }
    if (!is_still(path, bad))
        return true;
    if (!prepare(path, name))
        return false;
    if (alien)
        set_aside(path);
    if (rename(name, path) == 0) {
        log_line(LOG_INFO, "limits", "replaced", path, NULL);
        return true;
    }
    complain(path, strerror(errno));
    unlink(name);
    return false;
}

static struct limits *map(const char *path, int fd) {
    void *memory = mmap(NULL, sizeof(struct limits_file), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED) {
        complain(path, strerror(errno));
        return NULL;
    }
    struct limits *l = calloc(1, sizeof *l);
    l->file = memory;
    l->metrics = (struct metrics){.region = &l->file->metrics, .secret = l->file->head.secret};
    return l;
}

/* One look at the path. false: there is no hope; otherwise *l is set, or it is worth another look. */
static bool look(const char *path, struct limits **l) {
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return create(path);
    if (fd < 0) {
        complain(path, strerror(errno));
        return false;
    }
    enum verdict v = judge(fd, path);
    bool hope = v == GOOD || (v != REFUSED && replace(path, fd, v == ALIEN));
    if (v == GOOD) {
        *l = map(path, fd);
        hope = *l != NULL;
    }
    close(fd);
    return hope;
}

struct limits *limits_open(const char *path) {
    struct limits *l = NULL;
    for (int i = 0; i < TRIES; i++) {
        if (!look(path, &l))
            return NULL;
        if (l)
            return l;
    }
    complain(path, "another process keeps a bad file locked");
    return NULL;
}

void limits_close(struct limits *l) {
    if (!l)
        return;
    limits_wait_end(l);
    munmap(l->file, sizeof *l->file);
    free(l);
}
