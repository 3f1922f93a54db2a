/* The vendor's name, colour and logo, for the portal's page. */

#include "admin/portal_brand.h"

#include "base/arena.h"
#include "base/brand.h"
#include "base/json.h"
#include "base/words.h"

#include "portal.h"
#include <stdio.h>
#include <string.h>

/* They change when the service is started with other settings. */
static const char kept[] = "public, max-age=300";

bool portal_brand_check(const struct settings *s, char *problem, size_t size) {
    if (!*s->portal_logo)
        return true;
    struct ctx ctx = {.arena = arena_create()};
    struct brand_logo logo;
    bool good = brand_logo_read(&ctx, s->portal_logo, &logo) == OK;
    if (!good)
        snprintf(problem, size, "%s", fail_detail(&ctx));
    arena_destroy(ctx.arena);
    return good;
}

static void answer_kept(struct call *call, const char *type, const char *body, size_t len) {
    call->response.status = STATUS_OK;
    call->response.content_type = type;
    call->response.cache_control = kept;
    call->response.body = body;
    call->response.len = len;
}

static const char *public_host(struct arena *a, const struct settings *s) {
    const char *host = strstr(s->public_url, "://") + 3;
    size_t len = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/");
    return arena_strndup(a, host, len);
}

static struct json_object *word_list(const char *list, const char *separators) {
    struct json_object *out = json_object_new_array();
    size_t len;
    for (const char *p; (p = words_next(&list, separators, &len));)
        json_object_array_add(out, json_object_new_string_len(p, (int)len));
    return out;
}

enum err portal_brand_answer(struct call *call) {
    const struct settings *s = call->worker->settings;
    struct arena *a = call->ctx.arena;
    struct json_object *out = json_new_object(a);
    const char *name = *s->portal_name ? s->portal_name : public_host(a, s);
    json_object_object_add(out, "name", json_object_new_string(name));
    json_object_object_add(out, "support", *s->portal_support ? json_object_new_string(s->portal_support) : NULL);
    json_object_object_add(out, "logo", json_object_new_boolean(*s->portal_logo != '\0'));
    json_object_object_add(out, "languages", word_list(PORTAL_LANGUAGES, " "));
    json_object_object_add(out, "version", json_object_new_string(PORTAL_VERSION));
    json_object_object_add(out, "origins", word_list(s->portal_origins, ", "));
    json_object_object_add(out, "secure", json_object_new_boolean(strncmp(s->public_url, "https://", 8) == 0));
    const char *text = json_text(a, out);
    answer_kept(call, "application/json", text, strlen(text));
    return OK;
}

static enum err read_accent(struct call *call, uint32_t *out) {
    struct request *r = &call->request;
    const char *text = call->worker->settings->portal_accent;
    enum err e = request_split_query(r);
    for (size_t i = 0; e == OK && i < r->n_params; i++) {
        if (strcmp(r->params[i].name, "accent") != 0)
            return fail(&call->ctx, ERR_INVALID_FIELD, "unknown parameter: this URL takes accent alone");
        text = r->params[i].value;
    }
    if (e == OK && !brand_colour(text, out))
        return fail(&call->ctx, ERR_INVALID_FIELD, "accent must be a colour as rrggbb");
    return e;
}

/* Browsers without light-dark() are light, as in css/portal.css. */
enum err portal_brand_colours(struct call *call) {
    uint32_t colour = 0;
    enum err e = read_accent(call, &colour);
    if (e != OK)
        return e;
    struct brand_accent l = brand_accent(colour, BRAND_LIGHT), d = brand_accent(colour, BRAND_DARK);
    const char *css =
        arena_printf(call->ctx.arena,
                     ":root { --m-accent: #%06x; --m-on-accent: #%06x; --m-accent-text: #%06x }\n"
                     "@supports (color: light-dark(#000, #fff)) { :root { --m-accent: light-dark(#%06x, #%06x); "
                     "--m-on-accent: light-dark(#%06x, #%06x); --m-accent-text: light-dark(#%06x, #%06x) } }\n",
                     l.fill, l.on, l.text, l.fill, d.fill, l.on, d.on, l.text, d.text);
    answer_kept(call, "text/css; charset=utf-8", css, strlen(css));
    return OK;
}

/* As an image alone, an SVG runs no script; opened by itself it must not either. */
enum err portal_brand_logo(struct call *call) {
    static const char *const types[] = {[BRAND_PNG] = "image/png",
                                        [BRAND_JPEG] = "image/jpeg",
                                        [BRAND_WEBP] = "image/webp",
                                        [BRAND_SVG] = "image/svg+xml"};
    const char *path = call->worker->settings->portal_logo;
    struct brand_logo logo;
    if (!*path)
        return fail(&call->ctx, ERR_NOT_FOUND, "there is no logo");
    if (brand_logo_read(&call->ctx, path, &logo) != OK)
        return fail(&call->ctx, ERR_NOT_FOUND, "the logo cannot be read at the moment");
    answer_kept(call, types[logo.kind], logo.bytes, logo.len);
    call->response.extra = "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; sandbox\r\n";
    return OK;
}
