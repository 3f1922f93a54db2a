#ifndef MUSTER_PROTOCOL_RESOURCE_INTERNAL_H
#define MUSTER_PROTOCOL_RESOURCE_INTERNAL_H

#include "protocol/resource.h"

#define MEMBER_NEEDS_ID "%s: a member needs a value, the id of a user or group"

/* Whether it is the attribute `members` of groups. */
bool resource_is_members(const struct attr *attr);

#endif
