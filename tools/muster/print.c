/* Prints results: tables for people, JSON for programs. */

#include "muster/print.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/words.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 12, GAP = 2 };

/*
 * A value for people: texts bare, nothing as "-", lists and objects as JSON. Control characters are removed, because
 * they could control the terminal.
 */
static const char *shown_cell(struct arena *a, struct json_object *v) {
    if (!v)
        return "-";
    char *text =
        arena_strdup(a, json_object_is_type(v, json_type_string) ? json_object_get_string(v) : json_text(a, v));
    for (char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    return text;
}

void print_object(struct json_object *o, bool json) {
    struct arena *a = arena_create();
    if (json)
        printf("%s\n", json_text(a, o));
    else {
        json_object_object_foreach(o, name, v) printf("%s: %s\n", name, shown_cell(a, v));
    }
    arena_destroy(a);
}

/* Counts characters, not bytes; good enough for names written from left to right. */
static int width_of(const char *s) {
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static size_t split_columns(struct arena *a, const char *columns, const char *out[COLUMNS]) {
    size_t n = 0, len;
    for (const char *word; n < COLUMNS && (word = words_next(&columns, " ", &len));)
        out[n++] = arena_strndup(a, word, len);
    return n;
}

static void print_row(const char *const *cells, const int *widths, size_t n) {
    for (size_t i = 0; i < n; i++)
        printf("%s%*s", cells[i], i + 1 < n ? widths[i] - width_of(cells[i]) + GAP : 0, "");
    putchar('\n');
}

static void print_rows(struct arena *a, struct json_object *list, const char *columns) {
    const char *names[COLUMNS], *cells[COLUMNS];
    int widths[COLUMNS];
    size_t n = split_columns(a, columns, names), rows = json_object_array_length(list);
    for (size_t c = 0; c < n; c++)
        widths[c] = width_of(names[c]);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < n; c++) {
            int w = width_of(shown_cell(a, json_get(json_object_array_get_idx(list, r), names[c])));
            widths[c] = w > widths[c] ? w : widths[c];
        }
    print_row(names, widths, n);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < n; c++)
            cells[c] = shown_cell(a, json_get(json_object_array_get_idx(list, r), names[c]));
        print_row(cells, widths, n);
    }
}

void print_table(struct json_object *list, const char *columns, bool json) {
    struct arena *a = arena_create();
    if (json)
        printf("%s\n", json_text(a, list));
    else
        print_rows(a, json_get(list, "data"), columns);
    arena_destroy(a);
}

enum err print_list(struct ctx *ctx, struct db_rows rows, const char *columns, bool json) {
    struct json_object *list = json_new_array(ctx->arena);
    for (size_t i = 0; i < db_count(rows); i++) {
        struct json_object *o;
        const char *text = db_text(rows, i, OBJECT_OBJECT);
        enum err e = json_parse_own(ctx, text, strlen(text), &o);
        if (e != OK)
            return e;
        json_object_array_add(list, json_object_get(o));
    }
    struct json_object *page = json_new_object(ctx->arena);
    json_object_object_add(page, "data", json_object_get(list));
    json_object_object_add(page, "next_cursor", NULL);
    print_table(page, columns, json);
    return OK;
}
