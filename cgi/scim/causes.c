/* The causes of refusals, recognized by what the answer says. */

#include "scim/causes.h"

#include "base/fold.h"

#include <string.h>

/* The first row that fits counts. `part` is a part of the detail without numbers; NULL: any detail. */
static const struct {
    const char *code;
    enum err err;
    const char *part;
} causes[] = {
    {"token_twice", ERR_INVALID_TOKEN, "the word Bearer is there twice"},
    {"token_quotes", ERR_INVALID_TOKEN, "the secret is in quotes or brackets"},
    {"token_blank", ERR_INVALID_TOKEN, "there is a blank in the secret"},
    {"token_cut", ERR_INVALID_TOKEN, "the secret is not complete"},
    {"token_api_key", ERR_INVALID_TOKEN, "this is a key of the admin API"},
    {"scheme", ERR_INVALID_TOKEN, "the Authorization header must be: Bearer, a space, and the token"},
    {"token_unknown", ERR_INVALID_TOKEN, NULL},
    {"no_token", ERR_UNAUTHORIZED, NULL},
    {"guessing", ERR_RATE_LIMITED, "too many requests with a wrong token came from this address"},
    {"rate", ERR_RATE_LIMITED, NULL},
    {"wrong_url", ERR_NOT_FOUND, "no such endpoint"},
    {"gone", ERR_NOT_FOUND, NULL},
    {"doubled_path", ERR_METHOD_NOT_ALLOWED, NULL},
    {"version", ERR_INVALID_VERSION, NULL},
    {"paused", ERR_PAUSED, NULL},
    {"unavailable", ERR_UNAVAILABLE, NULL},
    {"unavailable", ERR_STALE_SCHEMAS, NULL},
    {"internal", ERR_INTERNAL, NULL},
    {"email_immutable", ERR_MUTABILITY, "email is immutable via SCIM"},
    {"user_name_immutable", ERR_MUTABILITY, "userName is immutable via SCIM"},
    {"user_name_taken", ERR_UNIQUENESS, "a user with this userName exists already"},
    {"external_id_taken", ERR_UNIQUENESS, "a user with this externalId exists already"},
    {"email_taken", ERR_UNIQUENESS, "another user of this connection has this email"},
    {"approval", ERR_UNIQUENESS, "a member has this email, and its domain is not verified"},
    {"member_email_taken", ERR_UNIQUENESS, "another member has this email"},
    {"group_taken", ERR_UNIQUENESS, "a group with this displayName exists already"},
    {"group_name_taken", ERR_UNIQUENESS, "another group has this displayName"},
    {"cap_users", ERR_CAP, " users is reached"},
    {"cap_groups", ERR_CAP, " groups is reached"},
    {"cap_members", ERR_CAP, " members in a group would be exceeded"},
    {"no_mail", ERR_INVALID_VALUE, "a user needs an email"},
    {"bad_mail", ERR_INVALID_VALUE, "is not an email address"},
    {"unknown_member", ERR_INVALID_VALUE, "is no user or group of this connection"},
    {"depth", ERR_INVALID_VALUE, "nested group depth exceeds"},
    {"cycle", ERR_INVALID_VALUE, "nested group would create a cycle"},
    {"users_only", ERR_FORBIDDEN, "this token is for users only, not for groups"},
    {"read_only", ERR_FORBIDDEN, "this token may only read"},
    {"address", ERR_FORBIDDEN, "the token may not be used from this address"},
    {"media_type", ERR_MEDIA_TYPE, NULL},
    {"too_large", ERR_TOO_LARGE, "the request body is larger than"},
    {"precondition", ERR_PRECONDITION, NULL},
};

const char *causes_find(struct arena *a, enum err e, const char *detail) {
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i].err == e && (!causes[i].part || strstr(detail, causes[i].part)))
            return causes[i].code;
    return fold_ascii_lower(a, fail_name(e), strlen(fail_name(e)));
}
