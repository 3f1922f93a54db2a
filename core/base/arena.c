/* Memory that is freed all at once, and functions that run then. */

#include "base/arena.h"

#include "base/log.h"
#include "base/sanitized.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 64 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct block {
    struct block *next; /* older */
    size_t size, used;
    alignas(max_align_t) char data[];
};

struct deferred {
    struct deferred *next; /* older */
    void (*fn)(void *);
    void *ptr;
};

struct arena {
    struct block *newest;
    struct deferred *deferred;
};

static struct block *block_new(size_t size, struct block *next) {
    struct block *b = malloc(sizeof *b + size);
    *b = (struct block){.next = next, .size = size};
    return b;
}

struct arena *arena_create(void) {
    struct arena *a = calloc(1, sizeof *a);
    a->newest = block_new(FIRST_BLOCK, NULL);
    return a;
}

void arena_reset(struct arena *a) {
    for (struct deferred *d = a->deferred; d; d = d->next)
        d->fn(d->ptr);
    a->deferred = NULL;
    while (a->newest->next) {
        struct block *older = a->newest->next;
        free(a->newest);
        a->newest = older;
    }
    a->newest->used = 0;
}

void arena_destroy(struct arena *a) {
    if (!a)
        return;
    arena_reset(a);
    free(a->newest);
    free(a);
}

size_t arena_size(const struct arena *a) {
    size_t total = 0;
    for (const struct block *b = a->newest; b; b = b->next)
        total += b->size;
    return total;
}

void *arena_alloc(struct arena *a, size_t size) {
    assert(a && size <= SIZE_MAX / 4);
    size_t want = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (SANITIZED) {
        /* Each piece gets its own block, so the sanitizer sees where it ends. */
        want = size;
        a->newest = block_new(size, a->newest);
    } else if (a->newest->size - a->newest->used < want) {
        size_t next = a->newest->size < LARGEST_BLOCK ? a->newest->size * 2 : LARGEST_BLOCK;
        a->newest = block_new(want > next ? want : next, a->newest);
    }
    void *p = a->newest->data + a->newest->used;
    a->newest->used += want;
    return memset(p, 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size) {
    assert(size == 0 || n <= SIZE_MAX / size);
    return arena_alloc(a, n * size);
}

char *arena_strdup(struct arena *a, const char *s) {
    return arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t len) {
    char *copy = arena_alloc(a, len + 1);
    memcpy(copy, s, len);
    return copy;
}

char *arena_join(struct arena *a, const char *first, const char *second, const char *third) {
    const char *const parts[] = {first, second, third};
    enum { PARTS = sizeof parts / sizeof *parts };
    size_t lengths[PARTS], total = 0, at = 0;
    for (size_t i = 0; i < PARTS; i++)
        total += lengths[i] = strlen(parts[i]);
    char *text = arena_alloc(a, total + 1);
    for (size_t i = 0; i < PARTS; at += lengths[i++])
        memcpy(text + at, parts[i], lengths[i]);
    return text;
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) {
    char most[256]; /* most texts fit, so they are formatted only once */
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(most, sizeof most, fmt, ap);
    if (n < 0)
        log_fatal("arena", "a text cannot be formatted");
    char *text = arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof most)
        memcpy(text, most, (size_t)n + 1);
    else
        vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *a, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    char *text = arena_vprintf(a, fmt, ap);
    va_end(ap);
    return text;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *ptr) {
    assert(fn);
    if (!ptr)
        return;
    struct deferred *d = arena_alloc(a, sizeof *d);
    *d = (struct deferred){.next = a->deferred, .fn = fn, .ptr = ptr};
    a->deferred = d;
}
