#include "limits_unit.h"

static void write_file(const char *text, size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    close(fd);
}

/* Eight bytes of the head, changed. */
static void write_head(size_t at, uint64_t value) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, &value, sizeof value, (off_t)at), sizeof value);
    close(fd);
}

/* Whether the file was whole, and its counts were still there. */
static bool survives(void) {
    struct stat st;
    struct limits *l = limits_open(path);
    assert_non_null(l);
    uint64_t n = takes(l, "org:a", slow, 20);
    assert_true(n == 8 || n == 0);
    limits_close(l);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, sizeof(struct limits_file));
    return n == 0;
}

static void what_is_no_file_of_this_version_is_replaced(void **state) {
    (void)state;
    assert_false(survives());
    assert_true(survives());
    static const struct {
        size_t at;
        uint64_t value;
    } heads[] = {{offsetof(struct limits_head, version), LIMITS_VERSION + 1},
                 {offsetof(struct limits_head, size), sizeof(struct limits_file) + 4096},
                 {offsetof(struct limits_head, boot), 12345}};
    UNIT_EACH (i, heads, "") {
        write_head(heads[i].at, heads[i].value);
        assert_false(survives());
        assert_true(survives());
    }
    static const off_t lengths[] = {8, 4096, sizeof(struct limits_file) - 1, sizeof(struct limits_file) + 1};
    UNIT_EACH (i, lengths, "") {
        assert_int_equal(truncate(path, lengths[i]), 0);
        assert_false(survives());
    }
    write_head(offsetof(struct limits_head, boot), 0);
    assert_true(survives());
    assert_int_equal(files(true), 1);
}

/* The path may have been a mistake, and what is there the only copy of something. */
static void what_does_not_begin_as_ours_stays_as_it_is(void **state) {
    (void)state;
    static const char *const texts[] = {"", "MsLimit", "somebody's only copy of a secret"};
    UNIT_EACH (i, texts, texts[i]) {
        char text[64] = "";
        write_file(texts[i], strlen(texts[i]));
        for (int again = 0; again < 2; again++)
            assert_null(limits_open(path));
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        assert_int_equal(read(fd, text, sizeof text), strlen(texts[i]));
        assert_string_equal(text, texts[i]);
        close(fd);
        assert_int_equal(files(true), 1);
    }
    assert_false(survives());
    write_head(offsetof(struct limits_head, magic), 0);
    assert_null(limits_open(path));
}

/* Who may write into the directory can put any file there. */
static void a_directory_that_others_write_is_refused(void **state) {
    (void)state;
    static const mode_t bad[] = {0702, 0777, 01777}, good[] = {0700, 0750, 0755, 0770, 02770};
    UNIT_EACH (i, bad, "") {
        assert_int_equal(chmod(directory, bad[i]), 0);
        assert_null(limits_open(path));
        assert_int_equal(files(true), 0);
    }
    UNIT_EACH (i, good, "") {
        struct stat st;
        assert_int_equal(chmod(directory, good[i]), 0);
        struct limits *l = limits_open(path);
        assert_non_null(l);
        limits_close(l);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, good[i] & 0010 ? 0660 : 0600);
        assert_int_equal(files(true), 1);
    }
    assert_int_equal(chmod(directory, 0700), 0);
}

static void the_setting_says_where(void **state) {
    (void)state;
    char found[256], wanted[256];
    assert_true(limits_path("/a/b", found, sizeof found));
    assert_string_equal(found, "/a/b");
    assert_false(limits_path("/a/b", found, 4));
    if (access("/run/muster", F_OK) == 0) /* then it is that one, whatever else there is */
        snprintf(wanted, sizeof wanted, "/run/muster/limits");
    else
        snprintf(wanted, sizeof wanted, "%s/muster-limits", directory);
    setenv("XDG_RUNTIME_DIR", directory, 1);
    assert_true(limits_path(LIMITS_AUTO, found, sizeof found));
    assert_string_equal(found, wanted);
    if (access("/run/muster", F_OK) != 0)
        snprintf(wanted, sizeof wanted, "/dev/shm/muster-%u/limits", (unsigned)geteuid());
    unsetenv("XDG_RUNTIME_DIR");
    assert_true(limits_path(LIMITS_AUTO, found, sizeof found));
    assert_string_equal(found, wanted);
    assert_null(limits_open(""));
}

/* Of a process alone they hold all the same. */
static void limits_without_a_file_hold(void **state) {
    (void)state;
    struct limits *l = limits_alone();
    assert_non_null(l);
    assert_true(takes(l, "org:a", slow, 20) == 8);
    limits_close(l);
}

static void a_sparse_copy_is_filled(void **state) {
    (void)state;
    struct stat st;
    assert_false(survives());
    char head[4096];
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(read(fd, head, sizeof head), sizeof head);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(ftruncate(fd, sizeof(struct limits_file)), 0);
    assert_int_equal(pwrite(fd, head, sizeof head, 0), sizeof head);
    close(fd);
    assert_false(survives());
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_blocks * 512 >= st.st_size);
}

static void a_path_that_cannot_be_is_refused(void **state) {
    (void)state;
    char name[128], text[8];
    snprintf(name, sizeof name, "%s/nowhere/limits", directory);
    assert_null(limits_open(name));
    assert_int_equal(mkdir(path, 0700), 0);
    assert_null(limits_open(path));
    assert_int_equal(rmdir(path), 0);
    snprintf(name, sizeof name, "%s/elsewhere", directory);
    assert_int_equal(symlink(name, path), 0); /* to nothing: it would be made */
    assert_null(limits_open(path));
    assert_int_equal(readlink(path, text, sizeof text), sizeof text);
    assert_int_equal(files(true), 1);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_null(limits_open(path));
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(limits_open(path));
    unlink(path);
    assert_false(survives());
    assert_int_equal(chmod(path, 0666), 0);
    assert_null(limits_open(path));
    limits_close(NULL);
    assert_true(limits_wait_begin(NULL, LIMITS_FOR_PLACE, second, 1));
    limits_wait_end(NULL);
    limits_note(NULL, "a", NULL);
    assert_false(limits_find(NULL, "a", NULL));
}

static void open_and_take(int n) {
    (void)n;
    await_go();
    struct limits *l = limits_open(path);
    if (!l || limits_take(l, "org:a", slow, 0, NULL) != 0)
        _exit(1);
    limits_close(l);
}

/* Each of eight takes one of eight places: one that had a file for itself would leave one over. */
static void processes_that_open_at_once_share_one_file(void **state) {
    (void)state;
    for (int round = 0; round < 60; round++) {
        clean(NULL);
        if (round % 2) { /* one of an older version is in the way */
            const uint64_t old[] = {LIMITS_MAGIC, LIMITS_VERSION - 1};
            write_file((const char *)old, sizeof old);
        }
        pid_t pids[8];
        for (int i = 0; i < 8; i++)
            pids[i] = start(open_and_take, i);
        await_ready(8);
        atomic_store(&shared->go, true);
        for (int i = 0; i < 8; i++)
            finish(pids[i]);
        struct limits *l = limits_open(path);
        assert_false(limits_peek(l, "org:a", slow, NULL));
        limits_close(l);
        assert_int_equal(files(false), 1);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, clean)

int main(void) {
    log_open("test", "error");
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_file_of_this_version_is_replaced),
        TEST(what_does_not_begin_as_ours_stays_as_it_is),
        TEST(a_directory_that_others_write_is_refused),
        TEST(the_setting_says_where),
        TEST(limits_without_a_file_hold),
        TEST(a_sparse_copy_is_filled),
        TEST(a_path_that_cannot_be_is_refused),
        TEST(processes_that_open_at_once_share_one_file),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
