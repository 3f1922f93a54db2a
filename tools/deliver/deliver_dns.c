/* Looks up TXT records over DNS with c-ares. */

#include "deliver/deliver_dns.h"

#include "base/clock.h"
#include "base/log.h"

#include <ares.h>
#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* A server is asked for 2 s, then for 4 s. However many servers there are, all ends after 20 s. */
enum { CLASS_IN = 1, TYPE_TXT = 16, TIMEOUT_MS = 2000, TRIES = 2, WHOLE_MS = 20000 };

void deliver_dns_open(void) {
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
        log_fatal("dns", "c-ares does not start");
}

void deliver_dns_close(void) {
    ares_library_cleanup();
}

/* One TXT record, put together from its strings: only as much as could be the value. */
struct record {
    char text[DNS_VALUE + 8];
    size_t len;
    bool too_long;
};

static void add_string(struct record *r, const unsigned char *s, size_t len) {
    if (len > sizeof r->text - r->len) {
        r->too_long = true;
        return;
    }
    memcpy(r->text + r->len, s, len);
    r->len += len;
}

/* Blanks and quotes around the value are what people paste into the consoles of DNS providers. */
static bool has_value(const struct record *r, const char *value) {
    static const char around[] = " \t\"";
    const char *s = r->text;
    size_t n = r->len, len = strlen(value);
    for (; n && strchr(around, *s) && *s; n--)
        s++;
    while (n && strchr(around, s[n - 1]) && s[n - 1])
        n--;
    return !r->too_long && n == len && memcmp(s, value, n) == 0;
}

/* Bytes of the network: c-ares checks their form, and we only compare. */
static enum dns_answer read_records(const unsigned char *bytes, int len, const char *value) {
    struct ares_txt_ext *list = NULL;
    struct record r = {0};
    bool found = false;
    int code = ares_parse_txt_reply_ext(bytes, len, &list);
    for (const struct ares_txt_ext *t = list; t; t = t->next) {
        if (t->record_start) {
            found = found || has_value(&r, value);
            r = (struct record){0};
        }
        add_string(&r, t->txt, t->length);
    }
    found = found || has_value(&r, value);
    if (code == ARES_SUCCESS && !found)
        code = list ? ARES_SUCCESS : ARES_ENODATA;
    if (list)
        ares_free_data(list);
    return code == ARES_ENODATA   ? DNS_NOT_FOUND
           : code != ARES_SUCCESS ? DNS_NO_ANSWER
           : found                ? DNS_FOUND
                                  : DNS_OTHER_VALUE;
}

static void take_answer(void *arg, int status, int timeouts, unsigned char *bytes, int len) {
    struct lookup *one = arg;
    (void)timeouts;
    if (status == ARES_SUCCESS)
        one->answer = read_records(bytes, len, one->value);
    else
        one->answer = status == ARES_ENODATA || status == ARES_ENOTFOUND ? DNS_NOT_FOUND : DNS_NO_ANSWER;
}

static void end_lookup(struct lookup *one) {
    if (one->channel)
        ares_destroy(one->channel);
    one->channel = NULL;
    assert(one->answer != DNS_PENDING);
}

void deliver_dns_start(struct lookup *one, const char *servers) {
    struct ares_options options = {
        .flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES, .timeout = TIMEOUT_MS, .tries = TRIES};
    ares_channel channel = NULL;
    one->answer = DNS_PENDING;
    one->channel = NULL;
    one->until = clock_monotonic_ms() + WHOLE_MS;
    int code = ares_init_options(&channel, &options, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    one->channel = code == ARES_SUCCESS ? channel : NULL;
    if (code == ARES_SUCCESS && *servers)
        code = ares_set_servers_ports_csv(channel, servers);
    if (code != ARES_SUCCESS) {
        log_line(LOG_WARN, "dns", "error", ares_strerror(code), NULL);
        one->answer = DNS_NO_ANSWER;
    } else
        ares_query(channel, one->name, CLASS_IN, TYPE_TXT, take_answer, one);
    if (one->answer != DNS_PENDING)
        end_lookup(one);
}

size_t deliver_dns_sockets(const struct lookup *one, struct pollfd out[DNS_SOCKETS]) {
    ares_socket_t sockets[DNS_SOCKETS];
    size_t n = 0;
    if (!one->channel)
        return 0;
    /* ARES_GETSOCK_WRITABLE() shifts a signed one by 31. */
    unsigned bits = (unsigned)ares_getsock(one->channel, sockets, DNS_SOCKETS);
    for (int i = 0; i < DNS_SOCKETS; i++) {
        bool reads = bits >> i & 1U, writes = bits >> (i + ARES_GETSOCK_MAXNUM) & 1U;
        if (reads || writes)
            out[n++] =
                (struct pollfd){.fd = sockets[i], .events = (short)((reads ? POLLIN : 0) | (writes ? POLLOUT : 0))};
    }
    return n;
}

void deliver_dns_work(struct lookup *one) {
    struct pollfd fds[DNS_SOCKETS];
    if (!one->channel)
        return;
    size_t n = deliver_dns_sockets(one, fds);
    int ready = n ? poll(fds, n, 0) : 0;
    for (size_t i = 0; ready > 0 && i < n && one->answer == DNS_PENDING; i++)
        if (fds[i].revents)
            ares_process_fd(one->channel, fds[i].revents & ~POLLOUT ? fds[i].fd : ARES_SOCKET_BAD,
                            fds[i].revents & POLLOUT ? fds[i].fd : ARES_SOCKET_BAD);
    ares_process_fd(one->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* what took too long is asked again */
    if (one->answer == DNS_PENDING && clock_monotonic_ms() >= one->until)
        ares_cancel(one->channel);
    if (one->answer != DNS_PENDING)
        end_lookup(one);
}

void deliver_dns_stop(struct lookup *one) {
    if (one->channel)
        ares_cancel(one->channel);
    end_lookup(one);
}
