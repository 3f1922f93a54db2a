/* Sends messages over HTTP with libcurl, many at the same time. */

#include "deliver/deliver_send.h"

#include "base/log.h"
#include "webhook/address.h"
#include "webhook/policy.h"

#include <arpa/inet.h>
#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { KEPT = 256, KEPT_SECONDS = 60 };

struct sender {
    CURLM *multi;
    const char *ca_file;
};

struct sender *deliver_sender_create(const char *ca_file) {
    struct sender *s = calloc(1, sizeof *s);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(s->multi = curl_multi_init()))
        log_fatal("sender", "libcurl does not start");
    s->ca_file = ca_file;
    curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, (long)KEPT);
    return s;
}

void deliver_sender_destroy(struct sender *s) {
    curl_multi_cleanup(s->multi);
    curl_global_cleanup();
    free(s);
}

/* The address is checked here and not in the URL, so neither the spelling nor a changing name can bypass the check. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address) {
    struct sending *one = arg;
    if (purpose != CURLSOCKTYPE_IPCXN || (!one->allow_private && !address_is_public(&address->addr))) {
        one->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* More than is kept is read, so that the connection can be reused, but there is a limit. */
static size_t take_body(char *data, size_t size, size_t n, void *arg) {
    struct sending *one = arg;
    size_t len = size * n, room = SEND_ANSWER - one->answer_len;
    memcpy(one->answer + one->answer_len, data, len < room ? len : room);
    one->answer_len += len < room ? len : room;
    one->received += len;
    return one->received > POLICY_ANSWER_BYTES ? CURL_WRITEFUNC_ERROR : len;
}

/* An empty line ends the headers: of an interim answer (1xx), or of the answer. LF alone ends a line, too. */
static size_t take_header(char *data, size_t size, size_t n, void *arg) {
    struct sending *one = arg;
    long status = 0;
    if ((size * n == 2 && memcmp(data, "\r\n", 2) == 0) || (size * n == 1 && *data == '\n')) {
        curl_easy_getinfo((CURL *)one->easy, CURLINFO_RESPONSE_CODE, &status);
        one->complete = status >= 200;
    }
    return size * n;
}

static void set_guards(const struct sender *s, CURL *easy, struct sending *one) {
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, one->allow_private ? "https,http" : "https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, one);
    /* A connection that was allowed for this endpoint must not carry another endpoint's message. */
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, one->allow_private ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, one->allow_private ? 1L : 0L);
    /* HTTP/2 would even share it while this message is sent. */
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)POLICY_ATTEMPT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)POLICY_CONNECT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, (long)KEPT_SECONDS);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    /* Otherwise curl would wait for a name lookup whose time is over, and all others would wait, too. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    if (*s->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, s->ca_file);
}

static struct curl_slist *headers_of(const struct format_message *m) {
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < m->n_headers; i++)
        list = curl_slist_append(list, m->headers[i]);
    return list;
}

void deliver_send_start(struct sender *s, struct sending *one) {
    assert(!one->easy && one->url && one->message);
    CURL *easy = curl_easy_init();
    one->easy = easy;
    one->headers = headers_of(one->message);
    set_guards(s, easy, one);
    curl_easy_setopt(easy, CURLOPT_URL, one->url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, one->message->body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)one->message->len);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, one->headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Muster");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, one->error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, one);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, one);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, one);
    if (curl_multi_add_handle(s->multi, easy) != CURLM_OK)
        log_fatal("sender", "libcurl takes no message");
}

static void explain_failure(struct sending *one, CURLcode code) {
    if (one->refused && !one->status)
        snprintf(one->error, SEND_ERROR, "the address is not a public one; nothing was sent");
    else if (code == CURLE_WRITE_ERROR)
        snprintf(one->error, SEND_ERROR, "the answer is longer than %d bytes", POLICY_ANSWER_BYTES);
    else if (code == CURLE_OPERATION_TIMEDOUT && one->complete)
        snprintf(one->error, SEND_ERROR, "the answer did not end within %d seconds", POLICY_ATTEMPT_SECONDS);
    else if (code != CURLE_OK && !*one->error)
        snprintf(one->error, SEND_ERROR, "%s", curl_easy_strerror(code));
    else if (code == CURLE_OK && one->status >= 300 && one->status < 400)
        snprintf(one->error, SEND_ERROR, "redirects are not followed");
}

static struct sending *end_sending(struct sender *s, CURL *easy, CURLcode code) {
    struct sending *one;
    long status = 0;
    curl_off_t took = 0, after = 0;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&one);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took);
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after);
    one->status = one->complete ? (int)status : 0;
    one->duration_ms = (int)(took / 1000);
    one->retry_after = one->complete ? (long)after : 0;
    explain_failure(one, code);
    curl_multi_remove_handle(s->multi, easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(one->headers);
    one->easy = one->headers = NULL;
    return one;
}

struct sending *deliver_send_finished(struct sender *s) {
    int running, left;
    curl_multi_perform(s->multi, &running);
    for (CURLMsg *m; (m = curl_multi_info_read(s->multi, &left));)
        if (m->msg == CURLMSG_DONE)
            return end_sending(s, m->easy_handle, m->data.result);
    return NULL;
}

void deliver_send_wait(struct sender *s, const struct pollfd *fds, size_t n, int timeout_ms) {
    struct curl_waitfd more[SEND_WAITS];
    assert(n <= SEND_WAITS);
    for (size_t i = 0; i < n; i++)
        more[i] = (struct curl_waitfd){.fd = fds[i].fd,
                                       .events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
                                                         (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0))};
    curl_multi_poll(s->multi, n ? more : NULL, (unsigned)n, timeout_ms, NULL);
}
