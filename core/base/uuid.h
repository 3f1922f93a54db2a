#ifndef MUSTER_BASE_UUID_H
#define MUSTER_BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>

enum { UUID_TEXT = 36 };

/*
 * A new UUIDv7 (RFC 9562, 5.7) as 36 lower-case characters and a NUL. Within a process each one is greater than the one
 * before, even if the clock jumps back. If there is no randomness the process ends.
 */
void uuid_new(char out[UUID_TEXT + 1]);

/* Whether the text is a UUID in our form: 36 characters, lower-case hex. */
bool uuid_valid(const char *s, size_t len);

#endif
