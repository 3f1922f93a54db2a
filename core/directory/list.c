#include "directory/list.h"

#include "base/arena.h"
#include "protocol/filter.h"
#include "protocol/filter_sql.h"

#include <inttypes.h>
#include <string.h>

struct compiled {
    struct filter_sql sql;
    bool needs_lenient; /* strict would have refused it */
    struct ctx strict;  /* ... with this */
};

static enum err compile(struct session *s, const struct resource_type *rt, const char *text, size_t first,
                        struct compiled *out) {
    const struct filter *f = NULL;
    out->strict = (struct ctx){.arena = s->ctx.arena};
    if (filter_parse(&out->strict, rt, false, text, strlen(text), &f) != OK) {
        out->needs_lenient = true;
        enum err e = filter_parse(&s->ctx, rt, true, text, strlen(text), &f);
        if (e != OK)
            return e;
    }
    return filter_sql(&s->ctx, rt, f, first, s->base_url, &out->sql);
}

static enum err run(struct session *s, const struct resource_type *rt, enum sql q, const char *computed,
                    const struct list_query *query, const struct projection *p, struct answer *out) {
    struct compiled filter = {.sql = {.where = "true"}};
    struct db_rows rows[2] = {0};
    enum err e = OK;
    if (query->filter && (e = compile(s, rt, query->filter, 5, &filter)) != OK)
        return e;
    const char *params[] = {arena_printf(s->ctx.arena, "%" PRId64, query->start_index - 1),
                            arena_printf(s->ctx.arena, "%" PRId64, query->count), s->base_url,
                            projection_wants(p, computed) ? "true" : "false"};
    session_queue(s);
    db_add_filtered(s->db, q, params, filter.sql.where, filter.sql.params, filter.sql.n_params);
    e = db_read(&s->ctx, s->db, rows);
    if (e == OK)
        e = session_accept(s, rows[0]);
    if (e == OK && filter.needs_lenient && !s->tenant.dialect.lenient)
        e = fail(&s->ctx, filter.strict.err, "%s", fail_detail(&filter.strict));
    return e == OK ? answer_list(s, rt, rows[1], p, query->start_index, out) : e;
}

enum err list_run(struct session *s, const struct resource_type *rt, enum sql q, const char *computed,
                  const struct list_query *query, struct answer *out) {
    const struct projection *p = NULL;
    enum err e = projection_parse(&s->ctx, rt, query->attributes, query->excluded, &p);
    return e == OK ? run(s, rt, q, computed, query, p, out) : e;
}
