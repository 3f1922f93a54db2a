/* The listening socket of the workers. */

#include "server/listener.h"

#include "base/log.h"
#include "base/words.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOK_MS = 500 };

static int waiter; /* an epoll of this process alone */

bool listener_open(void) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE};
    int flags = fcntl(STDIN_FILENO, F_GETFL);
    waiter = epoll_create1(EPOLL_CLOEXEC);
    /* A worker that is woken for a connection that another one took must not block in accept. */
    return waiter >= 0 && flags >= 0 && fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) == 0 &&
           epoll_ctl(waiter, EPOLL_CTL_ADD, STDIN_FILENO, &event) == 0;
}

static bool is_web_server(const struct sockaddr_in *from) {
    const char *list = getenv("FCGI_WEB_SERVER_ADDRS");
    char text[INET_ADDRSTRLEN];
    return !list || !*list || from->sin_family != AF_INET ||
           (inet_ntop(AF_INET, &from->sin_addr, text, sizeof text) && words_have(list, ", ", text, strlen(text)));
}

/* The connection stays where it is, and each wait for one would end at once. */
static bool is_fault(int error) {
    static const int faults[] = {EBADF, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOTSOCK};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (error == faults[i])
            return true;
    return false;
}

int listener_accept(void) {
    union {
        struct sockaddr_in in;
        struct sockaddr_storage any;
    } from = {.any = {0}};
    socklen_t len = sizeof from;
    static const int on = 1;
    int fd = accept4(STDIN_FILENO, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
    if (fd < 0 && is_fault(errno))
        log_fatal("accept", strerror(errno));
    if (fd < 0)
        return -1;
    if (!is_web_server(&from.in)) {
        close(fd);
        return -1;
    }
    if (from.any.ss_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

bool listener_wait(void) {
    struct epoll_event event;
    int n = epoll_wait(waiter, &event, 1, LOOK_MS);
    if (n > 0 && event.events & (EPOLLERR | EPOLLHUP))
        log_fatal("accept", "the socket does not listen any more");
    return n == 0;
}

bool listener_queued(void) {
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}
