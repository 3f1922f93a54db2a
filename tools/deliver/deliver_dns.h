#ifndef MUSTER_DELIVER_DELIVER_DNS_H
#define MUSTER_DELIVER_DELIVER_DNS_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Looks up TXT records with c-ares, without waiting: the caller's loop polls the sockets. Each lookup has a channel of
 * its own, so its own source port, and the name servers that /etc/resolv.conf names at that moment.
 */

enum { DNS_NAME = 256, DNS_VALUE = 128, DNS_SOCKETS = 16 };

/* What a lookup found: the names are those of domain_claim.answer. */
enum dns_answer {
    DNS_PENDING,
    DNS_FOUND,       /* a record has the value */
    DNS_NOT_FOUND,   /* there is no TXT record of that name, as its name server says */
    DNS_OTHER_VALUE, /* there are only others */
    DNS_NO_ANSWER,   /* nobody answered, or with an error or nonsense */
};

/* One lookup. It belongs to the caller, who keeps it in its place until `answer` is another than DNS_PENDING. */
struct lookup {
    char name[DNS_NAME], value[DNS_VALUE];
    enum dns_answer answer;
    /* The resolver's. */
    void *channel;
    int64_t until; /* on the monotonic clock, in ms: then it has no answer */
};

void deliver_dns_open(void);
void deliver_dns_close(void);

/* Asks for `name`. `servers`: as in MUSTER_DNS ("": those of the system). */
void deliver_dns_start(struct lookup *one, const char *servers);

/* Reads what has come and sends what is to be sent. Never waits. */
void deliver_dns_work(struct lookup *one);

/* The sockets of a pending lookup, to wait for; returns their number. */
size_t deliver_dns_sockets(const struct lookup *one, struct pollfd out[DNS_SOCKETS]);

/* Gives up a lookup: it has no answer. */
void deliver_dns_stop(struct lookup *one);

#endif
