#ifndef MUSTER_BASE_ARENA_H
#define MUSTER_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory of one unit of work: taken piece by piece, given back all at once.
 * No function here returns NULL: a failed allocation ends the process
 * (base/oom.c), so that nothing can be lost silently.
 */
struct arena;

struct arena *arena_create(void);

/* Runs what was deferred, newest first, and forgets every allocation; the first block is kept. */
void arena_reset(struct arena *a);

void arena_destroy(struct arena *a);

/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);

/* `n` zeroed elements of `size` bytes; the product is checked. */
void *arena_array(struct arena *a, size_t n, size_t size);

char *arena_strdup(struct arena *a, const char *s);

/* Copies `len` bytes and puts a NUL behind them. */
char *arena_strndup(struct arena *a, const char *s, size_t len);

char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Gives `ptr` the arena's life: `fn(ptr)` runs at the reset. NULL `ptr` is left alone. */
void arena_defer(struct arena *a, void (*fn)(void *), void *ptr);

#endif
