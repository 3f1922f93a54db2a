/* Reads the words of the command line by the tables of commands and options. */

#include "muster/arguments.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/number.h"
#include "base/words.h"

#include <string.h>

static const struct command *find_command(int argc, char **argv, int *used) {
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        *used = c->verb ? 3 : 2;
        if (argc >= *used && strcmp(argv[1], c->noun) == 0 && (!c->verb || strcmp(argv[2], c->verb) == 0))
            return c;
    }
    return NULL;
}

const struct option_spec *arguments_option(const char *name) {
    for (size_t i = 0; i < option_count; i++)
        if (strcmp(option_table[i].name, name) == 0)
            return &option_table[i];
    return NULL;
}

static enum err number_value(struct invocation *in, const struct option_spec *o, const char *text,
                             struct json_object **out) {
    int64_t n;
    if (o->kind == OPTION_LIMIT && (strcmp(text, "none") == 0 || strcmp(text, "off") == 0)) {
        *out = NULL;
        return OK;
    }
    if (!number_within(text, 0, INT32_MAX, &n))
        return fail(&in->ctx, ERR_USAGE, "%s takes %s: \"%s\" is neither", o->name,
                    o->kind == OPTION_LIMIT ? "a number or none" : "a number from 0 on", text);
    *out = json_object_new_int64(n);
    return OK;
}

static enum err list_value(struct invocation *in, const char *text, struct json_object **out) {
    *out = json_object_new_array();
    size_t len;
    for (const char *word; (word = words_next(&text, ", ", &len));)
        json_object_array_add(*out, json_object_new_string_len(word, (int)len));
    (void)in;
    return OK;
}

static enum err option_value(struct invocation *in, const struct option_spec *o, const char *text,
                             struct json_object **out) {
    *out = NULL;
    switch (o->kind) {
    case OPTION_NUMBER:
    case OPTION_LIMIT:
        return number_value(in, o, text, out);
    case OPTION_LIST:
        return list_value(in, text, out);
    case OPTION_SWITCH:
    case OPTION_CHOICE:
        if (!words_have(o->values, "|", text, strlen(text)))
            return fail(&in->ctx, ERR_USAGE, "%s takes one of %s, not \"%s\"", o->name, o->values, text);
        break;
    case OPTION_ID:
        if (strcmp(text, "none") == 0)
            return OK;
        break;
    case OPTION_TEXT:
    case OPTION_FLAG:
    case OPTION_YES:
        break;
    }
    *out = o->kind == OPTION_SWITCH ? json_object_new_boolean(strcmp(text, "on") == 0) : json_object_new_string(text);
    return OK;
}

static struct json_object *flag_value(const struct option_spec *o) {
    return o->kind == OPTION_FLAG ? json_object_new_boolean(1)
                                  : json_object_new_string(*o->values ? o->values : "true");
}

/* Reads one "--name value" or "--name=value", and moves *i past it. */
static enum err take_option(struct invocation *in, const struct command *c, int argc, char **argv, int *i) {
    char *eq = strchr(argv[*i], '=');
    const char *name = eq ? arena_strndup(in->ctx.arena, argv[*i], (size_t)(eq - argv[*i])) : argv[*i];
    const struct option_spec *o = arguments_option(name);
    if (!o || !words_have(c->options, " ", name, strlen(name)))
        return fail(&in->ctx, ERR_USAGE, "%s%s%s does not take %s; it takes %s%s--json", c->noun, c->verb ? " " : "",
                    c->verb ? c->verb : "", name, c->options, *c->options ? " " : "");
    bool flag = o->kind == OPTION_FLAG || o->kind == OPTION_YES;
    if (flag && eq)
        return fail(&in->ctx, ERR_USAGE, "%s takes no value", name);
    if (flag) {
        json_object_object_add(in->fields, o->field, flag_value(o));
        return OK;
    }
    struct json_object *value;
    if (!eq && *i + 1 >= argc)
        return fail(&in->ctx, ERR_USAGE, "%s needs a value: %s", name, o->values);
    const char *text = eq ? eq + 1 : argv[++*i];
    enum err e = option_value(in, o, text, &value);
    if (e == OK)
        json_object_object_add(in->fields, o->field, value);
    return e;
}

/* Those in brackets may be left out. */
static void count_args(const struct command *c, size_t *least, size_t *most) {
    size_t len;
    *least = *most = 0;
    for (const char *list = c->args, *word; (word = words_next(&list, " ", &len)); ++*most)
        *least += *word != '[';
}

/* Reads a word after the command's own. */
static enum err take_argument(struct invocation *in, const struct command *c, int argc, char **argv, int *i) {
    if (strcmp(argv[*i], "--json") == 0)
        in->json = true;
    else if (strncmp(argv[*i], "--", 2) == 0)
        return take_option(in, c, argc, argv, i);
    else if (in->n_args < COMMAND_ARGS)
        in->args[in->n_args++] = argv[*i];
    return OK;
}

enum err arguments_parse(struct invocation *in, int argc, char **argv, const struct command **out) {
    int used;
    bool help = argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    char *words[] = {argv[0], "help", NULL};
    const struct command *c = help ? find_command(2, words, &used) : find_command(argc, argv, &used);
    in->fields = json_new_object(in->ctx.arena);
    *out = in->command = c;
    if (help)
        return OK;
    if (!c)
        return fail(&in->ctx, ERR_USAGE, "\"%s%s%s\" is no command; muster help shows them all", argv[1],
                    argc > 2 ? " " : "", argc > 2 ? argv[2] : "");
    for (int i = used; i < argc; i++) {
        enum err e = take_argument(in, c, argc, argv, &i);
        if (e != OK)
            return e;
    }
    size_t least, most;
    count_args(c, &least, &most);
    if (in->n_args < least || in->n_args > most)
        return fail(&in->ctx, ERR_USAGE, "muster %s%s%s takes %s", c->noun, c->verb ? " " : "", c->verb ? c->verb : "",
                    *c->args ? c->args : "no arguments");
    return OK;
}
