/* The log: one line for each event, with key=value pairs, on standard error. */

#include "base/log.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096 };

static const char *const level_names[] = {
    [LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

static const char *program = "muster";
static enum log_level threshold = LOG_INFO;
static unsigned long dropped;
static char pid[24];

struct line {
    char text[LINE_MAX_BYTES];
    size_t len;
};

/* Whole lines that are not written yet. A signal handler may write them, but not while `busy`. */
static struct {
    char text[LINE_MAX_BYTES];
    volatile sig_atomic_t len, busy;
    unsigned long lines;
    bool on;
} gathered;

static void keep_pid(void) {
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
}

bool log_open(const char *name, const char *level) {
    assert(name && level);
    program = name;
    keep_pid();
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
        if (strcmp(level, level_names[i]) == 0) {
            threshold = (enum log_level)i;
            return true;
        }
    return false;
}

bool log_enabled(enum log_level level) {
    return level <= threshold;
}

/* Bytes that do not fit are left out; one byte is kept for the newline. */
static void put_bytes(struct line *l, const char *s, size_t n) {
    size_t room = sizeof l->text - 1 - l->len;
    if (n > room)
        n = room;
    memcpy(l->text + l->len, s, n);
    l->len += n;
}

static bool is_plain_value(const char *s) {
    if (*s == '\0')
        return false;
    for (; *s; s++)
        if (*s <= ' ' || *s > '~' || *s == '"' || *s == '\\' || *s == '=')
            return false;
    return true;
}

static void put_value(struct line *l, const char *s) {
    if (is_plain_value(s)) {
        put_bytes(l, s, strlen(s));
        return;
    }
    put_bytes(l, "\"", 1);
    for (; *s; s++) {
        char escaped[8];
        int n = *s >= ' ' && *s <= '~' && *s != '"' && *s != '\\'
                    ? snprintf(escaped, sizeof escaped, "%c", *s)
                    : snprintf(escaped, sizeof escaped, "\\x%02x", (unsigned)(unsigned char)*s);
        put_bytes(l, escaped, (size_t)n);
    }
    put_bytes(l, "\"", 1);
}

static void put_pair(struct line *l, const char *key, const char *value) {
    if (!value)
        return;
    put_bytes(l, " ", 1);
    put_bytes(l, key, strlen(key));
    put_bytes(l, "=", 1);
    put_value(l, value);
}

static void start_line(struct line *l, enum log_level level, const char *event) {
    char now[CLOCK_TEXT + 1];
    clock_format(clock_unix_us(), now);
    if (!*pid)
        keep_pid();
    put_bytes(l, "time=", 5);
    put_bytes(l, now, strlen(now));
    put_pair(l, "level", level_names[level]);
    put_pair(l, "program", program);
    put_pair(l, "pid", pid);
    put_pair(l, "event", event);
}

static void write_whole(const char *text, size_t len, unsigned long lines) {
    if (write(STDERR_FILENO, text, len) != (ssize_t)len)
        dropped += lines;
}

static void write_gathered(void) {
    if (gathered.len)
        write_whole(gathered.text, (size_t)gathered.len, gathered.lines);
    gathered.len = 0;
    gathered.lines = 0;
}

static void gather_line(const struct line *l) {
    if ((size_t)gathered.len + l->len > sizeof gathered.text)
        write_gathered();
    memcpy(gathered.text + gathered.len, l->text, l->len);
    gathered.lines++;
    gathered.len += (sig_atomic_t)l->len;
}

static void finish_line(struct line *l, enum log_level level) {
    gathered.busy = 1;
    bool later = gathered.on && level == LOG_INFO && !dropped;
    if (!later)
        write_gathered();
    unsigned long told = dropped;
    if (told) {
        char n[24];
        snprintf(n, sizeof n, "%lu", told);
        put_pair(l, "dropped", n);
    }
    l->text[l->len++] = '\n';
    if (later)
        gather_line(l);
    else {
        dropped = 0;
        write_whole(l->text, l->len, told + 1);
    }
    gathered.busy = 0;
}

void log_gather(void) {
    gathered.on = true;
}

void log_flush(void) {
    gathered.busy = 1;
    write_gathered();
    gathered.busy = 0;
}

void log_flush_in_handler(bool ends) {
    int before = errno;
    if (ends || !gathered.busy)
        write_gathered();
    errno = before;
}

void log_line(enum log_level level, const char *event, ...) {
    if (!log_enabled(level))
        return;
    struct line l = {.len = 0};
    va_list ap;
    start_line(&l, level, event);
    va_start(ap, event);
    for (const char *key; (key = va_arg(ap, const char *));)
        put_pair(&l, key, va_arg(ap, const char *));
    va_end(ap);
    finish_line(&l, level);
}

void log_fatal(const char *event, const char *what) {
    log_line(LOG_ERROR, event, "fatal", what, NULL);
    _exit(EXIT_FAILURE);
}
