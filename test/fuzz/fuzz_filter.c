#include "fuzz.h"
#include "protocol/filter.h"
#include "query/filter_sql.h"

/* Choice: 1 groups, 2 lenient, 4 a query over all types. What is taken becomes SQL without a character of the
 * filter in it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct ctx *ctx = fuzz_begin();
    const struct filter *f = NULL;
    struct filter_sql sql;
    unsigned choice;
    size_t len;
    char *text = fuzz_text(ctx, data, size, &choice, &len);
    if (!text)
        return 0;
    const struct resource_type *rt = fuzz_type(choice & 1), *other = fuzz_type(!(choice & 1));
    enum err e = filter_parse(ctx, rt, choice & 4 ? other : NULL, (struct filter_source){text, len, choice & 2}, &f);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    (void)filter_absent(f);
    e = filter_sql(ctx, rt, f, 3, "https://scim.example.com/scim/v2", &sql);
    fuzz_outcome(ctx, e);
    if (e != OK)
        return 0;
    HOLDS(sql.n_params <= FILTER_SQL_PARAMS && *sql.where && !strchr(sql.where, ';') && !strstr(sql.where, "--"));
    for (size_t i = 0; i < sql.n_params; i++)
        HOLDS(sql.params[i]);
    return 0;
}
