#include "base/clock.h"
#include "base/log.h"
#include "base/number.h"
#include "base/oom.h"
#include "base/settings.h"
#include "base/token.h"
#include "base/uuid.h"
#include "unit.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void uuids_are_version_7_and_rise(void **state) {
    (void)state;
    char before[UUID_TEXT + 1] = "", now[UUID_TEXT + 1];
    for (int i = 0; i < 20000; i++) {
        uuid_new(now);
        assert_true(uuid_valid(now, strlen(now)));
        assert_int_equal(now[14], '7');
        assert_non_null(strchr("89ab", now[19]));
        assert_true(strcmp(before, now) < 0);
        memcpy(before, now, sizeof now);
    }
    assert_false(uuid_valid("01A20DB4-3e9d-72d7-82e9-f673093deb64", 36));
    assert_false(uuid_valid("01a20db4-3e9d-72d7-82e9-f673093deb6", 35));
    assert_false(uuid_valid("01a20db4+3e9d-72d7-82e9-f673093deb64", 36));
}

static void times_become_keys_that_sort(void **state) {
    (void)state;
    static const struct {
        const char *text, *key;
    } cases[] = {
        {"2026-03-01T12:00:00Z", "2026-03-01T12:00:00"},
        {"2026-03-01T12:00:00.500Z", "2026-03-01T12:00:00.5"},
        {"2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00"},
        {"2024-02-29T24:00:00Z", "2024-03-01T00:00:00"},
        {"2026-03-01T12:00:00", "2026-03-01T12:00:00"},
        {"2025-12-31T23:00:00.120-05:30", "2026-01-01T04:30:00.12"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00"},
        {"9999-12-31T23:59:59Z", "9999-12-31T23:59:59"},
        {"2024-02-30T00:00:00Z", NULL},
        {"2023-02-29T00:00:00Z", NULL},
        {"1900-02-29T00:00:00Z", NULL},
        {"2026-03-01", NULL},
        {"2026-03-01T25:00:00Z", NULL},
        {"2026-03-01T24:00:01Z", NULL},
        {"2026-03-01T12:60:00Z", NULL},
        {"2026-03-01T12:00:60Z", NULL},
        {"2026-03-01T12:00:00+15:00", NULL},
        {"2026-03-01T12:00:00.Z", NULL},
        {"2026-03-01 12:00:00Z", NULL},
        {"yesterday", NULL},
        {"0001-01-01T00:00:00+01:00", NULL},
        {"2026-03-01T12:00:00Zx", NULL},
        {"", NULL},
    };
    UNIT_EACH (i, cases, cases[i].text) {
        char key[CLOCK_KEY] = "";
        bool good = clock_parse(cases[i].text, strlen(cases[i].text), key);
        if (good != (cases[i].key != NULL) || (good && strcmp(key, cases[i].key) != 0))
            fail_msg("%s gives %s", cases[i].text, good ? key : "nothing");
    }
    assert_int_equal(clock_parse_ms("2026-03-01T13:00:00.123999+01:00"), 1772366400123);
    assert_int_equal(clock_parse_ms("2026-03-01T12:00:00.5Z"), 1772366400500);
    assert_int_equal(clock_parse_ms("2026-03-01T12:00:00"), 1772366400000);
    assert_int_equal(clock_parse_ms("2026-02-30T12:00:00Z"), 0);
    assert_int_equal(clock_parse_ms(NULL), 0);
}

static void times_are_written_as_clients_see_them(void **state) {
    (void)state;
    char text[CLOCK_TEXT + 1];
    clock_format(1772366400123999, text);
    assert_string_equal(text, "2026-03-01T12:00:00.123Z");
    clock_format(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00.000Z");
    clock_format(-1, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999Z");
}

static void tokens_know_a_typo(void **state) {
    (void)state;
    char token[TOKEN_MAX + 1], hash[TOKEN_HASH_HEX + 1];
    for (int i = 0; i < 200; i++) {
        token_new(TOKEN_SCIM, token);
        size_t len = strlen(token);
        assert_int_equal(len, 5 + 43 + 6);
        assert_true(token_well_formed(TOKEN_SCIM, token, len));
        assert_false(token_well_formed(TOKEN_API, token, len));
        assert_false(token_well_formed(TOKEN_SCIM, token, len - 1));
        size_t at = 5 + (size_t)i % (len - 5);
        token[at] = token[at] == 'x' ? 'y' : 'x';
        assert_false(token_well_formed(TOKEN_SCIM, token, len));
    }
    token_hash_hex("abc", 3, hash);
    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void settings_name_what_is_wrong(void **state) {
    (void)state;
    struct settings s;
    char problem[256];
    assert_true(settings_load(&s, problem, sizeof problem));
    assert_int_equal(s.body_max, 5242880);
    static const char *const wrong[][2] = {{"MUSTER_BODY_MAX", "lots"},
                                           {"MUSTER_PREPARE", "maybe"},
                                           {"MUSTER_LOG", "loud"},
                                           {"MUSTER_PUBLIC_URL", "https://x/\"y"},
                                           {"MUSTER_PUBLIC_URL", "https://x/"},
                                           {"MUSTER_DEADLINE_MS", "1"}};
    UNIT_EACH (i, wrong, wrong[i][0]) {
        setenv(wrong[i][0], wrong[i][1], 1);
        assert_false(settings_load(&s, problem, sizeof problem));
        assert_non_null(strstr(problem, wrong[i][0]));
        assert_non_null(strstr(problem, wrong[i][1]));
        unsetenv(wrong[i][0]);
    }
}

/* What a child process writes to its standard error, and how it ends. */
static int child(void (*work)(void), char *out, size_t size) {
    int pipes[2], status;
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], STDERR_FILENO);
        work();
        _exit(0);
    }
    close(pipes[1]);
    size_t n = 0;
    for (ssize_t got; n < size - 1 && (got = read(pipes[0], out + n, size - 1 - n)) > 0;)
        n += (size_t)got;
    out[n] = '\0';
    close(pipes[0]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void say_an_id(void) {
    char id[UUID_TEXT + 1];
    uuid_new(id);
    (void)!write(STDERR_FILENO, id, UUID_TEXT);
}

static void a_forked_process_has_random_bytes_of_its_own(void **state) {
    (void)state;
    char theirs[1024], ours[UUID_TEXT + 1];
    uuid_new(ours);
    assert_int_equal(child(say_an_id, theirs, sizeof theirs), 0);
    uuid_new(ours);
    assert_true(uuid_valid(theirs, strlen(theirs)));
    assert_string_not_equal(theirs + 19, ours + 19);
}

static void write_lines(void) {
    log_open("test", "info");
    log_line(LOG_INFO, "one", "plain", "v", "odd", "a b\n\x1b[2J\"\xc3\xa9", "absent", NULL, "empty", "", NULL);
    log_line(LOG_DEBUG, "two", NULL);
}

static void a_log_line_is_always_one_line(void **state) {
    (void)state;
    char out[1024];
    assert_int_equal(child(write_lines, out, sizeof out), 0);
    assert_non_null(strstr(out, " event=one plain=v odd=\"a b\\x0a\\x1b[2J\\x22\\xc3\\xa9\" empty=\"\"\n"));
    assert_null(strstr(out, "two"));
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

static void break_a_promise(void) {
    log_open("test", "error");
    number_within("1", 2, 1, &(int64_t){0});
}

static void a_broken_promise_is_a_line_of_the_log(void **state) {
    (void)state;
    char out[1024];
    assert_int_equal(child(break_a_promise, out, sizeof out), -1); /* by a signal */
    assert_non_null(strstr(out, " program=test "));
    assert_non_null(strstr(out, " event=assert broken=\"low <= high\" at=core/base/number.c:"));
    assert_non_null(strstr(out, " in=number_within\n"));
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

#ifndef __SANITIZE_ADDRESS__
static void take_too_much(void) {
    struct rlimit limit = {256UL << 20, 256UL << 20};
    setrlimit(RLIMIT_AS, &limit);
    struct json_object *list = json_object_new_array();
    for (;;)
        json_object_array_add(list, json_object_new_string("a text that json-c has to allocate, and again, and again"));
}

static void no_memory_ends_the_process_in_libraries_too(void **state) {
    (void)state;
    char out[1024];
    assert_int_equal(child(take_too_much, out, sizeof out), 70);
    assert_non_null(strstr(out, "out of memory"));
}
#endif

int main(void) {
    oom_guard();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uuids_are_version_7_and_rise),
        cmocka_unit_test(a_forked_process_has_random_bytes_of_its_own),
        cmocka_unit_test(times_become_keys_that_sort),
        cmocka_unit_test(times_are_written_as_clients_see_them),
        cmocka_unit_test(tokens_know_a_typo),
        cmocka_unit_test(settings_name_what_is_wrong),
        cmocka_unit_test(a_log_line_is_always_one_line),
        cmocka_unit_test(a_broken_promise_is_a_line_of_the_log),
#ifndef __SANITIZE_ADDRESS__
        cmocka_unit_test(no_memory_ends_the_process_in_libraries_too),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
