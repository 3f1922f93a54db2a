/* The HTML of the portal, with what a browser must not do with it, and the module that embeds it. */

#include "admin/portal_page.h"

#include "base/arena.h"

#define PORTAL_PAGE
#include "portal.h"
#include <string.h>

/* The origins of MUSTER_PORTAL_ORIGINS, separated by blanks. */
static const char *frame_ancestors(struct call *call) {
    const char *origins = call->worker->settings->portal_origins;
    char *list = arena_strdup(call->ctx.arena, *origins ? origins : "'none'");
    for (char *p = list; *p; p++)
        *p = *p == ',' ? ' ' : *p;
    return list;
}

/*
 * No script and no style of the page itself, nothing of another origin, and no text that becomes HTML: names of people
 * come from outside. Only where no other page may embed it, pages that must not be read by others cannot load it.
 */
static const char *portal_headers(struct call *call) {
    return arena_printf(call->ctx.arena,
                        "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
                        "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors %s; "
                        "require-trusted-types-for 'script'; trusted-types 'none'\r\n"
                        "Referrer-Policy: no-referrer\r\n"
                        "Cross-Origin-Opener-Policy: same-origin\r\n"
                        "Cross-Origin-Resource-Policy: %s\r\n"
                        "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n",
                        frame_ancestors(call),
                        *call->worker->settings->portal_origins ? "cross-origin" : "same-origin");
}

/* A page of another origin loads it as a module. Its address has no version, so it is not kept for long. */
enum err portal_page_embed(struct call *call) {
    call->response.status = STATUS_OK;
    call->response.content_type = "text/javascript; charset=utf-8";
    call->response.cache_control = "public, max-age=300";
    call->response.extra = "Access-Control-Allow-Origin: *\r\nCross-Origin-Resource-Policy: cross-origin\r\n";
    call->response.body = portal_embed;
    call->response.len = sizeof portal_embed - 1;
    return OK;
}

enum err portal_page_answer(struct call *call) {
    call->response.status = STATUS_OK;
    call->response.content_type = "text/html; charset=utf-8";
    call->response.cache_control = "no-cache";
    call->response.extra = portal_headers(call);
    call->response.body = portal_page;
    call->response.len = sizeof portal_page - 1;
    return OK;
}
