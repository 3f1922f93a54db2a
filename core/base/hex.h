#ifndef MUSTER_BASE_HEX_H
#define MUSTER_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes as text: two lower-case digits for each byte. */

/* Writes 2 * len digits and a NUL. */
void hex_write(const void *bytes, size_t len, char *out);

/* Reads `len` bytes from a text of at least 2 * len characters; false: one of them is no digit. */
bool hex_read(const char *text, void *out, size_t len);

#endif
