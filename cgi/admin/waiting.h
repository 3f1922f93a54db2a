#ifndef MUSTER_ADMIN_WAITING_H
#define MUSTER_ADMIN_WAITING_H

#include "control/control.h"
#include "server/service.h"

/*
 * Long polls. A worker that waits serves nobody else, so half of the host's workers may wait at the same time, counted
 * in the file of the limits; where there is one worker, or no such file, none waits longer than a second. The deadline
 * of the request moves with the wait.
 */
struct control_waiting waiting_of(struct worker *w);

#endif
