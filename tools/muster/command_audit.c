/* muster audit verify, head, export and partitions. */

#include "muster/command.h"

#include "audit/audit_export.h"
#include "audit/chain.h"
#include "audit/verify.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/number.h"
#include "base/uuid.h"
#include "muster/output.h"
#include "muster/print.h"
#include "sql/operator.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_DIGITS = 18 };

/* The state of verifying. */
struct verifying {
    struct progress progress; /* first, because show_audit_progress() gets it */
    bool json, all;
    size_t told; /* organizations */
};

static void show_audit_progress(void *arg, size_t n) {
    output_progress(arg, n);
}

static void tell_problems(struct json_object *o, const char *name) {
    struct json_object *list = json_get(o, "problems");
    size_t n = json_object_array_length(list);
    int64_t count = json_object_get_int64(json_get(o, "problem_count"));
    for (size_t i = 0; i < n; i++) {
        struct json_object *p = json_object_array_get_idx(list, i), *place = json_get(p, "sequence");
        const char *event = json_get_string(p, "event_id");
        printf("BAD  %s", name);
        if (place)
            printf(" %lld", (long long)json_object_get_int64(place));
        printf("%s%s: %s\n", event ? " event " : "", event ? event : "", json_get_string(p, "problem"));
    }
    if (count > (int64_t)n)
        printf("BAD  %s: %lld problems more\n", name, (long long)count - (long long)n);
}

/* Prints one organization when it is done; if there are many, those without events are skipped. */
static void print_chain(void *arg, struct json_object *o) {
    struct verifying *v = arg;
    const char *slug = json_get_string(o, "slug"), *name = slug ? slug : json_get_string(o, "organization_id");
    long long events = (long long)json_object_get_int64(json_get(o, "events")),
              waiting = (long long)json_object_get_int64(json_get(o, "waiting")),
              count = (long long)json_object_get_int64(json_get(o, "problem_count"));
    if (v->json) {
        printf("%s%s", v->all ? v->told++ ? "," : "{\"data\":[" : "", json_object_to_json_string_ext(o, 0));
        return;
    }
    tell_problems(o, name);
    if (v->all && events == 0 && waiting == 0)
        return;
    printf("%-4s %s: %lld events", count ? "BAD" : "ok", name, events);
    if (events)
        printf(", %lld to %lld, head %lld:%s", (long long)json_object_get_int64(json_get(o, "from")),
               (long long)json_object_get_int64(json_get(o, "to")), (long long)json_object_get_int64(json_get(o, "to")),
               json_get_string(o, "hash"));
    if (waiting)
        printf("; %lld wait to be sealed", waiting);
    putchar('\n');
}

/* A place in the chain, from 1; 0: invalid. */
static int64_t read_sequence(const char *text, size_t len) {
    int64_t n;
    return len <= PLACE_DIGITS && *text != '0' && number_parse(text, len, &n) && n > 0 ? n : 0;
}

static enum err read_place(struct invocation *in, const char *field, int64_t *out) {
    const char *text = command_text(in, field);
    *out = text ? read_sequence(text, strlen(text)) : 0;
    if (text && !*out)
        return fail(&in->ctx, ERR_USAGE, "--%s takes a place in the chain, a number from 1 on, not \"%s\"", field,
                    text);
    return OK;
}

static bool hash_valid(const char *s) {
    return s && strlen(s) == CHAIN_HEX && strspn(s, "0123456789abcdef") == CHAIN_HEX;
}

/* Adds an object of "audit head --json"; returns what is wrong, NULL: nothing. */
static const char *add_known_head(struct json_object *heads, struct json_object *o) {
    const char *id = json_get_string(o, "organization_id"), *hash = json_get_string(o, "hash");
    struct json_object *place = json_get(o, "sequence"), *mine;
    if (!id || !uuid_valid(id, strlen(id)) || !hash_valid(hash) || !json_object_is_type(place, json_type_int) ||
        json_object_get_int64(place) < 1)
        return "it is no head as muster audit head --json prints it";
    if (!json_object_object_get_ex(heads, id, &mine)) {
        mine = json_object_new_object();
        json_object_object_add(heads, id, mine);
    }
    const char *text = json_object_to_json_string_ext(place, 0), *known = json_get_string(mine, text);
    if (known && strcmp(known, hash) != 0)
        return "a line before has another hash for this place: the chain was another one then";
    json_object_object_add(mine, text, json_object_new_string(hash));
    return NULL;
}

/* A line: a head, or {"data": [heads]}. */
static const char *add_heads_line(struct arena *a, struct json_object *heads, const char *line, size_t len) {
    struct ctx ctx = {.arena = a};
    struct json_object *o, *list;
    const char *wrong = NULL;
    if (json_parse(&ctx, line, len, &o) != OK)
        return "it is not JSON";
    list = json_get(o, "data");
    if (!json_object_is_type(list, json_type_array))
        return add_known_head(heads, o);
    for (size_t i = 0, n = json_object_array_length(list); !wrong && i < n; i++)
        wrong = add_known_head(heads, json_object_array_get_idx(list, i));
    return wrong;
}

/* Reads the output of "audit head --json", possibly of many runs. */
static enum err read_heads(struct invocation *in, const char *path, struct json_object *heads) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    struct arena *a = arena_create();
    char *line = NULL;
    size_t room = 0, number = 0;
    enum err e = OK;
    if (!file)
        e = fail(&in->ctx, ERR_USAGE, "%s cannot be read: %s", path, strerror(errno));
    for (ssize_t n; e == OK && (n = getline(&line, &room, file)) > 0; arena_reset(a)) {
        const char *wrong = add_heads_line(a, heads, line, (size_t)n);
        number++;
        if (wrong)
            e = fail(&in->ctx, ERR_BAD_REQUEST, "%s, line %zu: %s", path, number, wrong);
    }
    if (e == OK && ferror(file))
        e = fail(&in->ctx, ERR_USAGE, "%s cannot be read", path);
    free(line);
    if (file && file != stdin)
        fclose(file);
    arena_destroy(a);
    return e;
}

static enum err read_verify(struct invocation *in, struct verify_run *v) {
    const char *heads = command_text(in, "heads");
    v->organization = command_text(in, "org");
    v->head = command_text(in, "head");
    const char *colon = v->head ? strchr(v->head, ':') : NULL;
    enum err e = read_place(in, "from", &v->from);
    if (e == OK)
        e = read_place(in, "to", &v->to);
    if (e != OK)
        return e;
    if (!v->organization && (v->head || v->from || v->to))
        return fail(&in->ctx, ERR_USAGE, "--head, --from and --to are of one organization: --org ORG is missing");
    if (v->head && (!colon || !read_sequence(v->head, (size_t)(colon - v->head)) || !hash_valid(colon + 1)))
        return fail(&in->ctx, ERR_USAGE,
                    "--head takes a head as muster audit head prints it, a place, a colon and 64 "
                    "characters of a hash");
    v->heads = json_new_object(in->ctx.arena);
    return heads ? read_heads(in, heads, v->heads) : OK;
}

enum err command_audit_verify(struct invocation *in) {
    struct verify_run v = {.done = print_chain, .progress = show_audit_progress};
    struct verifying s = {.progress = {.what = "verified", .of = "events"}, .json = in->json};
    enum err e = read_verify(in, &v);
    if (e != OK)
        return e;
    s.all = !v.organization;
    v.arg = &s;
    e = verify_chains(&in->ctx, in->db, &v);
    if (e == ERR_NOT_FOUND)
        return fail(&in->ctx, e, "there is no organization \"%s\"; muster org list shows them", v.organization);
    if (e != OK)
        return e;
    if (in->json)
        printf("%s\n", s.all ? s.told ? "],\"next_cursor\":null}" : "{\"data\":[],\"next_cursor\":null}" : "");
    else if (s.all)
        printf("%-4s %zu organizations, %zu events\n", v.problems ? "BAD" : "ok", v.organizations, v.events);
    return v.problems ? fail(&in->ctx, ERR_BAD_REQUEST, "the audit log is not as it was sealed: %zu problem%s",
                             v.problems, v.problems == 1 ? "" : "s")
                      : OK;
}

/* The id of --org, even if it is removed. */
static enum err find_audited_organization(struct invocation *in, const char **id) {
    const char *org = command_text(in, "org");
    struct db_rows rows = {0};
    *id = NULL;
    if (!org)
        return OK;
    enum err e = command_query(in, sql_op_audit_organizations(.limit = "1", .organization = org), &rows);
    if (e == OK && db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "there is no organization \"%s\"; muster org list shows them", org);
    if (e == OK)
        *id = db_text(rows, 0, OP_AUDIT_ORGANIZATIONS_ID);
    return e;
}

enum err command_audit_head(struct invocation *in) {
    const char *id;
    struct db_rows rows = {0};
    struct json_object *o;
    enum err e = find_audited_organization(in, &id);
    if (e == OK)
        e = command_query(in, sql_op_audit_head(.organization_id = id), &rows);
    if (e != OK)
        return e;
    if (!id)
        return print_list(&in->ctx, rows, "slug organization_id sequence hash at", in->json);
    if (db_count(rows) == 0)
        return fail(&in->ctx, ERR_NOT_FOUND, "nothing of this organization is sealed yet: does muster-deliver run?");
    const char *text = db_text(rows, 0, OBJECT_OBJECT);
    e = json_parse_own(&in->ctx, text, strlen(text), &o);
    if (e == OK && in->json)
        print_object(o, true);
    else if (e == OK)
        printf("%lld:%s %s\n", (long long)json_object_get_int64(json_get(o, "sequence")), json_get_string(o, "hash"),
               json_get_string(o, "at"));
    return e;
}

/* `progress` is first, because show_audit_progress() gets it. */
struct exporting {
    struct progress progress;
    struct audit_export run;
    FILE *file;
};

static bool write_audit_text(void *arg, const char *text, size_t len) {
    struct exporting *x = arg;
    return fwrite(text, 1, len, x->file) == len;
}

static enum err export_audit_to(struct invocation *in, FILE *file, void *arg) {
    struct exporting *x = arg;
    x->file = file;
    return audit_export_run(&in->ctx, in->db, &x->run);
}

static enum err read_time(struct invocation *in, const char *field, const char **out) {
    char key[CLOCK_KEY];
    *out = command_text(in, field);
    if (*out && !clock_parse(*out, strlen(*out), key))
        return fail(&in->ctx, ERR_USAGE, "--%s must be a time such as 2027-01-31T12:00:00Z (RFC 3339)", field);
    return OK;
}

enum err command_audit_export(struct invocation *in) {
    const char *org = command_text(in, "org"), *format = command_text(in, "format"), *path = command_text(in, "output");
    struct exporting x = {.progress = {.what = "exported", .of = "events"},
                          .run = {.organization = org,
                                  .format = format && strcmp(format, "csv") == 0 ? AUDIT_CSV : AUDIT_JSONL,
                                  .action = command_text(in, "action"),
                                  .write = write_audit_text,
                                  .progress = show_audit_progress,
                                  .arg = &x}};
    if (!org)
        return fail(&in->ctx, ERR_USAGE, "--org ORG is missing: which organization?");
    if (!format || (strcmp(format, "csv") != 0 && strcmp(format, "jsonl") != 0))
        return fail(&in->ctx, ERR_USAGE, "audit export needs --format csv or --format jsonl");
    if (in->json && !output_is_file(path))
        return fail(&in->ctx, ERR_USAGE, "--json needs --output FILE: the export itself goes to standard output");
    enum err e = read_time(in, "from", &x.run.from);
    if (e == OK)
        e = read_time(in, "to", &x.run.to);
    if (e == OK)
        e = output_write(in, path, export_audit_to, &x);
    if (e == ERR_NOT_FOUND)
        return fail(&in->ctx, e, "there is no organization \"%s\"; muster org list shows them", org);
    if (e == OK && in->json)
        printf("{\"events\":%zu}\n", x.run.lines);
    else if (e == OK)
        fprintf(stderr, "exported %s: %zu events\n", org, x.run.lines);
    return e;
}

static enum err move_strays(struct invocation *in, int64_t *months, int64_t *events) {
    struct db_rows rows = {0};
    *months = *events = 0;
    if (!json_get(in->fields, "repair"))
        return OK;
    enum err e = command_query(in, sql_op_partitions_repair(), &rows);
    if (e == ERR_UNAVAILABLE && db_lock_timed_out(in->db))
        return fail(&in->ctx, ERR_CONFLICT,
                    "the audit log is in use, by a dump, an export or a long report: run this again when that is done; "
                    "nothing was changed");
    if (e == OK) {
        *months = db_int(rows, 0, OP_PARTITIONS_REPAIR_MONTHS);
        *events = db_int(rows, 0, OP_PARTITIONS_REPAIR_EVENTS);
    }
    return e;
}

enum err command_audit_partitions(struct invocation *in) {
    struct db_rows rows = {0};
    int64_t months, events;
    enum err e = move_strays(in, &months, &events);
    if (e == OK)
        e = command_query(in, sql_op_partitions(), &rows);
    if (e != OK)
        return e;
    if (db_bool(rows, 0, OP_PARTITIONS_BUSY))
        return fail(&in->ctx, ERR_CONFLICT,
                    "the audit log is in use, by a dump, an export or a long report: muster-deliver makes the "
                    "partitions later");
    int64_t made = db_int(rows, 0, OP_PARTITIONS_MADE) + months, kept = db_int(rows, 0, OP_PARTITIONS_KEPT);
    if (in->json)
        printf("{\"made\":%" PRId64 ",\"moved\":%" PRId64 ",\"kept\":%" PRId64 "}\n", made, events, kept);
    else
        printf("%" PRId64 " partitions made, %" PRId64 " events moved\n", made, events);
    if (kept && !in->json)
        fprintf(stderr,
                "%" PRId64 " months stay in the default partition, which has events of them: --repair moves them\n",
                kept);
    return OK;
}
