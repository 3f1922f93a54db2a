#include "base/brand.h"
#include "unit.h"

/* With one decimal. */
static void check_contrast(uint32_t a, uint32_t b, double wanted) {
    double got = brand_contrast(a, b);
    if (got < wanted - 0.05 || got > wanted + 0.05)
        fail_msg("%06x on %06x: %f, not %f", a, b, got, wanted);
}

static struct brand_accent accent_of(const char *text, enum brand_mode mode) {
    uint32_t colour;
    assert_true(brand_colour(text, &colour));
    return brand_accent(colour, mode);
}

static void test_colours_are_read(void **state) {
    static const char *const wrong[] = {"",    "#",       "#12",   "#1234", "#12345", "#1234567",
                                        "red", "#12345g", "##123", " #123", "0x1234"};
    uint32_t n;
    (void)state;
    assert_true(brand_colour("#1f5fbf", &n) && n == 0x1f5fbf);
    assert_true(brand_colour("1F5FBF", &n) && n == 0x1f5fbf);
    assert_true(brand_colour("#f0a", &n) && n == 0xff00aa);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(brand_colour(wrong[i], &n));
}

static void test_contrast_is_that_of_wcag(void **state) {
    (void)state;
    check_contrast(0x000000, 0xffffff, 21);
    check_contrast(0xffffff, 0xffffff, 1);
    check_contrast(0x777777, 0xffffff, 4.5);
}

static void test_a_colour_that_can_be_read_stays(void **state) {
    struct brand_accent light = accent_of("#1f5fbf", BRAND_LIGHT), red = accent_of("#e11d48", BRAND_LIGHT);
    (void)state;
    assert_true(light.fill == 0x1f5fbf && light.on == 0xffffff && light.text == 0x1f5fbf);
    assert_true(red.fill == 0xe11d48 && red.on == 0xffffff && red.text == 0xcf1b42);
    check_contrast(red.fill, red.on, 4.7);
}

static void test_a_light_colour_is_darkened_on_light(void **state) {
    struct brand_accent yellow = accent_of("#ffd400", BRAND_LIGHT), white = accent_of("#fff", BRAND_LIGHT);
    (void)state;
    assert_true(yellow.fill == 0xa38800 && yellow.on == 0 && yellow.text == 0x7a6600);
    check_contrast(yellow.fill, yellow.on, 6.1);
    check_contrast(yellow.text, 0xeef0f3, 4.9);
    assert_true(white.fill == 0x858585 && white.text == 0x666666);
}

static void test_a_dark_colour_is_lightened_on_dark(void **state) {
    struct brand_accent blue = accent_of("#1f5fbf", BRAND_DARK), yellow = accent_of("#ffd400", BRAND_DARK);
    (void)state;
    assert_true(blue.fill == 0x3a72c7 && blue.on == 0xffffff && blue.text == 0x6792d3);
    assert_true(yellow.fill == 0xffd400 && yellow.on == 0 && yellow.text == 0xffd400);
    check_contrast(yellow.fill, yellow.on, 14.7);
}

/* The backgrounds with the least contrast of each mode. */
static void test_every_colour_can_be_read(void **state) {
    static const uint32_t worst[] = {[BRAND_LIGHT] = 0xeef0f3, [BRAND_DARK] = 0x20262e};
    (void)state;
    for (uint32_t n = 0; n < 0x1000000; n += 0x0f1117)
        for (enum brand_mode mode = BRAND_LIGHT; mode <= BRAND_DARK; mode++) {
            struct brand_accent a = brand_accent(n, mode);
            assert_true(brand_contrast(a.fill, worst[mode]) >= 3 && brand_contrast(a.text, worst[mode]) >= 4.5);
            assert_true(brand_contrast(a.fill, a.on) >= 4.5);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_colours_are_read),
        cmocka_unit_test(test_contrast_is_that_of_wcag),
        cmocka_unit_test(test_a_colour_that_can_be_read_stays),
        cmocka_unit_test(test_a_light_colour_is_darkened_on_light),
        cmocka_unit_test(test_a_dark_colour_is_lightened_on_dark),
        cmocka_unit_test(test_every_colour_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
