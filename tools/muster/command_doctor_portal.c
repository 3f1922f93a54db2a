/* muster doctor: the settings of the portal. */

#include "muster/command_doctor_portal.h"

#include "base/arena.h"
#include "base/brand.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One use of the accent: what it is there, and how well it can be read. */
static const char *changed_to(struct arena *a, const char *what, uint32_t from, uint32_t to) {
    return from == to ? "" : arena_printf(a, ", %s #%06" PRIx32, what, to);
}

static const char *describe_mode(struct arena *a, uint32_t colour, enum brand_mode mode) {
    struct brand_accent x = brand_accent(colour, mode);
    const char *buttons = changed_to(a, "buttons", colour, x.fill), *links = changed_to(a, "links", colour, x.text);
    return arena_printf(
        a, "%s%s with %s text (%.1f:1)", *buttons || *links ? "changed so that it can be read" : "unchanged",
        arena_printf(a, "%s%s", buttons, links), x.on ? "white" : "black", brand_contrast(x.fill, x.on));
}

static void describe_accent(struct invocation *in) {
    struct arena *a = in->ctx.arena;
    uint32_t colour;
    if (!brand_colour(in->settings->portal_accent, &colour))
        return; /* settings_check_portal() refuses it */
    printf("ok   portal's accent %s: in light %s; in dark %s\n", in->settings->portal_accent,
           describe_mode(a, colour, BRAND_LIGHT), describe_mode(a, colour, BRAND_DARK));
}

bool command_doctor_portal(struct invocation *in) {
    const struct settings *s = in->settings;
    struct ctx ctx = {.arena = in->ctx.arena};
    struct brand_logo logo;
    if (*s->portal_name)
        printf("ok   portal's name: %s\n", s->portal_name);
    else
        printf(
            "hint portal's name: MUSTER_PORTAL_NAME is not set, so the portal shows the host of MUSTER_PUBLIC_URL\n");
    if (!*s->portal_support)
        printf("hint portal's help: MUSTER_PORTAL_SUPPORT is not set, so the portal cannot say whom to ask\n");
    if (strncmp(s->public_url, "http://", 7) == 0 && !settings_is_loopback(s->public_url + 7))
        printf("warn portal: MUSTER_PUBLIC_URL has no https, so no link to the portal can be made\n");
    describe_accent(in);
    if (!*s->portal_logo || brand_logo_read(&ctx, s->portal_logo, &logo) == OK)
        return true;
    printf("BAD  portal's logo: %s\n", fail_detail(&ctx));
    return false;
}
