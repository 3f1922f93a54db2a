/* Conditions that let an index answer a filter. */

#include "query/filter_sql_internal.h"

#include "base/arena.h"
#include "base/fold.h"
#include "base/json.h"
#include "base/uuid.h"

#include <string.h>

#define SQL(c, ...) arena_printf((c)->ctx->arena, __VA_ARGS__)

#define IDS_BY_EMAIL "select e.user_id from muster.scim_user_email e where " TENANT(e) " and e.value_key"
#define GROUPS_OF_USER "select m.group_id from muster.scim_group_user m where " TENANT(m) " and m.user_id"
#define GROUPS_OF_GROUP "select n.parent_id from muster.scim_group_group n where " TENANT(n) " and n.child_id"
#define IDS_BY_TIME "select t.id from muster.scim_modified t where " TENANT(t) " and t.type ="
#define USERS "select k.id from muster.scim_user k where " TENANT(k) " and k.removed_at is null and"
#define GROUPS "select k.id from muster.scim_group k where " TENANT(k) " and"

const struct filter *filter_sql_demanded(const struct filter *f, enum filter_kind kind) {
    if (!f)
        return NULL;
    if (f->kind == FILTER_AND) {
        const struct filter *left = filter_sql_demanded(f->left, kind);
        return left ? left : filter_sql_demanded(f->right, kind);
    }
    if (f->kind == FILTER_VALUE_PATH) {
        const struct filter *tail = filter_sql_demanded(f->right, kind);
        return tail ? tail : filter_sql_demanded(f->left, kind);
    }
    bool value = f->ref.sub && strcmp(f->ref.sub->name, "value") == 0;
    return f->kind == kind && f->key && value ? f : NULL;
}

static bool is_comparison(const struct filter *f) {
    return f->kind != FILTER_AND && f->kind != FILTER_OR && f->kind != FILTER_NOT && !f->ref.absent;
}

/* A comparison with an attribute of the base schema. */
static bool names_attribute(const struct filter *f, const char *attr) {
    return is_comparison(f) && !f->ref.extension && !f->ref.unregistered && strcmp(f->ref.attr->name, attr) == 0;
}

/* Whether the filter is on the list whose values have a table of their own. */
static bool names_list(const struct compiler *c, const struct filter *f) {
    return names_attribute(f, c->user ? "emails" : "members");
}

/* The comparison by which to read the table of the list's values; NULL: the filter requires none. */
static const struct filter *list_key(const struct compiler *c, const struct filter *f) {
    const struct filter *eq = filter_sql_demanded(f, FILTER_EQ);
    if (c->user)
        return eq ? eq : filter_sql_demanded(f, FILTER_SW);
    const char *id = eq ? json_object_get_string(eq->key) : NULL;
    return id && uuid_valid(id, strlen(id)) ? eq : NULL;
}

/* The ids of the rows that have this value. */
static const char *ids_by_list(struct compiler *c, const struct filter *by) {
    const char *key = json_object_get_string(by->key);
    if (c->user)
        return SQL(c, IDS_BY_EMAIL " %s %s", by->kind == FILTER_EQ ? "=" : "^@", filter_sql_text(c, key));
    const char *param = SQL(c, "%s::uuid", filter_sql_param(c, key));
    return SQL(c, GROUPS_OF_USER " = %s union " GROUPS_OF_GROUP " = %s", param, param);
}

/*
 * displayName by its key column. A user's column has only the beginning. A group's column folds more than the filter
 * does, and a prefix may end inside characters that folding composes into one (half-width kana, jamo): so only the
 * leading ASCII characters of the prefix surely begin the column.
 */
static const char *display_name_condition(struct compiler *c, const struct filter *f, const char *row) {
    struct arena *a = c->ctx->arena;
    const char *key = json_object_get_string(f->key), *op = f->kind == FILTER_EQ ? "=" : "^@";
    if (c->user)
        return SQL(c, "%s.display_name_key %s left(%s, 256)", row, op, filter_sql_text(c, key));
    size_t ascii = 0;
    while (key[ascii] && (unsigned char)key[ascii] < 0x80)
        ascii++;
    const char *sure = f->kind == FILTER_EQ ? fold_identity(a, key, strlen(key)) : arena_strndup(a, key, ascii);
    return SQL(c, "%s.display_name_key %s %s", row, op, filter_sql_text(c, sure));
}

static bool is_sought(const struct filter *f) {
    return f->key && (f->kind == FILTER_EQ || f->kind == FILTER_SW);
}

static bool is_by_name(const struct filter *f) {
    return names_attribute(f, "displayName") && is_sought(f);
}

static bool is_by_key(const struct filter *f) {
    return (names_attribute(f, "userName") || names_attribute(f, "externalId")) && is_sought(f);
}

static bool is_by_id(const struct filter *f) {
    const char *id = names_attribute(f, "id") && f->kind == FILTER_EQ && f->key ? json_object_get_string(f->key) : NULL;
    return id && uuid_valid(id, strlen(id));
}

/* Whether the comparison uses the order of the attribute's values. */
static bool uses_order(const struct filter *f) {
    bool other = f->kind == FILTER_NE || f->kind == FILTER_CO || f->kind == FILTER_EW;
    return is_comparison(f) && f->key && !other;
}

static bool is_time(const struct filter *f, const char *sub) {
    return uses_order(f) && names_attribute(f, "meta") && f->ref.sub && strcmp(f->ref.sub->name, sub) == 0;
}

static bool is_by_modified(const struct filter *f) {
    return is_time(f, "lastModified");
}

/* Whether ids_sql() can list the ids. */
static bool has_ids(const struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND)
        return has_ids(c, f->left) || has_ids(c, f->right);
    if (f->kind == FILTER_OR)
        return has_ids(c, f->left) && has_ids(c, f->right);
    return (names_list(c, f) && list_key(c, f)) || is_by_name(f) || is_by_key(f) || is_by_id(f) || is_by_modified(f);
}

static const char *modified_condition(struct compiler *c, const struct filter *f) {
    struct operand x;
    return filter_sql_column(c, f, &x) ? filter_sql_compare(c, f, (struct operand){"t.modified_at", x.cast}) : "true";
}

static const char *ids_query(struct compiler *c, const struct filter *f) {
    struct operand x;
    const char *condition;
    if (names_list(c, f))
        return ids_by_list(c, list_key(c, f));
    if (is_by_modified(f))
        return SQL(c, IDS_BY_TIME " '%s' and %s", c->rt->name, modified_condition(c, f));
    if (is_by_id(f))
        return SQL(c, "select %s::uuid", filter_sql_param(c, json_object_get_string(f->key)));
    if (is_by_key(f) && filter_sql_column(c, f, &x))
        condition = filter_sql_compare(c, f, (struct operand){SQL(c, "k%s", x.sql + 1), x.cast});
    else
        condition = display_name_condition(c, f, "k");
    return SQL(c, c->user ? USERS " %s" : GROUPS " %s", condition);
}

/* A select of the ids of all rows that can match the filter, by indexes. */
static const char *ids_sql(struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND) {
        bool right = !has_ids(c, f->left) || (is_by_modified(f->left) && has_ids(c, f->right));
        return ids_sql(c, right ? f->right : f->left);
    }
    if (f->kind == FILTER_OR) {
        const char *left = ids_sql(c, f->left);
        return SQL(c, "%s union %s", left, ids_sql(c, f->right));
    }
    return ids_query(c, f);
}

/* Whether the filter has a comparison that an index answers, but not by its exact condition. */
static bool needs_ids(const struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND || f->kind == FILTER_OR)
        return needs_ids(c, f->left) || needs_ids(c, f->right);
    return names_list(c, f) || is_by_modified(f) || is_by_name(f);
}

const char *filter_sql_necessary(struct compiler *c, const struct filter *f) {
    if (is_by_name(f))
        return display_name_condition(c, f, "r");
    bool rows = is_by_modified(f); /* the rows of the list come by it, or by another index: filter_sql_modified() */
    return !rows && needs_ids(c, f) && has_ids(c, f) ? SQL(c, "r.id in (%s)", ids_sql(c, f)) : NULL;
}

/* Whether the attribute has an indexed column, and the comparison uses its order. */
static bool is_ordered(const struct filter *f) {
    bool key = names_attribute(f, "userName") || names_attribute(f, "externalId");
    return (key && uses_order(f)) || is_time(f, "created");
}

bool filter_sql_indexed(const struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND)
        return filter_sql_indexed(c, f->left) || filter_sql_indexed(c, f->right);
    if (f->kind == FILTER_OR)
        return has_ids(c, f) || (!needs_ids(c, f) && filter_sql_indexed(c, f->left) && filter_sql_indexed(c, f->right));
    return has_ids(c, f) || is_ordered(f);
}

bool filter_sql_joined(const struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND)
        return filter_sql_joined(c, f->left) || filter_sql_joined(c, f->right);
    return f->kind == FILTER_OR && needs_ids(c, f) && has_ids(c, f);
}

bool filter_sql_fixed(const struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND || f->kind == FILTER_OR || !has_ids(c, f))
        return false;
    return names_list(c, f) ? list_key(c, f)->kind == FILTER_EQ : f->kind == FILTER_EQ;
}

/* Whether an index answers the filter without its comparisons of meta.lastModified. */
static bool is_indexed_otherwise(const struct compiler *c, const struct filter *f) {
    if (f->kind == FILTER_AND)
        return is_indexed_otherwise(c, f->left) || is_indexed_otherwise(c, f->right);
    return !is_by_modified(f) && filter_sql_indexed(c, f);
}

/* The comparisons of meta.lastModified that the filter requires. */
static const char *modified_required(struct compiler *c, const struct filter *f) {
    if (is_by_modified(f))
        return modified_condition(c, f);
    if (f->kind != FILTER_AND)
        return NULL;
    const char *left = modified_required(c, f->left), *right = modified_required(c, f->right);
    return left && right ? SQL(c, "(%s and %s)", left, right) : left ? left : right;
}

const char *filter_sql_modified(struct compiler *c, const struct filter *f) {
    return is_indexed_otherwise(c, f) ? NULL : modified_required(c, f);
}
