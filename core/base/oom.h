#ifndef MUSTER_BASE_OOM_H
#define MUSTER_BASE_OOM_H

/*
 * Every program of ours links this file. It makes malloc, calloc and realloc end the process when there is no memory,
 * in libraries, too: json-c 0.16 and libpq would go on with data missing. A worker that ends so has not committed. In
 * sanitizer builds the sanitizer's allocator does the same. A reference to oom_guard() keeps the object file in the
 * link.
 */
void oom_guard(void);

#endif
