#include "limits_unit.h"

/* Each value of a note says which it is. */
static struct limits_token numbered(int32_t n) {
    struct limits_token t = {.org_rate = n, .org_burst = n + 1, .token_rate = n + 2, .token_burst = n + 3};
    snprintf(t.organization_id, sizeof t.organization_id, "%08x-3e9d-72d7-82e9-f6730%07x", (unsigned)n, (unsigned)n);
    return t;
}

static bool same(const struct limits_token *a, const struct limits_token *b) {
    return strcmp(a->organization_id, b->organization_id) == 0 && a->org_rate == b->org_rate &&
           a->org_burst == b->org_burst && a->token_rate == b->token_rate && a->token_burst == b->token_burst;
}

static bool is_whole(const struct limits_token *t) {
    struct limits_token note = numbered(t->org_rate);
    return same(&note, t);
}

static void a_note_is_found_again(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct limits_token note = numbered(7), found;
    assert_false(limits_find(l, "abc", &found));
    limits_note(l, "abc", &note);
    assert_true(limits_find(l, "abc", &found));
    assert_true(same(&note, &found));
    assert_false(limits_find(l, "abd", &found));
    note = (struct limits_token){.organization_id = "01a20db4-3e9d-72d7-82e9-f673093deb64", .token_rate = INT32_MAX};
    limits_note(l, "abc", &note);
    limits_note(l, "abc", &note);
    assert_true(limits_find(l, "abc", &found));
    assert_true(same(&note, &found));
    limits_note(l, "abc", NULL);
    assert_false(limits_find(l, "abc", &found));
    limits_note(l, "abc", &(struct limits_token){.organization_id = "acme"});
    assert_false(limits_find(l, "abc", &found));
    limits_close(l);
}

static struct limits_entry *entry_of(struct limits *l, const char *text) {
    uint64_t hash[2];
    siphash_128(l->file->head.secret, text, strlen(text), hash);
    for (struct limits_entry *e = l->file->notes[hash[0] % LIMITS_NOTE_SETS], *end = e + LIMITS_NOTE_WAYS; e < end; e++)
        if (atomic_load(&e->words[2]) == hash[1])
            return e;
    fail_msg("%s has no entry", text);
    return NULL;
}

static void a_note_with_one_wrong_bit_is_none(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct limits_token note = numbered(7), found;
    limits_note(l, "abc", &note);
    struct limits_entry *e = entry_of(l, "abc");
    for (unsigned bit = 0; bit < 64 * LIMITS_NOTE_WORDS; bit++) {
        atomic_fetch_xor(&e->words[bit / 64], UINT64_C(1) << bit % 64);
        assert_false(limits_find(l, "abc", &found));
        atomic_fetch_xor(&e->words[bit / 64], UINT64_C(1) << bit % 64);
    }
    assert_true(limits_find(l, "abc", &found));
    atomic_store(&e->words[3], 0);
    limits_note(l, "abc", &note);
    assert_true(limits_find(l, "abc", &found));
    limits_close(l);
}

static void more_notes_than_entries_drive_each_other_out(void **state) {
    (void)state;
    char key[32];
    struct limits *l = limits_open(path);
    struct limits_token found;
    enum { NOTES = 100000 };
    for (int i = 0; i < NOTES; i++) {
        struct limits_token note = numbered(i);
        snprintf(key, sizeof key, "token-%d", i);
        limits_note(l, key, &note);
        assert_true(limits_find(l, key, &found));
        assert_int_equal(found.org_rate, i);
    }
    int there = 0;
    for (int i = 0; i < NOTES; i++) {
        snprintf(key, sizeof key, "token-%d", i);
        if (limits_find(l, key, &found)) {
            assert_int_equal(found.org_rate, i);
            there++;
        }
    }
    assert_true(there > LIMITS_NOTE_SETS * LIMITS_NOTE_WAYS / 2 && there <= LIMITS_NOTE_SETS * LIMITS_NOTE_WAYS);
    limits_close(l);
}

static void write_notes(int n) {
    struct limits *l = limits_open(path);
    atomic_fetch_add(&shared->ready, 1);
    for (int32_t i = n * 1000000; !atomic_load(&shared->stop); i++) {
        struct limits_token note = numbered(i);
        limits_note(l, "abc", &note);
    }
    limits_close(l);
}

static void no_torn_note_is_ever_believed(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    pid_t pids[3];
    for (int i = 0; i < 3; i++)
        pids[i] = start(write_notes, i);
    await_ready(3);
    int whole = 0, none = 0, changes = 0;
    int32_t last = -1;
    for (int death = 0; whole < 200000 || changes < 200 || death < 30; death++) {
        for (int i = 0; i < 10000; i++) {
            struct limits_token found;
            if (!limits_find(l, "abc", &found)) {
                none++;
                continue;
            }
            assert_true(is_whole(&found));
            changes += found.org_rate != last;
            last = found.org_rate;
            whole++;
        }
        kill_now(pids[death % 3]);
        pids[death % 3] = start(write_notes, death % 3);
    }
    atomic_store(&shared->stop, true);
    for (int i = 0; i < 3; i++)
        finish(pids[i]);
    print_message("             %d whole, %d changes, %d torn or absent\n", whole, changes, none);
    struct limits_token note = numbered(1), found;
    limits_note(l, "abc", &note);
    assert_true(limits_find(l, "abc", &found));
    assert_int_equal(found.org_rate, 1);
    limits_close(l);
}

static void a_bookmark_is_found_again(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct limits_bookmark b = {.id = "01a20db4-3e9d-72d7-82e9-f673093deb64", .total = 1000000}, found;
    struct limits_token note = numbered(7), other;
    assert_false(limits_bookmark_find(l, "owner", "walk 101", &found));
    limits_bookmark_set(l, "owner", "walk 101", &b);
    assert_true(limits_bookmark_find(l, "owner", "walk 101", &found));
    assert_string_equal(found.id, b.id);
    assert_int_equal(found.total, b.total);
    assert_false(limits_bookmark_find(l, "owner", "walk 102", &found));
    assert_false(limits_find(l, "walk 101", &other));
    limits_note(l, "walk 103", &note);
    assert_false(limits_bookmark_find(l, "owner", "walk 103", &found));
    limits_bookmark_set(l, "owner", "walk 102", &(struct limits_bookmark){.id = "no id"});
    assert_false(limits_bookmark_find(l, "owner", "walk 102", &found));
    assert_false(limits_bookmark_find(NULL, "owner", "walk 101", &found));
    limits_close(l);
}

static void an_old_bookmark_is_none(void **state) {
    (void)state;
    struct limits *l = limits_open(path);
    struct limits_bookmark b = {.id = "01a20db4-3e9d-72d7-82e9-f673093deb64"}, found;
    limits_bookmark_set(l, "owner", "walk", &b);
    assert_true(limits_bookmark_find(l, "owner", "walk", &found));
    const size_t entries = sizeof l->file->bookmarks / sizeof(struct limits_entry);
    for (struct limits_entry *e = l->file->bookmarks[0][0]; e < l->file->bookmarks[0][0] + entries; e++)
        if (atomic_load(&e->words[0])) {
            uint64_t words[LIMITS_NOTE_WORDS], hash[2];
            for (int w = 0; w < LIMITS_NOTE_WORDS; w++)
                words[w] = atomic_load(&e->words[w]);
            words[LIMITS_NOTE_WORDS - 1] -= (uint64_t)((LIMITS_BOOKMARK_SECONDS + 1) * second);
            siphash_128(l->file->head.secret, words + 1, (LIMITS_NOTE_WORDS - 1) * sizeof *words, hash);
            words[0] = hash[0];
            for (int w = 0; w < LIMITS_NOTE_WORDS; w++)
                atomic_store(&e->words[w], words[w]);
        }
    assert_false(limits_bookmark_find(l, "owner", "walk", &found));
    limits_close(l);
}

/* By chance one or two of the owners may share the loud one's room. */
static void much_reading_displaces_no_bookmark_of_others(void **state) {
    (void)state;
    enum { OWNERS = 100, PAGES = 5000 };
    struct limits *l = limits_open(path);
    struct limits_bookmark b = {.id = "01a20db4-3e9d-72d7-82e9-f673093deb64"}, found;
    char text[32];
    size_t kept = 0;
    for (int i = 0; i < OWNERS; i++) {
        snprintf(text, sizeof text, "owner %d", i);
        limits_bookmark_set(l, text, "walk", &b);
    }
    for (int i = 0; i < PAGES; i++) {
        snprintf(text, sizeof text, "walk %d", i);
        limits_bookmark_set(l, "loud", text, &b);
    }
    for (int i = 0; i < OWNERS; i++) {
        snprintf(text, sizeof text, "owner %d", i);
        kept += limits_bookmark_find(l, text, "walk", &found);
    }
    assert_in_range(kept, OWNERS - 5, OWNERS);
    limits_close(l);
}

#define TEST(name) cmocka_unit_test_setup(name, clean)

int main(void) {
    log_open("test", "error");
    const struct CMUnitTest tests[] = {
        TEST(a_note_is_found_again),
        TEST(a_note_with_one_wrong_bit_is_none),
        TEST(more_notes_than_entries_drive_each_other_out),
        TEST(no_torn_note_is_ever_believed),
        TEST(a_bookmark_is_found_again),
        TEST(an_old_bookmark_is_none),
        TEST(much_reading_displaces_no_bookmark_of_others),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
