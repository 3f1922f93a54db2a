/* The methods of /Users. */

#include "scim/endpoints.h"

#include "directory/read.h"
#include "directory/user.h"
#include "scim/exchange.h"

enum err endpoint_users_list(struct exchange *x) {
    return exchange_list(x, &list_users);
}

enum err endpoint_users_create(struct exchange *x) {
    const struct projection *p;
    struct json_object *body;
    struct answer a;
    enum err e = exchange_write(x, x->session.types->user, &body, &p);
    if (e == OK)
        e = user_create(&x->session, NULL, body, p, &a);
    if (e == OK)
        exchange_resource(x, STATUS_CREATED, x->session.types->user, &a);
    return e;
}

enum err endpoint_users_get(struct exchange *x) {
    const struct projection *p;
    struct answer a;
    enum err e = exchange_projection(x, x->session.types->user, &p);
    if (e == OK)
        e = read_one(&x->session, &read_users, x->id, p, &a);
    if (e == OK)
        exchange_read(x, x->session.types->user, &a);
    return e;
}

/* PUT and PATCH differ only in who applies the body. */
static enum err answer_user_change(struct exchange *x,
                                   enum err (*apply)(struct session *, const struct change_request *,
                                                     struct answer *)) {
    struct parts lost;
    struct answer a;
    struct change_request r = {.id = x->id, .when = exchange_precondition(x), .lost = &lost};
    enum err e = exchange_change(x, &r.body, &lost, &r.p);
    if (e == OK)
        e = apply(&x->session, &r, &a);
    if (e == OK)
        exchange_resource(x, STATUS_OK, x->session.types->user, &a);
    return e;
}

enum err endpoint_users_replace(struct exchange *x) {
    return answer_user_change(x, user_replace);
}

enum err endpoint_users_patch(struct exchange *x) {
    return answer_user_change(x, user_patch);
}

enum err endpoint_users_delete(struct exchange *x) {
    enum err e = user_delete(&x->session, x->id, &x->lost, exchange_precondition(x));
    if (e == OK)
        x->call->response.status = STATUS_NO_CONTENT;
    return e;
}
