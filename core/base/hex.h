#ifndef MUSTER_BASE_HEX_H
#define MUSTER_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes as text: two digits a byte, in lower case. */

/* 2 * len digits and a NUL. */
void hex_write(const void *bytes, size_t len, char *out);

/* `len` bytes of a text that has 2 * len digits at least; false: one of them is none. */
bool hex_read(const char *text, void *out, size_t len);

#endif
