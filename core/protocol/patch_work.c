/* Limits the work that a PATCH may cause. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/json.h"

#include <string.h>

/* How many bytes of a text, or how many skipped values, count as one value. */
enum { BYTES = 128, FOREIGN_BYTES = 4, COPIED_BYTES = 16, GLANCES = 256 };

/* Text that is not ASCII takes long to fold. */
static size_t text_weight(const char *s, size_t len) {
    size_t foreign = 0;
    for (size_t i = 0; i < len; i++)
        foreign += (unsigned char)s[i] >> 7;
    return len / BYTES + foreign / FOREIGN_BYTES;
}

/* The number of values; long texts count as several. */
static size_t value_weight(struct json_object *v) {
    size_t sum = 0;
    if (json_object_is_type(v, json_type_string))
        return text_weight(json_object_get_string(v), (size_t)json_object_get_string_len(v));
    if (json_object_is_type(v, json_type_array))
        for (size_t i = 0, n = json_object_array_length(v); i < n; i++)
            sum += 1 + value_weight(json_object_array_get_idx(v, i));
    if (json_object_is_type(v, json_type_object)) {
        json_object_object_foreach(v, name, part) {
            (void)name;
            sum += value_weight(part);
        }
    }
    return sum;
}

static enum err spend_work(const struct patch_act *a, size_t work) {
    size_t *spent = &a->run->work;
    if (work > PATCH_WORK || *spent > PATCH_WORK - work)
        return fail(a->ctx, ERR_TOO_LARGE, "too many operations on a long list: send fewer at a time");
    *spent += work;
    return OK;
}

enum err patch_spend(const struct patch_act *a, struct json_object *v, size_t times) {
    return spend_work(a, value_weight(v) * times);
}

enum err patch_spend_copies(const struct patch_act *a, struct json_object *v, size_t n) {
    return spend_work(a, strlen(json_object_to_json_string(v)) / COPIED_BYTES * n);
}

enum err patch_spend_glance(const struct patch_act *a, size_t n) {
    return spend_work(a, n / GLANCES);
}

size_t patch_filter_size(const struct filter *f) {
    if (!f || (!f->left && !f->right))
        return 1;
    return (f->left ? patch_filter_size(f->left) : 0) + (f->right ? patch_filter_size(f->right) : 0);
}

enum err patch_index(const struct patch_act *a, struct json_object *list, struct json_object **out) {
    struct patch_run *run = a->run;
    if (run->list != list) {
        patch_index_drop(run);
        enum err e = patch_spend(a, list, 1);
        if (e != OK)
            return e;
        run->list = json_keep(run->kept, list);
        run->index = resource_index(run->kept, a->attr, list);
    }
    *out = run->index;
    return OK;
}

void patch_index_drop(struct patch_run *run) {
    if (run->list)
        arena_reset(run->kept);
    run->list = run->index = NULL;
}
