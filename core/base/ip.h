#ifndef MUSTER_BASE_IP_H
#define MUSTER_BASE_IP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An Internet address, or a range of addresses. IPv4 is stored as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), so each address
 * has one form. A single address has all 128 bits.
 */
struct ip {
    uint8_t bytes[16];
    unsigned bits;
};

enum { IP_TEXT = 50 }; /* the longest text, with "/128" and NUL */

/* Reads an address, "192.0.2.1", "::ffff:192.0.2.1" or "2001:db8::1". */
bool ip_parse(const char *text, size_t len, struct ip *out);

/* Reads an address or a CIDR range, "192.0.2.0/24"; bits after the prefix are cleared. */
bool ip_parse_range(const char *text, size_t len, struct ip *out);

/* Writes the text of an address or range: IPv4 dotted, IPv6 as in RFC 5952, a prefix only for a range. */
void ip_format(const struct ip *ip, char out[IP_TEXT]);

bool ip_is_v4(const struct ip *ip);

/* Whether any of the ranges (separated by commas or blanks) contains the address. Invalid ranges are skipped. */
bool ip_listed(const char *ranges, const struct ip *address);

/* The first element of such a list that is no address or range, with its length in *len; NULL: there is none. */
const char *ip_list_fault(const char *ranges, size_t *len);

#endif
