"""<muster-portal> in a page of another site, over https: the token, what each side hears, and what strangers get."""
import pytest
from api import Api
from browser import Driver, Window
from customer import Customer
from helpers import wait_until
from server import Server
from sites import PORTAL, RESOLVE, STRANGER, VENDOR, certificate, forward, vendor

HTML = """<!doctype html><meta charset="utf-8"><title>Acme</title><body style="margin:0">
<script type="module" src="{portal}/portal/embed.js"></script>
<script>
  window.heard = [];
  for (const what of ["ready", "navigate", "height", "done", "token-needed"])
    addEventListener(what, (e) => heard.push([what, e.detail]));
  addEventListener("token-needed", async (e) => {{ e.target.token = (await (await fetch("/token", {{ method: "POST" }})).json()).token; }});
</script>
<muster-portal {attributes}></muster-portal>"""


class Sites:
    def __init__(self, place):
        tls = certificate(place)
        self.front = forward(tls)
        self.page = vendor(tls, lambda: self.api.made(f"{self.customer.path}/portal-embed-tokens", self.fields)["token"])
        self.portal, self.own = (f"https://{name}:{site.port}" for name, site in ((PORTAL, self.front), (VENDOR, self.page)))
        self.server = Server(env={"MUSTER_PORTAL_NAME": "Acme Cloud", "MUSTER_PORTAL_ORIGINS": self.own, "MUSTER_PUBLIC_URL": f"{self.portal}/scim/v2"}).start()
        self.front.target, self.api, self.fields = self.server.port, Api(self.server), {}
        self.customer = Customer(self.api, name="Contoso Ltd")

    def stop(self):
        self.page.stop()
        self.front.stop()
        self.server.stop()


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    s = Sites(str(tmp_path_factory.mktemp("sites")))
    yield s
    s.stop()


@pytest.fixture(scope="module")
def driver():
    d = Driver(*RESOLVE)
    yield d
    d.stop()


@pytest.fixture
def embed(driver, sites):
    """Opens the vendor's page with these attributes, and gives (window, the frame's content)."""
    made = []

    def run(attributes="", origin=None, errors=(), **options):
        sites.page.html = HTML.format(portal=sites.portal, attributes=attributes)
        w = Window(driver, errors, ignoreHTTPSErrors=True, **options)
        made.append(w)
        w.open(origin or sites.own)
        return w, w.page.frame_locator("muster-portal iframe")
    yield run
    for w in made:
        w.close()


def heard(w, what):
    return [detail for name, detail in w.page.evaluate("heard") if name == what]


def go(frame, path):
    frame.locator("html").evaluate(f"(e) => {{ location.hash = '{path}'; }}")


def test_the_portal_opens_in_a_page_of_another_site(embed, sites):
    w, frame = embed()
    frame.get_by_role("heading", level=1).wait_for()
    assert heard(w, "ready") == [{}] and len(heard(w, "token-needed")) == 1
    assert w.context.cookies() == []
    assert frame.locator("header").is_visible() is False
    session, = [s for s in sites.api.all(f"{sites.customer.path}/portal-sessions") if s["embedded"]][-1:]
    assert session["permissions"] == "manage"
    w.shot("embedded")


def test_the_frame_is_as_high_as_its_content(embed):
    w, frame = embed()
    frame.get_by_role("heading", level=1).wait_for()
    wait_until(lambda: heard(w, "height") and w.page.evaluate("document.querySelector('iframe').clientHeight") == heard(w, "height")[-1]["height"], 10,
               "the frame has the height of its content")
    assert frame.locator("html").evaluate("(e) => e.scrollHeight - e.clientHeight") == 0


def test_attributes_are_theme_language_and_accent(embed):
    w, frame = embed('theme="dark" language="de" accent="#ffd400"')
    frame.get_by_role("heading", level=1).wait_for()
    root = frame.locator("html")
    wait_until(lambda: root.get_attribute("lang") == "de" and root.get_attribute("data-theme") == "dark", 10, "the look is the host's")
    accent = """(e) => { const p = document.body.appendChild(document.createElement("p")); p.style.color = "var(--m-accent)";
                const c = getComputedStyle(p).color; p.remove(); return c; }"""
    wait_until(lambda: root.evaluate(accent) == "rgb(255, 212, 0)", 10, "the accent is the host's")
    w.page.evaluate("document.querySelector('muster-portal').setAttribute('theme', 'light')")
    wait_until(lambda: root.evaluate(accent) == "rgb(163, 136, 0)", 10, "the accent is that of the light theme")


def test_a_session_that_ended_gets_another_token(embed, sites):
    w, frame = embed()
    frame.get_by_role("heading", level=1).wait_for()
    sites.api.request("DELETE", f"{sites.customer.path}/portal-sessions")
    go(frame, "#/provisioning/new")
    wait_until(lambda: len(heard(w, "token-needed")) == 2, 10, "the host is asked for another token")
    frame.get_by_role("heading", level=1).wait_for()


def test_the_host_hears_where_somebody_goes(embed):
    w, frame = embed()
    frame.get_by_role("heading", level=1).wait_for()
    go(frame, "#/provisioning/new")
    wait_until(lambda: {"path": "provisioning/new"} in heard(w, "navigate"), 10, "the host hears of it")


def test_a_page_of_another_origin_embeds_nothing(embed, sites):
    w, frame = embed(origin=sites.own.replace(VENDOR, STRANGER), errors=["frame-ancestors"])
    wait_until(lambda: any("frame-ancestors" in e for e in w.seen["errors"]), 10, "the browser says that the policy forbids it")
    assert heard(w, "ready") == [] and heard(w, "token-needed") == []


def test_the_frame_hears_and_tells_its_host_alone(embed, sites):
    """A page that only says that it is the vendor's gets nothing: what is sent goes to the origin that was named."""
    w, frame = embed()
    frame.get_by_role("heading", level=1).wait_for()
    before = len(heard(w, "height"))
    w.page.evaluate("postMessage({muster: 'token-needed'}, '*')")  # of this page, not of the frame
    w.page.evaluate("new Promise((done) => { setTimeout(done); })")
    assert len(heard(w, "token-needed")) == 1 and before <= len(heard(w, "height"))
    assert w.page.evaluate("document.querySelector('muster-portal').token") is None


def test_the_way_back_is_told_to_the_host(embed):
    w, frame = embed()
    frame.get_by_role("button", name="Back to Acme Cloud").click()
    wait_until(lambda: heard(w, "done") == [{}], 10, "the host hears that somebody is done")
