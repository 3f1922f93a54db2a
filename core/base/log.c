/* The log: one line for each event, with key=value pairs, on standard error. */

#include "base/log.h"

#include "base/clock.h"

#include <assert.h>
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

struct line {
    char text[LINE_MAX_BYTES];
    size_t len;
};

bool log_open(const char *name, const char *level) {
    assert(name && level);
    program = name;
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
    char now[CLOCK_TEXT + 1], pid[24];
    clock_format(clock_unix_us(), now);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    put_bytes(l, "time=", 5);
    put_bytes(l, now, strlen(now));
    put_pair(l, "level", level_names[level]);
    put_pair(l, "program", program);
    put_pair(l, "pid", pid);
    put_pair(l, "event", event);
}

static void finish_line(struct line *l) {
    if (dropped) {
        char n[24];
        snprintf(n, sizeof n, "%lu", dropped);
        put_pair(l, "dropped", n);
    }
    l->text[l->len++] = '\n';
    if (write(STDERR_FILENO, l->text, l->len) == (ssize_t)l->len)
        dropped = 0;
    else
        dropped++;
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
    finish_line(&l);
}

void log_fatal(const char *event, const char *what) {
    log_line(LOG_ERROR, event, "fatal", what, NULL);
    _exit(EXIT_FAILURE);
}
