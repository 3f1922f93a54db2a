/* The methods of /Groups. */

#include "scim/endpoints.h"

#include "directory/group.h"
#include "directory/read.h"
#include "scim/exchange.h"

enum err endpoint_groups_list(struct exchange *x) {
    return exchange_list(x, &list_groups);
}

enum err endpoint_groups_create(struct exchange *x) {
    const struct projection *p;
    struct json_object *body;
    struct answer a;
    enum err e = exchange_write(x, x->session.types->group, &body, &p);
    if (e == OK)
        e = group_create(&x->session, NULL, body, p, &a);
    if (e == OK)
        exchange_resource(x, STATUS_CREATED, x->session.types->group, &a);
    return e;
}

enum err endpoint_groups_get(struct exchange *x) {
    const struct projection *p;
    struct answer a;
    enum err e = exchange_projection(x, x->session.types->group, &p);
    if (e == OK)
        e = read_one(&x->session, &read_groups, x->id, p, &a);
    if (e == OK)
        exchange_read(x, x->session.types->group, &a);
    return e;
}

enum err endpoint_groups_replace(struct exchange *x) {
    struct change_request r = {.id = x->id, .when = exchange_precondition(x)};
    struct answer a;
    enum err e = exchange_write(x, x->session.types->group, &r.body, &r.p);
    if (e == OK)
        e = group_replace(&x->session, &r, &a);
    if (e == OK)
        exchange_resource(x, STATUS_OK, x->session.types->group, &a);
    return e;
}

/* Whether the client wants the group in the answer: `attributes` in the query (RFC 7644, 3.5.2). */
static enum err body_asked(struct exchange *x, bool *asked) {
    const char *attributes;
    enum err e = request_param(&x->call->request, "attributes", &attributes);
    *asked = attributes && *attributes;
    return e;
}

enum err endpoint_groups_patch(struct exchange *x) {
    struct change_request r = {.id = x->id, .when = exchange_precondition(x)};
    struct answer a;
    enum err e = exchange_write(x, x->session.types->group, &r.body, &r.p);
    if (e == OK)
        e = body_asked(x, &r.body_asked);
    if (e == OK)
        e = group_patch(&x->session, &r, &a);
    if (e == OK)
        exchange_resource(x, a.json ? STATUS_OK : STATUS_NO_CONTENT, x->session.types->group, &a);
    return e;
}

enum err endpoint_groups_delete(struct exchange *x) {
    enum err e = group_delete(&x->session, x->id, exchange_precondition(x));
    if (e == OK)
        x->call->response.status = STATUS_NO_CONTENT;
    return e;
}
