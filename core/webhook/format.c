/* The table of webhook formats. */

#include "webhook/format.h"

#include "webhook/format_internal.h"
#include "webhook/format_set.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *name;
    bool (*render)(struct arena *, const struct format_request *, struct format_message *);
} formats[] = {
    {"muster", format_muster}, {"authn", format_authn}, {"jackson", format_jackson},
    {"stytch", format_stytch}, {"set", format_set},
};

enum { FORMATS = sizeof formats / sizeof *formats };

bool format_render(struct arena *a, const struct format_request *r, struct format_message *out) {
    assert(r->format && r->event);
    *out = (struct format_message){0};
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(formats[i].name, r->format) == 0)
            return formats[i].render(a, r, out);
    return false;
}
