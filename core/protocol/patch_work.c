/* Limits the work that a PATCH may cause. */

#include "protocol/patch_internal.h"

#include "base/arena.h"
#include "base/json.h"

#include <string.h>

/* How many bytes of a text, members of objects, or skipped values count as one value. */
enum { BYTES = 128, FOREIGN = 2, FOREIGN_BYTES = 2, MEMBERS = 8, COPIED_BYTES = 16, PUT_BACK = 6, GLANCES = 256 };

/* Text that is not ASCII takes long to fold. */
static size_t text_weight(const char *s, size_t len) {
    size_t foreign = 0;
    for (size_t i = 0; i < len; i++)
        foreign += (unsigned char)s[i] >> 7;
    return len / BYTES + (foreign ? FOREIGN + foreign / FOREIGN_BYTES : 0);
}

/* The weight of a value, in members: that of its values, long texts count as several. Stops at `enough`. */
static size_t value_weight(struct json_object *v, size_t enough) {
    size_t sum = 0;
    if (json_object_is_type(v, json_type_string))
        return MEMBERS * text_weight(json_object_get_string(v), (size_t)json_object_get_string_len(v));
    if (json_object_is_type(v, json_type_array))
        for (size_t i = 0, n = json_object_array_length(v); i < n && sum < enough; i++)
            sum += MEMBERS + value_weight(json_object_array_get_idx(v, i), enough - sum);
    if (json_object_is_type(v, json_type_object)) {
        json_object_object_foreach(v, name, part) {
            (void)name;
            if (sum >= enough)
                break;
            sum += 1 + value_weight(part, enough - sum);
        }
    }
    return sum;
}

static size_t work_left(const struct patch_run *run) {
    return run->spent ? 0 : PATCH_WORK - run->work;
}

static enum err spend_work(const struct patch_act *a, size_t work) {
    struct patch_run *run = a->run;
    if (work > work_left(run)) {
        run->spent = true;
        return fail(a->ctx, ERR_TOO_LARGE, "too many operations on a long list: send fewer at a time");
    }
    run->work += work;
    return OK;
}

enum err patch_spend(const struct patch_act *a, struct json_object *v, size_t times) {
    return spend_work(a, value_weight(v, MEMBERS * (work_left(a->run) + 1)) / MEMBERS * times);
}

enum err patch_spend_copies(const struct patch_act *a, struct json_object *v, size_t n) {
    return spend_work(a, strlen(json_object_to_json_string(v)) / COPIED_BYTES * n);
}

enum err patch_spend_put(const struct patch_act *a, struct json_object *list) {
    return spend_work(a, PUT_BACK * json_object_array_length(list));
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
