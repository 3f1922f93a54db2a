#ifndef MUSTER_DELIVER_DELIVER_SEND_H
#define MUSTER_DELIVER_DELIVER_SEND_H

#include "base/fail.h"
#include "webhook/format.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sends messages over HTTP, many at once, on one libcurl multi handle. The resolved address is checked when the socket
 * is made (webhook/address.h). No redirect is followed, no proxy used, and no answer read beyond 64 KiB or 15 seconds.
 * Connections to endpoints with private addresses are never reused for others.
 */
struct sender;

enum { SEND_ANSWER = 4096, SEND_ERROR = 256 };

/*
 * One message. It belongs to the caller, who must keep it from deliver_send_start() until deliver_send_finished()
 * returns it.
 */
struct sending {
    const char *url;
    bool allow_private; /* any address, and http too */
    const struct format_message *message;
    /* How it went. */
    int status;               /* of the answer; 0: there was none */
    char error[SEND_ERROR];   /* why there is no good answer, else "" */
    char answer[SEND_ANSWER]; /* the beginning of the answer's body, in UTF-8, without control characters except line
                                 ends */
    size_t answer_len;
    int duration_ms;
    long retry_after; /* seconds that the receiver asks for, 0: none */
    /* The sender's. */
    void *easy, *headers;
    size_t received;
    bool refused, complete;
};

/* `ca_file`: certificates that are trusted besides the system's ("": none). */
struct sender *deliver_sender_create(const char *ca_file);
void deliver_sender_destroy(struct sender *s); /* gives up current messages */

void deliver_send_start(struct sender *s, struct sending *one);

/*
 * A message that ended, NULL: none. A `status` from 200 to 299 is success, even if `error` reports a fault of the rest
 * of the answer.
 */
struct sending *deliver_send_finished(struct sender *s);

enum { SEND_WAITS = 65 };

/* Waits until something happens on a connection or on one of `n` others (SEND_WAITS at most), or a signal comes. */
void deliver_send_wait(struct sender *s, const struct pollfd *fds, size_t n, int timeout_ms);

#endif
