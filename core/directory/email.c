/* Chooses the email of a user, and checks email addresses. */

#include "directory/email.h"

#include "base/fold.h"
#include "base/json.h"
#include "protocol/value.h"

#include <string.h>

bool email_valid(const char *s, size_t len) {
    const char *at = memchr(s, '@', len);
    if (!at || at == s || at == s + len - 1 || memchr(at + 1, '@', len - (size_t)(at - s) - 1))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)s[i] <= ' ')
            return false;
    return !fold_has_control(s, len);
}

bool email_usable(struct arena *a, const char *s) {
    size_t len = strlen(s);
    return fold_fits(len, VALUE_KEY_MAX) && email_valid(s, len) && strlen(fold_identity(a, s, len)) <= VALUE_KEY_MAX;
}

static const char *email_text(struct json_object *element) {
    return json_get_string(element, "value");
}

static bool is_work(struct json_object *element) {
    const char *type = json_get_string(element, "type");
    return type && fold_ascii_equal(type, strlen(type), "work", 4);
}

static bool is_primary_email(struct json_object *element) {
    struct json_object *primary = json_get(element, "primary");
    return primary && json_object_is_type(primary, json_type_boolean) && json_object_get_boolean(primary);
}

static bool is_any(struct json_object *element) {
    (void)element;
    return true;
}

const char *email_canonical(struct json_object *resource, bool *from_user_name) {
    static bool (*const ranks[])(struct json_object *) = {is_work, is_primary_email, is_any};
    struct json_object *emails = json_get(resource, "emails");
    size_t n = json_object_is_type(emails, json_type_array) ? json_object_array_length(emails) : 0;
    *from_user_name = false;
    for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++)
        for (size_t i = 0; i < n; i++) {
            struct json_object *element = json_object_array_get_idx(emails, i);
            if (ranks[r](element) && email_text(element))
                return email_text(element);
        }
    const char *user_name = json_get_string(resource, "userName");
    if (!user_name || !email_valid(user_name, strlen(user_name)))
        return NULL;
    *from_user_name = true;
    return user_name;
}

const char *email_domain(const char *email) {
    const char *at = strrchr(email, '@');
    return at ? at + 1 : "";
}
