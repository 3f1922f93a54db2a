/*
 * Writes core/protocol/schemas.json as the C tables of protocol/schema_table.h, when Muster is built: a process then
 * has the built-in schemas without reading them.
 */

#include "protocol/schema_table.h"

#include "base/arena.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024, NAME_MAX_LEN = 64 };

/* None are known yet. */
const struct schema *const schema_table[] = {NULL};

static void print_string(const char *s) {
    putchar('"');
    for (; *s; s++)
        printf(*s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
    putchar('"');
}

/* The table of the i-th attribute's parts has the name of the table that the attribute is in, and i. */
static void name_parts(const char *table, size_t i, char out[NAME_MAX_LEN]) {
    snprintf(out, NAME_MAX_LEN, "%s_%zu", table, i);
}

static void print_canonical(const char *table, const struct attr *attrs, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (attrs[i].n_canonical)
            printf("static const char *const %s_%zu_values[] = {", table, i);
        for (size_t k = 0; k < attrs[i].n_canonical; k++) {
            print_string(attrs[i].canonical[k]);
            puts(k + 1 < attrs[i].n_canonical ? "," : "};");
        }
    }
}

static void print_attr(const char *table, size_t i, const struct attr *a, const char *parent) {
    printf("    {.name = \"%s\", .type = %d, .mutability = %d, .returned = %d, .uniqueness = %d, .multi = %d, "
           ".required = %d, .case_exact = %d",
           a->name, a->type, a->mutability, a->returned, a->uniqueness, a->multi, a->required, a->case_exact);
    if (a->parent)
        printf(", .parent = &%s", parent);
    if (a->n_subs)
        printf(", .subs = %s_%zu, .n_subs = %zu", table, i, a->n_subs);
    if (a->n_canonical)
        printf(", .canonical = %s_%zu_values, .n_canonical = %zu", table, i, a->n_canonical);
    puts("},");
}

/* A table of attributes, and those of their parts. `parent`: the attribute that they are parts of. */
static void print_attrs(const char *table, const struct attr *attrs, size_t n, const char *parent) {
    char name[NAME_MAX_LEN], element[2 * NAME_MAX_LEN];
    print_canonical(table, attrs, n);
    for (size_t i = 0; i < n; i++)
        if (attrs[i].n_subs)
            printf("static const struct attr %s_%zu[%zu];\n", table, i, attrs[i].n_subs);
    printf("static const struct attr %s[%zu] = {\n", table, n);
    for (size_t i = 0; i < n; i++)
        print_attr(table, i, &attrs[i], parent);
    puts("};");
    for (size_t i = 0; i < n; i++) {
        if (!attrs[i].n_subs)
            continue;
        name_parts(table, i, name);
        snprintf(element, sizeof element, "%s[%zu]", table, i);
        print_attrs(name, attrs[i].subs, attrs[i].n_subs, element);
    }
}

static void print_schema(const struct schema *s, size_t i) {
    char table[NAME_MAX_LEN];
    name_parts("attrs", i, table);
    print_attrs(table, s->attrs, s->n_attrs, NULL);
    printf(
        "static const struct schema schema_%zu = {.urn = \"%s\", .name = \"%s\", .attrs = %s, .n_attrs = %zu, .text = ",
        i, s->urn, s->name, table, s->n_attrs);
    print_string(s->text);
    puts("};");
}

static enum err print_tables(struct ctx *ctx, const char *text, size_t len) {
    struct json_object *list;
    enum err e = json_parse(ctx, text, len, &list);
    size_t n = e == OK ? json_object_array_length(list) : 0;
    puts("#include \"protocol/schema_table.h\"");
    for (size_t i = 0; i < n; i++) {
        struct schema *s;
        if ((e = schema_load(ctx, json_object_array_get_idx(list, i), &s)) != OK)
            return e;
        print_schema(s, i);
    }
    puts("const struct schema *const schema_table[] = {");
    for (size_t i = 0; i < n; i++)
        printf("    &schema_%zu,\n", i);
    puts("    NULL};");
    return e;
}

/* Reads the JSON from standard input. */
int main(void) {
    struct ctx ctx = {.arena = arena_create()};
    char *text = arena_alloc(ctx.arena, TEXT_MAX);
    size_t len = fread(text, 1, TEXT_MAX, stdin);
    enum err e = print_tables(&ctx, text, len);
    if (e != OK)
        fprintf(stderr, "schemas: %s\n", fail_detail(&ctx));
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    arena_destroy(ctx.arena);
    return e == OK && written ? EXIT_SUCCESS : EXIT_FAILURE;
}
