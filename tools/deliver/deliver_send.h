#ifndef MUSTER_DELIVER_DELIVER_SEND_H
#define MUSTER_DELIVER_DELIVER_SEND_H

#include "base/fail.h"
#include "webhook/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sends messages over HTTP, many at once, on one libcurl multi handle. The address is judged when the socket is made,
 * from what the name resolved to (webhook/address.h); no redirect is followed, no proxy used, no answer read beyond
 * 64 KiB or 15 seconds. Connections to endpoints that may be inside are never kept for others.
 */
struct sender;

enum { SEND_ANSWER = 4096, SEND_ERROR = 256 };

/* One message on its way; the caller's, from deliver_send_start() until deliver_send_finished() gives it back. */
struct sending {
    const char *url;
    bool allow_private; /* any address, and http too */
    const struct format_message *message;
    /* How it went. */
    int status;               /* of the answer; 0: there was none */
    char error[SEND_ERROR];   /* why there is no good answer, "" if there is */
    char answer[SEND_ANSWER]; /* how the body of the answer begins, in UTF-8, without controls but line ends */
    size_t answer_len;
    int duration_ms;
    long retry_after; /* seconds that the receiver asks for, 0: none */
    /* The sender's. */
    void *easy, *headers;
    size_t received;
    bool refused, complete;
};

/* `ca_file`: certificates that are believed beside the system's ("": none). */
struct sender *deliver_sender_create(const char *ca_file);
void deliver_sender_destroy(struct sender *s); /* what is on its way is given up */

void deliver_send_start(struct sender *s, struct sending *one);

/* One that ended, NULL: none. `status` from 200 to 299 is success, whatever `error` says of the rest of the answer. */
struct sending *deliver_send_finished(struct sender *s);

/* Waits until something happens on a connection or on `fd` (-1: none), or somebody calls a signal handler. */
void deliver_send_wait(struct sender *s, int fd, int timeout_ms);

#endif
