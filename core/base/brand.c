/* The vendor's colour, made fit to be read, and the vendor's logo. */

#include "base/brand.h"

#include "base/arena.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHITE = 0xffffff, BLACK = 0x000000, STEPS = 25 /* of 4 % */, LOGO_MAX = 128 * 1024 };

/* The backgrounds of css/portal.css: canvas, surface, sunken, raised. */
static const uint32_t backgrounds[][4] = {
    [BRAND_LIGHT] = {0xf5f6f8, 0xffffff, 0xeef0f3, 0xffffff}, [BRAND_DARK] = {0x101418, 0x181d23, 0x0c1014, 0x20262e}};

bool brand_colour(const char *text, uint32_t *out) {
    text += *text == '#';
    size_t len = strlen(text);
    if ((len != 3 && len != 6) || strspn(text, "0123456789abcdefABCDEF") != len)
        return false;
    uint32_t n = (uint32_t)strtoul(text, NULL, 16);
    *out = len == 6 ? n : (n >> 8 & 15) * 0x110000 + (n >> 4 & 15) * 0x1100 + (n & 15) * 0x11;
    return true;
}

/* A channel, 0 to 1, as light. */
static double linear_light(uint32_t channel) {
    double c = (channel & 255) / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t c) {
    return 0.2126 * linear_light(c >> 16) + 0.7152 * linear_light(c >> 8) + 0.0722 * linear_light(c);
}

double brand_contrast(uint32_t a, uint32_t b) {
    double x = luminance(a) + 0.05, y = luminance(b) + 0.05;
    return x > y ? x / y : y / x;
}

static uint32_t mix_channel(uint32_t from, uint32_t to, int step, int shift) {
    double f = from >> shift & 255, t = to >> shift & 255;
    return (uint32_t)lround(f + (t - f) * step / STEPS) << shift;
}

/* The least contrast on the backgrounds of a mode. */
static double least_contrast(uint32_t colour, enum brand_mode mode) {
    double least = 21;
    for (size_t i = 0; i < 4; i++)
        least = fmin(least, brand_contrast(colour, backgrounds[mode][i]));
    return least;
}

/* The colour, mixed with black (white in the dark) as little as the contrast allows. */
static uint32_t mix_until(uint32_t colour, enum brand_mode mode, double contrast) {
    uint32_t to = mode == BRAND_LIGHT ? BLACK : WHITE, mixed = colour;
    for (int step = 1; step <= STEPS && least_contrast(mixed, mode) < contrast; step++)
        mixed = mix_channel(colour, to, step, 16) | mix_channel(colour, to, step, 8) | mix_channel(colour, to, step, 0);
    return mixed;
}

struct brand_accent brand_accent(uint32_t colour, enum brand_mode mode) {
    uint32_t fill = mix_until(colour, mode, 3);
    bool dark = brand_contrast(fill, BLACK) > brand_contrast(fill, WHITE);
    return (struct brand_accent){.fill = fill, .on = dark ? BLACK : WHITE, .text = mix_until(colour, mode, 4.5)};
}

static bool is_svg(const char *s) {
    s += strncmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (isspace((unsigned char)*s))
        s++;
    return strncmp(s, "<svg", 4) == 0 || (strncmp(s, "<?xml", 5) == 0 && strstr(s, "<svg"));
}

static bool find_image_kind(struct brand_logo *l) {
    static const struct {
        const char *begin;
        size_t len;
        enum brand_image kind;
    } kinds[] = {{"\x89PNG\r\n\x1a\n", 8, BRAND_PNG}, {"\xff\xd8\xff", 3, BRAND_JPEG}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (l->len > kinds[i].len && memcmp(l->bytes, kinds[i].begin, kinds[i].len) == 0) {
            l->kind = kinds[i].kind;
            return true;
        }
    l->kind = is_svg(l->bytes) ? BRAND_SVG : BRAND_WEBP;
    return l->kind == BRAND_SVG ||
           (l->len > 12 && memcmp(l->bytes, "RIFF", 4) == 0 && memcmp(l->bytes + 8, "WEBP", 4) == 0);
}

enum err brand_logo_read(struct ctx *ctx, const char *path, struct brand_logo *out) {
    static const char must[] = "it must be an image (SVG, PNG, JPEG or WebP) of 128 KiB at most";
    char *bytes = arena_alloc(ctx->arena, LOGO_MAX + 2);
    FILE *f = fopen(path, "re");
    if (!f)
        return fail(ctx, ERR_CONFLICT, "MUSTER_PORTAL_LOGO is \"%s\": %s; %s", path, strerror(errno), must);
    *out = (struct brand_logo){.bytes = bytes, .len = fread(bytes, 1, LOGO_MAX + 1, f)};
    const char *why = ferror(f) ? strerror(errno) : out->len > LOGO_MAX ? "it is too large" : NULL;
    fclose(f);
    bytes[out->len] = '\0';
    if (!why && !find_image_kind(out))
        why = "it is no image of these kinds";
    return why ? fail(ctx, ERR_CONFLICT, "MUSTER_PORTAL_LOGO is \"%s\": %s; %s", path, why, must) : OK;
}
