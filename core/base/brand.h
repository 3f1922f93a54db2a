#ifndef MUSTER_BASE_BRAND_H
#define MUSTER_BASE_BRAND_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The vendor's colour and logo in the portal. Colours are 0xrrggbb. */

enum brand_mode { BRAND_LIGHT, BRAND_DARK };

/* What the vendor's colour becomes on the backgrounds of a mode, so that everything drawn in it can be read. */
struct brand_accent {
    uint32_t fill; /* filled buttons, progress: 3:1 at least on each background (WCAG 2.2, 1.4.11) */
    uint32_t on;   /* text on it: black or white, whichever has more contrast; 4.5:1 at least */
    uint32_t text; /* links: 4.5:1 at least on each background (1.4.3) */
};

/* Reads #rgb or #rrggbb; in a URL the # may be left out. */
bool brand_colour(const char *text, uint32_t *out);

struct brand_accent brand_accent(uint32_t colour, enum brand_mode mode);

/* The contrast of two colours by the formula of WCAG 2: 1 to 21. */
double brand_contrast(uint32_t a, uint32_t b);

enum brand_image { BRAND_PNG, BRAND_JPEG, BRAND_WEBP, BRAND_SVG };

struct brand_logo {
    enum brand_image kind;
    const char *bytes;
    size_t len;
};

/*
 * Reads MUSTER_PORTAL_LOGO, into the arena. The first bytes say which kind of image it is. Errors: ERR_CONFLICT with a
 * text that says what is wrong with the file and what it must be.
 */
enum err brand_logo_read(struct ctx *ctx, const char *path, struct brand_logo *out) __attribute__((warn_unused_result));

#endif
