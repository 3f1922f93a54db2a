/* Prints the words for a shell's completion. */

#include "muster/complete.h"

#include "base/number.h"
#include "base/words.h"
#include "muster/arguments.h"

#include <stdio.h>
#include <string.h>

enum { EXIT_BAD_USAGE = 64 };

/* The typed words: word 0 is the program, `at` is the word to complete (it may come after the last). */
struct typed {
    int n, at;
    char **words;
    const char *begin; /* beginning of the word to complete */
};

static const char *typed_word(const struct typed *t, int i) {
    return i >= 0 && i < t->n ? t->words[i] : "";
}

static void offer_candidate(const struct typed *t, const char *candidate, size_t len) {
    if (len && strncmp(candidate, t->begin, strlen(t->begin)) == 0 && strlen(t->begin) <= len)
        printf("%.*s\n", (int)len, candidate);
}

/* Offers each word of a list whose words are separated by one of `by`. */
static void offer_list(const struct typed *t, const char *list, const char *by) {
    size_t len;
    for (const char *word; (word = words_next(&list, by, &len));)
        offer_candidate(t, word, len);
}

static const struct command *find_typed_command(const struct typed *t, int *used) {
    for (size_t i = 0; i < command_count; i++) {
        const struct command *c = &command_table[i];
        *used = c->verb ? 3 : 2;
        if (t->at >= *used && strcmp(typed_word(t, 1), c->noun) == 0 &&
            (!c->verb || strcmp(typed_word(t, 2), c->verb) == 0))
            return c;
    }
    return NULL;
}

static void offer_nouns(const struct typed *t) {
    for (size_t i = 0; i < command_count; i++)
        if (i == 0 || strcmp(command_table[i].noun, command_table[i - 1].noun) != 0)
            offer_candidate(t, command_table[i].noun, strlen(command_table[i].noun));
}

/* Of the noun at word `of`. */
static void offer_verbs(const struct typed *t, int of) {
    for (size_t i = 0; i < command_count; i++)
        if (command_table[i].verb && strcmp(command_table[i].noun, typed_word(t, of)) == 0)
            offer_candidate(t, command_table[i].verb, strlen(command_table[i].verb));
}

static void offer_values(const struct typed *t, const struct option_spec *o) {
    bool choices = o->kind == OPTION_CHOICE || o->kind == OPTION_SWITCH;
    if (choices)
        offer_list(t, o->values, "|");
    else if (o->kind == OPTION_LIMIT)
        offer_list(t, strchr(o->values, '|') ? strchr(o->values, '|') + 1 : "", "|");
    else if (strcmp(o->values, "FILE") == 0)
        puts(":files");
}

/* The option whose value stands at the position: "--name value", or bash's "--name" "=" "value"; NULL: none. */
static const struct option_spec *option_before(const struct typed *t) {
    bool equals = strcmp(typed_word(t, t->at - 1), "=") == 0;
    const struct option_spec *o = arguments_option(typed_word(t, t->at - (equals ? 2 : 1)));
    return o && o->kind != OPTION_FLAG && o->kind != OPTION_YES ? o : NULL;
}

/* What has help: the settings, and the commands. */
static void offer_help(const struct typed *t, int used) {
    if (t->at == used) {
        offer_candidate(t, "config", strlen("config"));
        offer_nouns(t);
    } else if (t->at == used + 1)
        offer_verbs(t, used);
}

static void offer_rest(const struct typed *t, const struct command *c, int used) {
    const struct option_spec *o = option_before(t);
    if (o) {
        offer_values(t, o);
        return;
    }
    if (t->begin[0] == '-') {
        offer_list(t, c->options, " ");
        offer_candidate(t, "--json", strlen("--json"));
        return;
    }
    if (c->run == command_help)
        offer_help(t, used);
    else if (t->at == used && strstr(c->args, "FILE"))
        puts(":files");
}

int complete(int argc, char **argv) {
    int used;
    int64_t at;
    if (argc < 3 || !number_within(argv[2], 1, argc, &at)) {
        fputs("usage: muster __complete POSITION muster WORD...\n", stderr);
        return EXIT_BAD_USAGE;
    }
    struct typed t = {.n = argc - 3, .at = (int)at, .words = argv + 3};
    t.begin = typed_word(&t, t.at);
    if (strcmp(t.begin, "=") == 0) { /* "--name=" without a value yet */
        t.begin = "";
        t.at++;
    }
    const struct command *c = find_typed_command(&t, &used);
    if (t.at == 1) {
        offer_nouns(&t);
        offer_candidate(&t, "--help", strlen("--help"));
    } else if (c)
        offer_rest(&t, c, used);
    else if (t.at == 2)
        offer_verbs(&t, 1);
    return 0;
}
