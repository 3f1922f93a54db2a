#ifndef MUSTER_BASE_VERSION_H
#define MUSTER_BASE_VERSION_H

/* The version of all programs, of the admin API (doc/openapi.json) and of the database's functions: three numbers. */
#define MUSTER_VERSION "1.2.0"

#endif
