#ifndef MUSTER_BASE_DOMAIN_H
#define MUSTER_BASE_DOMAIN_H

#include <stddef.h>

struct arena;

/* A domain in the two forms in which it occurs; they are the same for most. In the arena. */
struct domain {
    const char *ascii; /* as name servers have it: lower case, IDNA 2008 (xn--bcher-kva.example), no final dot */
    /*
     * As the key of an email has it (fold_identity()): bücher.example. If folding makes another domain of it (ß becomes
     * ss), it is the ASCII form: that other domain may be somebody else's.
     */
    const char *folded;
};

enum { DOMAIN_MAX = 239 }; /* bytes of the ASCII form, so that a name of 253 has room for "_provisioning." before it */

/*
 * Reads a domain of which emails and DNS records may be: case and a final dot do not count. Returns NULL, or what is
 * wrong, to follow "X is no domain to claim: ". Not taken are addresses, names of services (with _) or of local
 * networks, and public suffixes (https://publicsuffix.org, as libpsl has them), below which anybody registers.
 */
const char *domain_read(struct arena *a, const char *text, size_t len, struct domain *out);

#endif
