#ifndef MUSTER_BASE_LOG_H
#define MUSTER_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* Sets the program's name and the level ("error", "warn", "info", "debug"; false if it is none of them). Lines go to
 * stderr. */
bool log_open(const char *program, const char *level);

bool log_enabled(enum log_level level);

/*
 * One line: time, level, program, pid, then `event=` and key=value pairs. Pairs are given as
 * key, value, key, value, ..., NULL; a NULL value is left out; values with blanks, quotes,
 * controls or bytes outside ASCII are quoted and escaped, so that a line is always one line.
 * One write(2) a line; a full pipe drops the line and counts it. Never a body, token or email.
 */
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));

/* Says what happened and ends the process at once with status 1: for our own broken promises. */
void log_fatal(const char *event, const char *what) __attribute__((noreturn));

#endif
