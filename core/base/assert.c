/* A promise of ours that was broken (assert), or of a library's: a line of the log, and the end of the process. */

#include "base/log.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

/* What assert() of glibc calls; its own writes a line that no reader of the log knows. */
void __assert_fail(const char *assertion, const char *file, unsigned line, const char *function) {
    char place[128];
    snprintf(place, sizeof place, "%s:%u", file, line);
    log_line(LOG_ERROR, "assert", "broken", assertion, "at", place, "in", function, NULL);
    abort();
}
