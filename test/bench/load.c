/*
 * The load generator of scripts/bench: so many clients, each with a connection of its own, send the requests of a file
 * as they stand in it, over HTTP or over the protocol of PostgreSQL, and the time of each is kept.
 *
 *   load -p PORT   [-c CLIENTS] [-t SECONDS] [-1] FILE    HTTP/1.1 to 127.0.0.1, connections kept
 *   load -s SOCKET [-c CLIENTS] [-t SECONDS] [-1] FILE    PostgreSQL; each connection begins with the file's first part
 *
 * -1 sends each request once at most and ends when there is none left; without it they begin anew until the time (-t,
 * 1) is over. The file: for each part of a request a line "LENGTH READY LAST", then LENGTH bytes. LAST is 0 where
 * another part of the same request follows, which goes out when the answer of this one is there. READY, for
 * PostgreSQL: how many ReadyForQuery the answer ends with. Prints a JSON object: requests, ok (2xx, or no error of
 * PostgreSQL), refused (429), seconds, bytes received, p50 and p99 in microseconds; standard error has the first
 * answer that was not ok.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct part {
    char *bytes;
    size_t len;
    unsigned ready;
    bool last;
};

struct client {
    int fd;
    size_t part; /* the one that is under way */
    char *in;    /* the answer, as far as it is there */
    size_t have, room;
    size_t looked;  /* bytes of whole messages of PostgreSQL */
    unsigned ready; /* ReadyForQuery among them */
    bool failed;    /* an ErrorResponse was among them, in whichever part */
    int64_t began;  /* the request, in microseconds */
};

static struct part *parts;
static size_t part_count, next_part;
static struct part prelude;
static const char *socket_path;
static unsigned port, client_count = 1;
static double seconds = 1;
static bool once, complained;
static uint32_t *times;
static size_t time_count, time_room, ok_count, refused_count, byte_count;
static int64_t end_at;

static void die(const char *what) {
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int64_t now_us(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void *grown(void *memory, size_t size) {
    void *more = realloc(memory, size);

    if (more == NULL)
        die("memory");
    return more;
}

static bool read_part(FILE *f, struct part *part) {
    char line[64], *end;

    if (fgets(line, sizeof line, f) == NULL)
        return false;
    part->len = strtoul(line, &end, 10);
    part->ready = (unsigned)strtoul(end, &end, 10);
    part->last = strtoul(end, NULL, 10) != 0;
    part->bytes = grown(NULL, part->len + 1);
    if (fread(part->bytes, 1, part->len, f) != part->len) {
        errno = EPROTO;
        die("the file is cut off");
    }
    return true;
}

static void read_parts(const char *path) {
    FILE *f = fopen(path, "r");
    struct part part;

    if (f == NULL)
        die(path);
    if (socket_path != NULL && !read_part(f, &prelude))
        die(path);
    while (read_part(f, &part)) {
        parts = grown(parts, (part_count + 1) * sizeof *parts);
        parts[part_count++] = part;
    }
    if (part_count == 0 || !parts[part_count - 1].last) {
        errno = EPROTO;
        die("the file has no whole request");
    }
}

/* Waits where the socket has no room. That the server hung up is seen when the answer is read. */
static void send_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

/* Looks at the messages that have come since; whether so many ReadyForQuery are among them. */
static bool postgres_answered(struct client *c, unsigned ready) {
    while (c->have - c->looked >= 5) {
        const unsigned char *m = (const unsigned char *)c->in + c->looked;
        size_t len = ((size_t)m[1] << 24 | (size_t)m[2] << 16 | (size_t)m[3] << 8 | m[4]) + 1;

        if (c->have - c->looked < len)
            break;
        c->ready += m[0] == 'Z';
        c->failed |= m[0] == 'E';
        c->looked += len;
    }
    return c->ready >= ready;
}

static const char *header(const char *head, const char *name) {
    const char *at = strcasestr(head, name);

    return at == NULL ? NULL : at + strlen(name);
}

/* Whether the answer is whole: its length is told, it ends with the last chunk, or its status has no body. */
static bool http_answered(struct client *c) {
    const char *body, *length;
    bool whole;

    c->in[c->have] = '\0';
    body = strstr(c->in, "\r\n\r\n");
    if (body == NULL)
        return false;
    body += 4;
    c->in[body - c->in - 1] = '\0'; /* the head alone is searched for headers */
    length = header(c->in, "\r\nContent-Length: ");
    if (length != NULL)
        whole = c->have - (size_t)(body - c->in) >= strtoul(length, NULL, 10);
    else if (header(c->in, "\r\nTransfer-Encoding: chunked") != NULL)
        whole = c->have - (size_t)(body - c->in) >= 5 && memcmp(c->in + c->have - 5, "0\r\n\r\n", 5) == 0;
    else
        whole = true;
    c->in[body - c->in - 1] = '\n';
    return whole;
}

static bool read_more(struct client *c, int flags) {
    ssize_t n;

    if (c->room - c->have < 65536) {
        c->room = c->room * 2 + 131072;
        c->in = grown(c->in, c->room);
    }
    n = recv(c->fd, c->in + c->have, c->room - c->have - 1, flags);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return true;
    if (n <= 0)
        return false;
    c->have += (size_t)n;
    byte_count += (size_t)n;
    return true;
}

static void forget_answer(struct client *c) {
    c->have = c->looked = 0;
    c->ready = 0;
}

static void await_ready(struct client *c) {
    while (!postgres_answered(c, 1))
        if (!read_more(c, 0))
            die("PostgreSQL hung up");
    if (c->failed)
        die(c->in + 5);
    forget_answer(c);
}

/* The startup message, whose length is its first four bytes; trust is the only way in that is known here. */
static void open_postgres(struct client *c) {
    static const char startup[] = "\0\3\0\0user\0muster_scim\0database\0muster\0application_name\0load\0";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char length[4] = {0, 0, 0, (char)(4 + sizeof startup)};

    snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    c->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die(socket_path);
    send_all(c->fd, length, sizeof length);
    send_all(c->fd, startup, sizeof startup);
    await_ready(c);
    send_all(c->fd, prelude.bytes, prelude.len);
    await_ready(c);
}

static void open_http(struct client *c) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;

    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("127.0.0.1");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void open_client(struct client *c, int events) {
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};

    forget_answer(c);
    if (socket_path != NULL)
        open_postgres(c);
    else
        open_http(c);
    if (epoll_ctl(events, EPOLL_CTL_ADD, c->fd, &e) != 0)
        die("epoll_ctl");
}

static void send_part(const struct client *c) {
    send_all(c->fd, parts[c->part].bytes, parts[c->part].len);
}

/* The next request of the file; false if there is none or the time is over. */
static bool begin_request(struct client *c) {
    c->began = now_us();
    if (next_part == part_count) {
        if (once)
            return false;
        next_part = 0;
    }
    if (c->began >= end_at)
        return false;
    c->part = next_part;
    while (!parts[next_part].last)
        next_part++;
    next_part++;
    c->failed = false;
    send_part(c);
    return true;
}

static void note(struct client *c, bool ok) {
    if (time_count == time_room) {
        time_room = time_room * 2 + 4096;
        times = grown(times, time_room * sizeof *times);
    }
    times[time_count++] = (uint32_t)(now_us() - c->began);
    ok_count += ok;
    refused_count += !ok && c->have > 12 && memcmp(c->in + 9, "429", 3) == 0;
    if (!ok && !complained)
        fprintf(stderr, "load: %.*s\n", (int)(c->have < 600 ? c->have : 600), c->in);
    complained |= !ok;
}

static void reopen(struct client *c, int events) {
    close(c->fd);
    open_client(c, events);
}

/* A part's answer is whole: the next part, or the next request. False if there is no more to do. */
static bool finish_part(struct client *c, int events) {
    bool closing = false;

    if (socket_path == NULL) {
        const char *end = strstr(c->in, "\r\n\r\n");

        closing = memmem(c->in, (size_t)(end - c->in), "\r\nConnection: close", 19) != NULL;
        c->failed = c->have < 12 || c->in[9] != '2';
    }
    if (!parts[c->part].last) {
        c->part++;
        forget_answer(c);
        send_part(c);
        return true;
    }
    note(c, !c->failed);
    forget_answer(c);
    if (closing)
        reopen(c, events);
    return begin_request(c);
}

static bool serve_client(struct client *c, int events) {
    if (!read_more(c, MSG_DONTWAIT)) {
        note(c, false);
        reopen(c, events);
        return begin_request(c);
    }
    if (socket_path != NULL ? postgres_answered(c, parts[c->part].ready) : http_answered(c))
        return finish_part(c, events);
    return true;
}

/* A client that has no more to do hangs up, before the server does. */
static bool keep_on(bool busy, const struct client *c) {
    if (!busy)
        close(c->fd);
    return busy;
}

static double run_clients(void) {
    struct client *clients = grown(NULL, client_count * sizeof *clients);
    int events = epoll_create1(0);
    unsigned busy = 0;
    int64_t begin;

    memset(clients, 0, client_count * sizeof *clients);
    for (unsigned i = 0; i < client_count; i++)
        open_client(&clients[i], events);
    begin = now_us();
    byte_count = 0;
    end_at = begin + (int64_t)(seconds * 1e6);
    for (unsigned i = 0; i < client_count; i++)
        busy += keep_on(begin_request(&clients[i]), &clients[i]);
    while (busy > 0) {
        struct epoll_event ready[64];
        int n = epoll_wait(events, ready, 64, 60000);

        if (n <= 0)
            die("no answer in a minute");
        for (int i = 0; i < n; i++) {
            struct client *c = ready[i].data.ptr;

            busy -= !keep_on(serve_client(c, events), c);
        }
    }
    free(clients);
    return (double)(now_us() - begin) / 1e6;
}

static int by_time(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t at_share(double share) {
    return time_count == 0 ? 0 : times[(size_t)(share * (double)(time_count - 1))];
}

static void read_options(int argc, char **argv) {
    int option;

    while ((option = getopt(argc, argv, "p:s:c:t:1")) != -1) {
        switch (option) {
        case 'p':
            port = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            socket_path = optarg;
            break;
        case 'c':
            client_count = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 't':
            seconds = strtod(optarg, NULL);
            break;
        case '1':
            once = true;
            break;
        default:
            exit(64);
        }
    }
    if (optind != argc - 1 || client_count == 0 || (port == 0) == (socket_path == NULL)) {
        fprintf(stderr, "usage: load -p PORT|-s SOCKET [-c CLIENTS] [-t SECONDS] [-1] FILE\n");
        exit(64);
    }
}

int main(int argc, char **argv) {
    double took;

    read_options(argc, argv);
    read_parts(argv[optind]);
    took = run_clients();
    qsort(times, time_count, sizeof *times, by_time);
    printf("{\"requests\": %zu, \"ok\": %zu, \"refused\": %zu, \"seconds\": %.6f, \"bytes\": %zu, \"p50\": %u, "
           "\"p99\": %u}\n",
           time_count, ok_count, refused_count, took, byte_count, at_share(0.5), at_share(0.99));
    return 0;
}
