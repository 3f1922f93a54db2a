"""The way in: a link opens with a click, once, for ten minutes."""
import pytest

OPEN = {"en": "Open the setup", "de": "Einrichtung öffnen"}
GONE = "This link no longer works"


def sessions(server, customer):
    return server.sql("select opened_at is not null from muster.portal_session where organization_id = %s order by created_at", customer.id)


def test_a_click_opens_the_link(window, server, customer, link):
    w, url = window(), link()
    page = w.open(url)
    page.get_by_role("button", name=OPEN["en"]).click()
    page.get_by_role("heading", level=1, name="identity provider").wait_for()
    assert sessions(server, customer) == [(True,)] and "mpl_" not in page.url()
    assert "Contoso Ltd" in page.get_by_role("banner").inner_text() and "Acme Cloud" in page.title()
    page.reload()
    page.get_by_role("heading", level=1, name="identity provider").wait_for()
    cookie, = w.context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict" and cookie["name"] == "muster"


def test_a_link_that_is_only_looked_at_stays(window, server, customer, link):
    url = link()
    for _ in range(2):
        w = window()
        w.open(url).get_by_role("button", name=OPEN["en"]).wait_for()
        assert {r["method"] for r in w.seen["requests"]} == {"GET"}
    assert sessions(server, customer) == [(False,)]


def test_a_used_link_says_when_and_whom_to_tell(window, link):
    url, first, second = link(), window(), window(errors=["409"])
    first.open(url).get_by_role("button", name=OPEN["en"]).click()
    first.page.get_by_role("heading", level=1, name="identity provider").wait_for()
    second.open(url).get_by_role("button", name=OPEN["en"]).click()
    second.page.get_by_role("heading", level=1, name=GONE).wait_for()
    text = second.page.get_by_role("main").inner_text()
    assert "It was opened at" in text and "help@acme.example" in text
    second.shot("open-used")
    second.page.get_by_role("button", name="Go to the open session").click()
    second.page.get_by_text("There is no open session in this browser").wait_for()


def test_the_open_session_goes_on_where_it_is(window, link):
    url, w = link(), window(errors=["409"])
    w.open(url).get_by_role("button", name=OPEN["en"]).click()
    w.page.get_by_role("heading", level=1, name="identity provider").wait_for()
    w.page.goto("about:blank")
    w.open(url).get_by_role("button", name=OPEN["en"]).click()
    w.page.get_by_role("button", name="Go to the open session").click()
    w.page.get_by_role("heading", level=1, name="identity provider").wait_for()


def test_a_link_that_is_too_old_says_so(window, server, customer, link):
    w, url = window(errors=["409"]), link()
    server.sql("update muster.portal_session set link_expires_at = now() where organization_id = %s", customer.id)
    w.open(url).get_by_role("button", name=OPEN["en"]).click()
    w.page.get_by_role("heading", level=1, name=GONE).wait_for()
    assert "older than ten minutes" in w.page.get_by_role("main").inner_text()


def test_the_way_back_is_the_links(window, link):
    w = window()
    w.open(link(return_url="https://app.acme.example/settings")).get_by_role("button", name=OPEN["en"]).click()
    back = w.page.get_by_role("link", name="Back to Acme Cloud")
    assert back.get_attribute("href") == "https://app.acme.example/settings" and back.get_attribute("target") is None


def test_who_may_only_read_is_told(window, link):
    w = window()
    w.open(link(permissions="read")).get_by_role("button", name=OPEN["en"]).click()
    w.page.get_by_role("banner").get_by_text("Read only").wait_for()


def test_the_link_looks_right_to_everybody(window, link, look, request):
    w = window(**look)
    w.open(link()).get_by_role("button", name=OPEN[look["locale"][:2]]).wait_for()
    w.shot(f"open-{request.node.callspec.id}")
    assert w.axe() == []
    assert w.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_the_keyboard_alone_opens_it(window, link, key):
    w = window()
    w.open(link()).get_by_role("button", name=OPEN["en"]).wait_for()
    for _ in range(10):
        w.page.keyboard.press("Tab")
        if w.page.evaluate("() => document.activeElement.textContent") == OPEN["en"]:
            break
    w.page.keyboard.press(key)
    w.page.get_by_role("heading", level=1, name="identity provider").wait_for()


def test_the_first_load_is_small(window, link):
    """What comes before the first screen can be used: on the wire, compressed."""
    w = window()
    w.open(link()).get_by_role("button", name=OPEN["en"]).click()
    w.page.get_by_role("heading", level=1, name="identity provider").wait_for()
    w.page.wait_for_load_state("networkidle")
    loaded = w.seen["requests"]
    assert sum(r["bytes"] for r in loaded) <= 150_000, sorted(loaded, key=lambda r: -r["bytes"])[:10]
    assert len(loaded) <= 45, [r["url"] for r in loaded]
