/* Makes answers from stored resources: adds meta, groups and members to the stored text. */

#include "directory/answer.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/uuid.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *p) {
    while (*p == ' ' || *p == '\t' || *p == ',')
        p++;
    return p;
}

/* The end of one entity tag, W/"..." or "..." (RFC 9110, 8.8.3), and the text between its quotes; NULL: no tag. */
static const char *read_tag(const char *s, const char **text, size_t *len) {
    if (strncmp(s, "W/", 2) == 0)
        s += 2;
    const char *end = *s == '"' ? strchr(s + 1, '"') : NULL;
    if (!end || !strchr(" \t,", end[1])) /* this finds the end of the text, too */
        return NULL;
    *text = s + 1;
    *len = (size_t)(end - *text);
    return end + 1;
}

/* After an unreadable tag nothing counts (ET-08). */
bool answer_tag_matches(const char *header, int64_t version) {
    char own[24];
    size_t own_len = (size_t)snprintf(own, sizeof own, "%" PRId64, version), len;
    const char *p = skip_blanks(header), *text;
    if (*p == '*' && *skip_blanks(p + 1) == '\0')
        return true;
    while (*p && (p = read_tag(p, &text, &len))) {
        if (len == own_len && memcmp(text, own, len) == 0)
            return true;
        p = skip_blanks(p);
    }
    return false;
}

enum err answer_precondition(struct session *s, struct precondition p, int64_t version) {
    if (p.if_match && !answer_tag_matches(p.if_match, version))
        return fail(&s->ctx, ERR_PRECONDITION, "If-Match does not match: the resource has version W/\"%" PRId64 "\"",
                    version);
    if (p.if_none_match && answer_tag_matches(p.if_none_match, version))
        return fail(&s->ctx, ERR_PRECONDITION, "If-None-Match matches: the resource has version W/\"%" PRId64 "\"",
                    version);
    return OK;
}

static void add_time(struct buf *out, int64_t ms) {
    char text[CLOCK_TEXT + 1];
    clock_format(ms * 1000, text);
    buf_str(out, text);
}

/* A list has one for each row, so nothing is formatted. The base URL needs no escapes. */
static void add_resource_meta(struct session *s, const struct resource_type *rt, struct db_rows rows, size_t row,
                              struct buf *out) {
    buf_str(out, "\"meta\":{\"resourceType\":\"");
    buf_str(out, rt->name);
    buf_str(out, "\",\"created\":\"");
    add_time(out, db_int(rows, row, SCIM_CREATED_MS));
    buf_str(out, "\",\"lastModified\":\"");
    add_time(out, db_int(rows, row, SCIM_MODIFIED_MS));
    buf_str(out, "\",\"location\":\"");
    buf_str(out, s->base_url);
    buf_str(out, rt->endpoint);
    buf_char(out, '/');
    buf_str(out, db_text(rows, row, SCIM_ID));
    buf_str(out, "\",\"version\":\"W/\\\"");
    buf_str(out, db_text(rows, row, SCIM_VERSION));
    buf_str(out, "\\\"\"}");
}

static bool is_user_type(const struct resource_type *rt) {
    return rt->base == schema_built_in()->user->base;
}

/* The wanted parts of members. */
struct member_parts {
    bool value, ref, type, display;
};

/* One member, in the text of its line. */
struct member {
    bool user;        /* else a group */
    const char *id;   /* UUID_TEXT bytes */
    const char *name; /* a JSON string */
    size_t name_len;  /* 0: it has none */
};

/* Begins a part of an object with what `text` has of it. */
static void begin_part(struct buf *out, bool *any, const char *text) {
    buf_char(out, *any ? ',' : '{');
    buf_str(out, text);
    *any = true;
}

static void write_member(struct session *s, struct member_parts wanted, const struct member *m, struct buf *out) {
    bool any = false;
    if (wanted.value) {
        begin_part(out, &any, "\"value\":\"");
        buf_add(out, m->id, UUID_TEXT);
        buf_char(out, '"');
    }
    if (wanted.ref) {
        begin_part(out, &any, "\"$ref\":\"");
        buf_str(out, s->base_url);
        buf_str(out, m->user ? "/Users/" : "/Groups/");
        buf_add(out, m->id, UUID_TEXT);
        buf_char(out, '"');
    }
    if (wanted.type)
        begin_part(out, &any, m->user ? "\"type\":\"User\"" : "\"type\":\"Group\"");
    if (wanted.display && m->name_len) {
        begin_part(out, &any, "\"display\":");
        buf_add(out, m->name, m->name_len);
    }
    buf_char(out, '}');
}

/*
 * `members` of a group from their lines (sql/functions/members_of_group.sql), with the parts that are wanted, after a
 * comma. There may be a hundred thousand of them, so they never are JSON objects.
 */
static void add_members(struct session *s, const struct projection *p, const char *lines, struct buf *out) {
    const struct member_parts wanted = {.value = projection_wants_part(p, "members", "value"),
                                        .ref = projection_wants_part(p, "members", "$ref"),
                                        .type = projection_wants_part(p, "members", "type"),
                                        .display = projection_wants_part(p, "members", "display")};
    bool each = wanted.value || wanted.ref || wanted.type, any = false;
    for (const char *line = lines, *end; *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        assert(end - line > UUID_TEXT);
        struct member m = {.user = *line == 'U', .id = line + 1, .name = line + 1 + UUID_TEXT};
        m.name_len = (size_t)(end - m.name);
        if (!each && (!wanted.display || !m.name_len))
            continue;
        buf_str(out, any ? "," : ",\"members\":[");
        any = true;
        write_member(s, wanted, &m, out);
    }
    if (any)
        buf_char(out, ']');
}

static int compare_lines(const void *a, const void *b) {
    return memcmp(*(const char *const *)a, *(const char *const *)b, 1 + UUID_TEXT);
}

/* The beginnings of the lines, in order: each has a letter and an id. */
static const char **sort_lines(struct arena *a, const char *lines, size_t *n) {
    *n = 1;
    for (const char *p = lines; (p = strchr(p, '\n')); p++)
        ++*n;
    const char **sorted = arena_array(a, *n, sizeof *sorted), *p = lines;
    for (size_t i = 0; i < *n; i++, p += strcspn(p, "\n") + 1)
        sorted[i] = p;
    qsort(sorted, *n, sizeof *sorted, compare_lines);
    return sorted;
}

/* `groups` of a user from their lines (sql/functions/groups_lines.sql): direct ones first, each kind by id. */
static void add_groups(struct session *s, const char *lines, struct buf *out) {
    size_t n, base = strlen(s->base_url);
    const char **sorted = sort_lines(s->ctx.arena, lines, &n);
    for (size_t i = 0; i < n; i++) {
        const char *id = sorted[i] + 1, *name = id + UUID_TEXT;
        size_t name_len = strcspn(name, "\n");
        buf_str(out, i ? ",{\"value\":\"" : "\"groups\":[{\"value\":\"");
        buf_add(out, id, UUID_TEXT);
        buf_str(out, "\",\"$ref\":\"");
        buf_add(out, s->base_url, base);
        buf_str(out, "/Groups/");
        buf_add(out, id, UUID_TEXT);
        buf_str(out, name_len ? "\",\"display\":" : "\"");
        buf_add(out, name, name_len);
        buf_str(out, *sorted[i] == 'D' ? ",\"type\":\"direct\"}" : ",\"type\":\"indirect\"}");
    }
    buf_str(out, "],");
}

/* The stored text with `meta`, and with the groups of a user; the end of the object is left open. */
static void splice_resource(struct session *s, const struct resource_type *rt, struct db_rows rows, size_t row,
                            struct buf *out) {
    const char *stored = db_text(rows, row, SCIM_RESOURCE), *groups = db_text(rows, row, SCIM_COMPUTED);
    buf_add(out, stored, strlen(stored) - 1);
    buf_char(out, ',');
    if (groups && is_user_type(rt))
        add_groups(s, groups, out);
    add_resource_meta(s, rt, rows, row, out);
}

/*
 * manager.$ref and manager.displayName are made from the live user that it names (RFC 7643, 4.3); absent if there is
 * none.
 */
static void compute_manager(struct session *s, struct db_rows rows, size_t row, struct json_object *resource) {
    struct json_object *manager = json_get(json_get(resource, SCHEMA_ENTERPRISE), "manager");
    if (!manager)
        return;
    const char *id = db_text(rows, row, SCIM_MANAGER_FOUND);
    const char *display = db_text(rows, row, SCIM_MANAGER_DISPLAY);
    json_object_object_del(manager, "displayName");
    if (!id)
        return;
    json_object_object_add(manager, "$ref",
                           json_object_new_string(arena_printf(s->ctx.arena, "%s/Users/%s", s->base_url, id)));
    if (display)
        json_object_object_add(manager, "displayName", json_object_new_string(display));
}

/* What the stored text, parsed, becomes: with the computed parts of `manager`, and only what is wanted. */
static enum err project_resource(struct session *s, const struct resource_type *rt, struct db_rows rows, size_t row,
                                 const struct projection *p, const char **out) {
    struct buf *whole = buf_new(s->ctx.arena, ANSWER_MAX);
    struct json_object *resource;
    splice_resource(s, rt, rows, row, whole);
    buf_char(whole, '}');
    if (buf_overflowed(whole))
        return fail(&s->ctx, ERR_TOO_MANY, NULL);
    enum err e = json_parse_own(&s->ctx, buf_text(whole), buf_len(whole), &resource);
    if (e != OK)
        return e;
    if (db_text(rows, row, SCIM_MANAGER_FOUND))
        compute_manager(s, rows, row, resource);
    projection_apply(p, rt, resource);
    *out = json_text(s->ctx.arena, resource);
    return OK;
}

/*
 * Writes the resource in a row of a users or groups statement: the stored text with `groups` or `members`, `meta` and
 * the computed parts of `manager` spliced in; parsed only when a projection or a manager asks for it.
 */
static enum err write_resource(struct session *s, const struct resource_type *rt, struct db_rows rows, size_t row,
                               const struct projection *p, struct buf *out) {
    const char *members = is_user_type(rt) ? NULL : db_text(rows, row, SCIM_COMPUTED);
    if (p || rt->hides || db_text(rows, row, SCIM_MANAGER_FOUND)) {
        const char *text = "";
        enum err e = project_resource(s, rt, rows, row, p, &text);
        if (e != OK)
            return e;
        buf_add(out, text, strlen(text) - 1);
    } else
        splice_resource(s, rt, rows, row, out);
    if (members)
        add_members(s, p, members, out);
    buf_char(out, '}');
    return OK;
}

enum err answer_one(struct session *s, const struct resource_type *rt, struct db_rows rows, const struct projection *p,
                    struct answer *out) {
    if (db_count(rows) == 0)
        return fail(&s->ctx, ERR_NOT_FOUND, NULL);
    struct buf *b = buf_new(s->ctx.arena, ANSWER_MAX);
    enum err e = write_resource(s, rt, rows, 0, p, b);
    if (e != OK)
        return e;
    if (buf_overflowed(b))
        return fail(&s->ctx, ERR_TOO_MANY, NULL);
    *out = (struct answer){.id = db_text(rows, 0, SCIM_ID),
                           .version = db_int(rows, 0, SCIM_VERSION),
                           .json = buf_text(b),
                           .len = buf_len(b)};
    return OK;
}

static void add_place(const struct list_page *page, struct buf *b) {
    if (!page->by_cursor)
        buf_fmt(b, ",\"startIndex\":%" PRId64, page->start_index);
    if (page->next)
        buf_fmt(b, ",\"nextCursor\":\"%s\"", page->next);
    if (page->previous)
        buf_fmt(b, ",\"previousCursor\":\"%s\"", page->previous);
}

enum err answer_fill(struct session *s, struct db_rows rows, struct list_page *page) {
    assert(page->n <= db_count(rows));
    struct buf *b = buf_new(s->ctx.arena, ANSWER_MAX);
    page->items = arena_array(s->ctx.arena, page->n, sizeof *page->items);
    for (size_t i = 0; i < page->n; i++) {
        size_t before = buf_len(b);
        bool second = page->n_types > 1 && strcmp(db_text(rows, i, PAGE_TYPE), page->types[1].rt->name) == 0;
        enum err e = write_resource(s, page->types[second].rt, rows, i, page->types[second].projection, b);
        if (e != OK)
            return e;
        if (buf_overflowed(b))
            return fail(&s->ctx, ERR_TOO_MANY, "a resource is too large; use excludedAttributes");
        page->items[i].len = buf_len(b) - before;
        if (i && buf_len(b) > LIST_BYTES)
            page->n = i;
    }
    const char *text = buf_text(b); /* it moves while it grows */
    for (size_t i = 0; i < page->n; text += page->items[i++].len)
        page->items[i].json = text;
    return OK;
}

enum err answer_list(struct session *s, const struct list_page *page, struct answer *out) {
    struct buf *b = buf_new(s->ctx.arena, ANSWER_MAX);
    buf_fmt(b, "{\"schemas\":[\"" SCHEMA_LIST "\"],\"totalResults\":%" PRId64, page->total);
    add_place(page, b);
    buf_fmt(b, ",\"itemsPerPage\":%zu,\"Resources\":[", page->n);
    for (size_t i = 0; i < page->n; i++) {
        const struct answer *item = &page->items[page->reversed ? page->n - 1 - i : i];
        if (i)
            buf_char(b, ',');
        buf_add(b, item->json, item->len);
    }
    buf_str(b, "]}");
    if (buf_overflowed(b))
        return fail(&s->ctx, ERR_TOO_MANY,
                    "the page is too large; ask for fewer with count, or use excludedAttributes");
    *out = (struct answer){.json = buf_text(b), .len = buf_len(b)};
    return OK;
}

const char *answer_stored(struct session *s, const char *id, struct json_object *resource) {
    struct json_object *stored = json_new_object(s->ctx.arena);
    json_object_object_add(stored, "schemas", json_object_get(json_get(resource, "schemas")));
    json_object_object_add(stored, "id", json_object_new_string(id));
    json_object_object_foreach(resource, name, value) {
        if (strcmp(name, "schemas") != 0 && strcmp(name, "members") != 0)
            json_object_object_add(stored, name, json_object_get(value));
    }
    return json_text(s->ctx.arena, stored);
}

enum err answer_restore(struct session *s, const char *stored, struct json_object **out) {
    enum err e = json_parse_own(&s->ctx, stored, strlen(stored), out);
    if (e == OK)
        json_object_object_del(*out, "id");
    return e;
}
