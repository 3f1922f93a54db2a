#ifndef MUSTER_MUSTER_OUTPUT_H
#define MUSTER_MUSTER_OUTPUT_H

#include "muster/command.h"

#include <stdint.h>
#include <stdio.h>

/* Files that commands write, and the progress of long work. */

/* Whether the path names a file: not NULL, not "-". */
bool output_is_file(const char *path);

/*
 * Lets `write` fill standard output or the file. The file gets its name when it is whole (until then it is PATH.part),
 * and only its owner may read it. Anything but a plain file is written directly. ERR_BAD_REQUEST, and the errors of
 * `write`.
 */
enum err output_write(struct invocation *in, const char *path,
                      enum err (*write)(struct invocation *in, FILE *file, void *arg), void *arg)
    __attribute__((warn_unused_result));

/* "PATH cannot be ..." with the text for errno. */
enum err output_cannot(struct invocation *in, const char *path, const char *what);

/* Prints the progress on standard error every two seconds: "exported 1000 lines". */
struct progress {
    const char *what, *of; /* "exported", "lines" */
    int64_t next_ms;
};
void output_progress(struct progress *p, size_t n);

#endif
