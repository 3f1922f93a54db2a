/* Clocks, and times as text (RFC 3339, xsd:dateTime). */

#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { FRACTION_MAX = 30 };

struct civil {
    int64_t year;
    int month, day, hour, minute, second;
};

static int64_t now_of(clockid_t id, int64_t per_second) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * per_second + t.tv_nsec / (1000000000 / per_second);
}

int64_t clock_monotonic_ms(void) {
    return now_of(CLOCK_MONOTONIC, 1000);
}

int64_t clock_monotonic_us(void) {
    return now_of(CLOCK_MONOTONIC, 1000000);
}

int64_t clock_unix_us(void) {
    return now_of(CLOCK_REALTIME, 1000000);
}

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01 of a Gregorian date. The computation lets years begin in March, so the leap day comes last. */
static int64_t days_of(int64_t year, int month, int day) {
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(y, 400), of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct civil civil_of(int64_t seconds) {
    int64_t days = floor_div(seconds, 86400), rest = seconds - days * 86400, z = days + 719468;
    int64_t era = floor_div(z, 146097), of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), shifted = (5 * of_year + 2) / 153;
    int month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    return (struct civil){.year = year + era * 400 + (month <= 2),
                          .month = month,
                          .day = (int)(of_year - (153 * shifted + 2) / 5 + 1),
                          .hour = (int)(rest / 3600),
                          .minute = (int)(rest / 60 % 60),
                          .second = (int)(rest % 60)};
}

/* The last `n` digits of a number, before `end`. */
static void put_digits(char *end, int n, int64_t number) {
    for (; n > 0; n--, number /= 10)
        *--end = (char)('0' + number % 10);
}

/* Without snprintf(), which takes 4,500 instructions more: a page of 100 users has 200 times. */
void clock_format(int64_t unix_us, char out[CLOCK_TEXT + 1]) {
    int64_t seconds = floor_div(unix_us, 1000000);
    struct civil c = civil_of(seconds);
    memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_TEXT + 1);
    put_digits(out + 4, 4, c.year);
    put_digits(out + 7, 2, c.month);
    put_digits(out + 10, 2, c.day);
    put_digits(out + 13, 2, c.hour);
    put_digits(out + 16, 2, c.minute);
    put_digits(out + 19, 2, c.second);
    put_digits(out + 23, 3, (unix_us - seconds * 1000000) / 1000);
}

/* Exactly `n` digits; false if there are fewer. */
static bool read_digits(const char **p, const char *end, int n, int *out) {
    *out = 0;
    for (int i = 0; i < n; i++, ++*p) {
        if (*p == end || **p < '0' || **p > '9')
            return false;
        *out = *out * 10 + (**p - '0');
    }
    return true;
}

static bool read_literal(const char **p, const char *end, char c) {
    if (*p == end || **p != c)
        return false;
    ++*p;
    return true;
}

/* YYYY "-" MM "-" DD "T" hh ":" mm ":" ss */
static bool read_civil(const char **p, const char *end, struct civil *c) {
    int year;
    bool good = read_digits(p, end, 4, &year) && read_literal(p, end, '-') && read_digits(p, end, 2, &c->month) &&
                read_literal(p, end, '-') && read_digits(p, end, 2, &c->day) && read_literal(p, end, 'T') &&
                read_digits(p, end, 2, &c->hour) && read_literal(p, end, ':') && read_digits(p, end, 2, &c->minute) &&
                read_literal(p, end, ':') && read_digits(p, end, 2, &c->second);
    c->year = year;
    return good;
}

static bool valid_civil(const struct civil *c, bool fraction) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;
    if (c->year < 1 || c->month < 1 || c->month > 12 || c->day < 1 ||
        c->day > lengths[c->month - 1] + (leap && c->month == 2))
        return false;
    if (c->hour == 24)
        return c->minute == 0 && c->second == 0 && !fraction;
    return c->hour < 24 && c->minute < 60 && c->second < 60;
}

/* "Z", "+hh:mm" or nothing, up to the end; gives the offset in seconds. */
static bool read_zone(const char **p, const char *end, int *offset) {
    int hour, minute;
    *offset = 0;
    if (*p == end)
        return true;
    if (read_literal(p, end, 'Z'))
        return *p == end;
    bool east = read_literal(p, end, '+');
    if (!east && !read_literal(p, end, '-'))
        return false;
    if (!read_digits(p, end, 2, &hour) || !read_literal(p, end, ':') || !read_digits(p, end, 2, &minute) || *p != end)
        return false;
    *offset = (hour * 60 + minute) * 60 * (east ? 1 : -1);
    return minute < 60 && hour <= 14 && (hour < 14 || minute == 0);
}

/* A point in time: seconds since 1970, and the digits of the fraction without trailing zeros. */
struct instant {
    int64_t seconds;
    const char *fraction;
    size_t digits;
};

/* "." 1*DIGIT, or nothing */
static bool read_fraction(const char **p, const char *end, struct instant *t) {
    t->fraction = *p;
    t->digits = 0;
    if (!read_literal(p, end, '.'))
        return true;
    t->fraction = *p;
    while (*p != end && **p >= '0' && **p <= '9')
        ++*p;
    t->digits = (size_t)(*p - t->fraction);
    if (t->digits == 0 || t->digits > FRACTION_MAX)
        return false;
    while (t->digits && t->fraction[t->digits - 1] == '0')
        t->digits--;
    return true;
}

static bool read_instant(const char *s, size_t len, struct instant *out) {
    const char *p = s, *end = s + len;
    struct civil c;
    int offset;
    if (!read_civil(&p, end, &c) || !read_fraction(&p, end, out) || !read_zone(&p, end, &offset) ||
        !valid_civil(&c, out->digits > 0))
        return false;
    out->seconds = days_of(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 + c.second - offset;
    return true;
}

bool clock_parse(const char *s, size_t len, char key[CLOCK_KEY]) {
    struct instant t;
    if (!read_instant(s, len, &t))
        return false;
    struct civil c = civil_of(t.seconds);
    if (c.year < 1 || c.year > 9999)
        return false;
    snprintf(key, CLOCK_KEY, "%04u-%02u-%02uT%02u:%02u:%02u%s%.*s", (unsigned)c.year, (unsigned)c.month,
             (unsigned)c.day, (unsigned)c.hour, (unsigned)c.minute, (unsigned)c.second, t.digits ? "." : "",
             (int)t.digits, t.fraction);
    return true;
}

int64_t clock_parse_ms(const char *s) {
    struct instant t;
    if (!s || !read_instant(s, strlen(s), &t))
        return 0;
    int64_t ms = t.seconds * 1000;
    for (size_t i = 0, unit = 100; unit && i < t.digits; i++, unit /= 10)
        ms += (t.fraction[i] - '0') * (int64_t)unit;
    return ms;
}

bool clock_is_past(const char key[CLOCK_KEY]) {
    char text[CLOCK_TEXT + 1], now[CLOCK_KEY];
    clock_format(clock_unix_us(), text);
    return clock_parse(text, CLOCK_TEXT, now) && strcmp(key, now) <= 0;
}
