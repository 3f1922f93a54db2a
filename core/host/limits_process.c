/* Identifies a process, so that a later one with the same pid is different. */

#include "host/limits_process.h"

#include "base/number.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Pids are below 2^22 (PID_MAX_LIMIT); the start time is in ticks since the boot. */
enum { PID_BITS = 22, STAT_BYTES = 1024, FIELDS_TO_START = 19 };

/* State and start of a process, from /proc/PID/stat (proc(5)); false: it cannot be read. */
static bool read_stat(const char *path, char *state, uint64_t *start) {
    char text[STAT_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *p = strrchr(text, ')'); /* the name may contain anything */
    if (!p || p[1] != ' ')
        return false;
    p += 2;
    *state = *p;
    for (int i = 0; p && i < FIELDS_TO_START; i++)
        p = (p = strchr(p, ' ')) ? p + 1 : NULL;
    int64_t ticks = 0;
    if (p)
        (void)number_parse(p, strcspn(p, " "), &ticks);
    *start = (uint64_t)ticks;
    return ticks > 0;
}

uint64_t limits_process_self(void) {
    char state;
    uint64_t start;
    return read_stat("/proc/self/stat", &state, &start) ? start << PID_BITS | (uint64_t)getpid() : 0;
}

bool limits_process_gone(uint64_t process) {
    assert(process);
    char path[48], state;
    uint64_t start;
    pid_t pid = (pid_t)(process & ((1U << PID_BITS) - 1));
    if (kill(pid, 0) != 0 && errno == ESRCH)
        return true;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    return read_stat(path, &state, &start) && (start != process >> PID_BITS || state == 'Z' || state == 'X');
}
