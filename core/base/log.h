#ifndef MUSTER_BASE_LOG_H
#define MUSTER_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/*
 * Sets the program's name and the level: "error", "warn", "info" or "debug"; false: another word. Lines go to stderr.
 */
bool log_open(const char *program, const char *level);

bool log_enabled(enum log_level level);

/*
 * Writes one line: time, level, program, pid, then `event=` and key=value pairs. The arguments are key, value, key,
 * value, ..., NULL. A pair with a NULL value is left out. Values with blanks, quotes, controls or bytes outside ASCII
 * are quoted and escaped, so an event is always one line. A write(2) has whole lines, at most 4096 bytes; if a pipe is
 * full they are dropped and counted. Never log a body, token or email.
 */
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));

/*
 * From now on lines of the level "info" wait to be written together: for a line of another level, for room, or for one
 * of the next two. The caller sees to it that they do not wait long, and that none waits when the process ends.
 */
void log_gather(void);

/* Writes the lines that wait. */
void log_flush(void);

/*
 * The same in a signal handler. If the signal came in the middle of log_line() or log_flush() it leaves the lines to
 * the next call, or writes them twice rather than never if the process `ends` now.
 */
void log_flush_in_handler(bool ends);

/* Logs what happened and ends the process at once with status 1: for bugs of our own. */
void log_fatal(const char *event, const char *what) __attribute__((noreturn));

#endif
