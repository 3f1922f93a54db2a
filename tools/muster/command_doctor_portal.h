#ifndef MUSTER_MUSTER_COMMAND_DOCTOR_PORTAL_H
#define MUSTER_MUSTER_COMMAND_DOCTOR_PORTAL_H

#include "muster/command.h"

/*
 * Prints how the portal looks with its settings: the name, what was changed of the accent, a logo that cannot be used
 * (false), and where nobody can be sent a link.
 */
bool command_doctor_portal(struct invocation *in);

#endif
