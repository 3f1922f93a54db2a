#include "audit/audit_rows.h"
#include "unit.h"

static const struct audit_row full = {{[AUDIT_SEQUENCE] = "7",
                                       [AUDIT_ID] = "019a0000-0000-7000-8000-000000000001",
                                       [AUDIT_AT] = "2026-03-01T12:00:00.000Z",
                                       [AUDIT_ACTION] = "scim.user.updated",
                                       [AUDIT_ACTOR_TYPE] = "token",
                                       [AUDIT_TARGET_TYPE] = "scim_user",
                                       [AUDIT_TARGET_ID] = "019a0000-0000-7000-8000-000000000002",
                                       [AUDIT_REQUEST_ID] = "019a0000-0000-7000-8000-000000000001",
                                       [AUDIT_HASH] = "00ff",
                                       [AUDIT_DATA] = "{\"before\": \"a \\\"b\\\"\", \"after\": \"\\n,\"}"}};

static void a_record_keeps_quotes_and_tells_null_from_empty(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct buf *out = buf_new(ctx.arena, SIZE_MAX / 2);
    struct audit_row r = full;
    r.values[AUDIT_ACTOR_ID] = "";
    audit_rows_csv_head(out);
    audit_rows_csv(out, &r);
    assert_string_equal(
        buf_text(out),
        "sequence,hash,id,at,action,actor_type,actor_id,connection_id,target_type,target_id,request_id,"
        "client_address,data\r\n"
        "7,\"00ff\",\"019a0000-0000-7000-8000-000000000001\",\"2026-03-01T12:00:00.000Z\",\"scim.user.updated\","
        "\"token\",\"\",,\"scim_user\",\"019a0000-0000-7000-8000-000000000002\","
        "\"019a0000-0000-7000-8000-000000000001\",,"
        "\"{\"\"before\"\": \"\"a \\\"\"b\\\"\"\"\", \"\"after\"\": \"\"\\n,\"\"}\"\r\n");
    arena_destroy(ctx.arena);
}

static void what_a_spreadsheet_would_run_is_guarded(void **state) {
    (void)state;
    static const struct {
        const char *text, *cell;
    } cases[] = {
        {"=1+1", "\"'=1+1\""},
        {"+1", "\"'+1\""},
        {"-1", "\"'-1\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"  =1", "\"'  =1\""},
        {"\xef\xbc\x9d"
         "1",
         "\"'\xef\xbc\x9d"
         "1\""},
        {"a=1", "\"a=1\""},
        {"=\"x\"", "\"'=\"\"x\"\"\""},
        {" ", "\" \""},
    };
    struct ctx ctx = unit_ctx();
    struct buf *out = buf_new(ctx.arena, SIZE_MAX / 2);
    UNIT_EACH (i, cases, cases[i].text) {
        struct audit_row r = {{[AUDIT_DATA] = cases[i].text}};
        buf_reset(out);
        audit_rows_csv(out, &r);
        assert_memory_equal(buf_text(out), ",,,,,,,,,,,,", AUDIT_DATA);
        assert_string_equal(buf_text(out) + AUDIT_DATA, arena_printf(ctx.arena, "%s\r\n", cases[i].cell));
    }
    arena_destroy(ctx.arena);
}

static void a_line_is_one_json_object(void **state) {
    (void)state;
    struct ctx ctx = unit_ctx();
    struct buf *out = buf_new(ctx.arena, SIZE_MAX / 2);
    struct audit_row r = full;
    r.values[AUDIT_CLIENT_ADDRESS] = "a\"\n";
    audit_rows_json(out, &r);
    assert_ptr_equal(strchr(buf_text(out), '\n'), buf_text(out) + buf_len(out) - 1);
    struct json_object *o = unit_json(&ctx, buf_text(out));
    assert_int_equal(json_object_object_length(o), AUDIT_COLUMNS);
    assert_int_equal(json_object_get_int64(json_get(o, "sequence")), 7);
    assert_string_equal(json_get_string(json_get(o, "data"), "before"), "a \"b\"");
    assert_string_equal(json_get_string(o, "client_address"), "a\"\n");
    assert_true(json_object_object_get_ex(o, "actor_id", NULL));
    assert_null(json_get(o, "actor_id"));
    arena_destroy(ctx.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_keeps_quotes_and_tells_null_from_empty),
        cmocka_unit_test(what_a_spreadsheet_would_run_is_guarded),
        cmocka_unit_test(a_line_is_one_json_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
