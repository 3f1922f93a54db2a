#ifndef MUSTER_BASE_CLOCK_H
#define MUSTER_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that never jumps, for deadlines. */
int64_t clock_monotonic_ms(void);

/* Microseconds of the same clock, for durations. */
int64_t clock_monotonic_us(void);

/* Microseconds since 1970-01-01 UTC. */
int64_t clock_unix_us(void);

enum { CLOCK_TEXT = 24 };

/*
 * Formats microseconds since 1970 as "2026-03-01T12:00:00.123Z" (cut to milliseconds), the form of times that we send.
 */
void clock_format(int64_t unix_us, char out[CLOCK_TEXT + 1]);

enum { CLOCK_KEY = 64 };

/*
 * Reads an xsd:dateTime (RFC 7643, 2.3.5): years 0001 to 9999, any fraction, 24:00:00, offsets up to 14 hours; UTC if
 * it has no zone. `key` receives the instant as text that sorts by time: in UTC, without a zone letter, the
 * fraction without trailing zeros and absent if zero ("2026-03-01T12:00:00.5"). false: not a dateTime, or a fraction of
 * more than 30 digits.
 */
bool clock_parse(const char *s, size_t len, char key[CLOCK_KEY]);

/* Milliseconds since 1970 of such a time; 0: NULL, or it is none. */
int64_t clock_parse_ms(const char *s);

/* Whether the instant of a key from clock_parse() is in the past. */
bool clock_is_past(const char key[CLOCK_KEY]);

#endif
