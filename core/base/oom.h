#ifndef MUSTER_BASE_OOM_H
#define MUSTER_BASE_OOM_H

/*
 * Linked into every program of ours: malloc, calloc and realloc of the whole process,
 * libraries included, end the process when they cannot serve (json-c 0.16 and libpq go on with data
 * missing otherwise). A worker that ends so has not committed. In sanitizer builds the sanitizer's
 * own allocator does the same. Referencing oom_guard() keeps the object file in the link.
 */
void oom_guard(void);

#endif
