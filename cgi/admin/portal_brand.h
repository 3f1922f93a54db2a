#ifndef MUSTER_ADMIN_PORTAL_BRAND_H
#define MUSTER_ADMIN_PORTAL_BRAND_H

#include "server/service.h"

/* Whether MUSTER_PORTAL_LOGO can be used. `problem` as settings_load(). */
bool portal_brand_check(const struct settings *s, char *problem, size_t size);

/* GET /v1/portal/brand: what the portal's page must know before there is a session. */
enum err portal_brand_answer(struct call *call) __attribute__((warn_unused_result));

/*
 * GET /v1/portal/brand.css: the accent for both modes (core/base/brand.h), of MUSTER_PORTAL_ACCENT or, for a page that
 * embeds the portal, of the parameter `accent`. ERR_INVALID_FIELD for any other parameter, or another value.
 */
enum err portal_brand_colours(struct call *call) __attribute__((warn_unused_result));

/* GET /v1/portal/logo. ERR_NOT_FOUND: there is none. */
enum err portal_brand_logo(struct call *call) __attribute__((warn_unused_result));

#endif
