#ifndef MUSTER_BASE_VERSION_H
#define MUSTER_BASE_VERSION_H

/* The version of all programs, and of the admin API (doc/openapi.json). */
#define MUSTER_VERSION "1.2.0"

#endif
