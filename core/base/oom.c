/* Ends the process when memory runs out, in libraries, too. */

#include "base/oom.h"

#include "base/log.h"
#include "base/sanitized.h"

#include <stddef.h>
#include <unistd.h>

void oom_guard(void) {
}

#if !SANITIZED

enum { EXIT_NO_MEMORY = 70 };

void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);

/* The names of glibc's allocator for programs that replace malloc. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

static void *or_end(void *p, size_t size) {
    static const char text[] = "muster: out of memory, the process ends\n";
    if (p || size == 0)
        return p;
    log_flush_in_handler(true);
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(EXIT_NO_MEMORY);
}

void *malloc(size_t size) {
    return or_end(__libc_malloc(size), size);
}

void *calloc(size_t n, size_t size) {
    return or_end(__libc_calloc(n, size), n && size);
}

void *realloc(void *p, size_t size) {
    return or_end(__libc_realloc(p, size), size);
}

#endif
