#ifndef MUSTER_ADMIN_WAITING_H
#define MUSTER_ADMIN_WAITING_H

#include "control/control.h"
#include "server/service.h"

/*
 * Long polls. A waiting worker serves nobody else, so only half of the host's workers may wait at the same time,
 * counted in the file of the limits. If there is only one worker, or no such file, no request waits longer than a
 * second. The deadline of the request begins after the wait.
 */
struct control_waiting waiting_of(struct worker *w);

#endif
