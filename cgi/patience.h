#ifndef MUSTER_CGI_PATIENCE_H
#define MUSTER_CGI_PATIENCE_H

#include "service.h"

#include <stdbool.h>

/*
 * How long the worker's transactions wait for a lock: 2 s, and once more. A worker that waits serves nobody, so only
 * half of the host's workers wait for longer than a moment, counted in the file of the limits together with those that
 * wait for a place of a rate; one more is answered 503 at once. `placed`: the request has a place of those for heavy
 * work, so that its first wait needs no other one.
 */
void patience_set(struct worker *w, bool placed);

#endif
