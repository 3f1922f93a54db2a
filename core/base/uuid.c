/* UUIDv7 (RFC 9562), increasing within a process. */

#include "base/uuid.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

/* Random bytes for ids to come: asking for a few at a time costs as much as asking for all of these. */
static struct {
    uint8_t bytes[4096];
    size_t left; /* the last ones of `bytes` */
    bool forks;  /* a process that is forked throws its copy away */
} pool;

static void empty_pool(void) {
    pool.left = 0;
}

/* The kernel's: OpenSSL's generator takes 3 ms to start, which is much for a process that answers one request. */
static void fill_pool(void) {
    for (ssize_t got; pool.left < sizeof pool.bytes; pool.left += (size_t)got) {
        got = getrandom(pool.bytes + pool.left, sizeof pool.bytes - pool.left, 0);
        if (got < 0 && errno != EINTR)
            log_fatal("uuid", "the system gives no randomness");
        if (got < 0)
            got = 0;
    }
}

static void draw_bytes(uint8_t *to, size_t n) {
    if (pool.left < n) {
        if (!pool.forks && pthread_atfork(NULL, NULL, empty_pool) != 0)
            log_fatal("uuid", "forks cannot be watched");
        pool.forks = true;
        fill_pool();
    }
    pool.left -= n;
    memcpy(to, pool.bytes + pool.left, n);
}

static void put_hex(char *out, const uint8_t *bytes, size_t n) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

/* RFC 9562, 6.2, method 1: milliseconds, then a 12-bit counter that starts low at random, then 62 random bits. */
void uuid_new(char out[UUID_TEXT + 1]) {
    static uint64_t last_ms;
    static unsigned counter;
    uint8_t b[16];
    draw_bytes(b, sizeof b);
    uint64_t ms = (uint64_t)(clock_unix_us() / 1000);
    if (ms > last_ms) {
        last_ms = ms;
        counter = ((unsigned)b[6] << 4 | (unsigned)b[7] >> 4) & 0x3ffU;
    } else if (++counter > 0xfff) {
        last_ms++;
        counter = 0;
    }
    for (int i = 0; i < 6; i++)
        b[i] = (uint8_t)(last_ms >> (40 - 8 * i));
    b[6] = (uint8_t)(0x70 | counter >> 8);
    b[7] = (uint8_t)counter;
    b[8] = (uint8_t)(0x80 | (b[8] & 0x3f));
    static const struct { int at, from, n; } parts[] = {{0, 0, 4}, {9, 4, 2}, {14, 6, 2}, {19, 8, 2}, {24, 10, 6}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        put_hex(out + parts[i].at, b + parts[i].from, (size_t)parts[i].n);
    out[8] = out[13] = out[18] = out[23] = '-';
    out[UUID_TEXT] = '\0';
}

bool uuid_valid(const char *s, size_t len) {
    if (len != UUID_TEXT)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        bool hex = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f');
        if (dash ? s[i] != '-' : !hex)
            return false;
    }
    return true;
}
