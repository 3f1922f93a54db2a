#ifndef MUSTER_ADMIN_PORTAL_PAGE_H
#define MUSTER_ADMIN_PORTAL_PAGE_H

#include "server/service.h"

/*
 * GET /portal/: the page of the portal, the same for everybody. What it may load and who may embed it stands in its
 * Content-Security-Policy. It names files of the version that it was built with, so it is asked for anew each time.
 */
enum err portal_page_answer(struct call *call) __attribute__((warn_unused_result));

/* GET /portal/embed.js: the module that defines <muster-portal> (doc/portal.md). */
enum err portal_page_embed(struct call *call) __attribute__((warn_unused_result));

#endif
