#ifndef MUSTER_BASE_ARENA_H
#define MUSTER_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory of one unit of work: taken piece by piece, freed all at once. No function here returns NULL: a failed
 * allocation ends the process (base/oom.c).
 */
struct arena;

struct arena *arena_create(void);

/* Runs the deferred functions, newest first, and frees every allocation; keeps the first block for later use. */
void arena_reset(struct arena *a);

void arena_destroy(struct arena *a);

/* Bytes that the arena has taken since its last reset, and its first block. */
size_t arena_size(const struct arena *a);

/* `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);

/* `n` zeroed elements of `size` bytes; the product is checked. */
void *arena_array(struct arena *a, size_t n, size_t size);

char *arena_strdup(struct arena *a, const char *s);

/* Copies `len` bytes and adds a NUL. */
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* Three texts as one, for a tenth of what arena_printf() takes. */
char *arena_join(struct arena *a, const char *first, const char *second, const char *third);

char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Calls `fn(ptr)` at the reset, so `ptr` lives as long as the arena. A NULL `ptr` is ignored. */
void arena_defer(struct arena *a, void (*fn)(void *), void *ptr);

#endif
