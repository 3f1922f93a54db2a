/* Long work of an organization: how far it is. */

#include "control/control_fields.h"
#include "control/control_operations.h"

#include "sql/control.h"

enum err control_job_list(struct control *c, const struct control_input *in, struct json_object **out) {
    struct control_page p;
    enum err e = control_fields_page(c, in->fields, &p);
    return e == OK ? control_list(c, sql_api_jobs(.after = p.after, .limit = p.limit), &p, out) : e;
}

enum err control_job_show(struct control *c, const struct control_input *in, struct json_object **out) {
    enum err e = control_fields_check(c, NO_FIELDS, in->fields, false);
    c->untagged = true; /* what is done is left out of a tag */
    return e == OK ? control_show(c, sql_api_jobs(.id = in->id), "job", out) : e;
}
