"""The portal: which identity provider, as an administrator would choose it."""
import pytest

CONTINUE = "Continue"


@pytest.fixture
def chooser(window, link):
    """Makes a page that asks for the provider."""
    def make(fields=None, **options):
        w = window(**options)
        w.open(link(**(fields or {}))).locator("#open").click()
        w.page.get_by_role("heading", level=1, name="identity provider" if "de" not in options.get("locale", "") else "Identitätsanbieter").wait_for()
        return w
    return make


def test_nothing_is_made_before_a_choice(chooser, api, customer):
    w = chooser()
    w.page.get_by_role("button", name=CONTINUE).click()
    w.page.get_by_text("Choose one of these.").wait_for()
    assert api.read(f"{customer.path}/scim/connections")["data"] == []


def test_okta_is_asked_where_its_app_was_made(chooser, api, customer):
    w = chooser()
    w.page.get_by_label("Okta", exact=True).check()
    w.page.get_by_label("OIDC app of the wizard").check()
    w.page.get_by_text("OIDC apps of the wizard cannot provision.").wait_for()
    w.page.get_by_role("button", name=CONTINUE).click()
    w.page.get_by_text("That kind of app cannot provision.").wait_for()
    assert api.read(f"{customer.path}/scim/connections")["data"] == []


def test_google_is_told_at_once_what_it_cannot(chooser):
    w = chooser()
    w.page.get_by_label("Google Workspace").check()
    w.page.get_by_text("only to apps of its own catalogue").wait_for()


def test_who_may_only_read_chooses_nothing(chooser):
    w = chooser({"permissions": "read"})
    w.page.get_by_text("Nothing is connected yet.").wait_for()
    assert w.page.get_by_role("main").get_by_role("button").count() == 0


def test_the_choice_looks_right_to_everybody(chooser, look, request):
    w = chooser(**look)
    w.page.get_by_label("Okta", exact=True).check()
    w.page.locator("main fieldset").nth(1).wait_for()
    w.shot(f"choose-{request.node.callspec.id}")
    assert w.axe() == []
    assert w.page.locator("main .m-filled").count() == 1
    assert w.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
