#ifndef MUSTER_BASE_SIPHASH_H
#define MUSTER_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a hash with a secret key, for tables whose keys strangers
 * choose. out[0] is the first eight bytes of the reference's output as a little-endian number, out[1] the last eight.
 */
void siphash_128(const uint64_t key[2], const void *data, size_t len, uint64_t out[2]);

#endif
