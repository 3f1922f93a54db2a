"""The page of the portal and the files that it loads, behind every web server: who may embed it, what browsers keep."""
import gzip
import re

import pytest
from api import problem
from helpers import Client
from server import Server

VENDOR = "https://app.example.com"


@pytest.fixture(scope="module", params=["lighttpd", "apache", "nginx", "cgi"])
def front(request):
    s = Server("--server", request.param, env={"MUSTER_PORTAL_ORIGINS": f"{VENDOR}, http://localhost:81"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def browser(front):
    """Without any credential."""
    return Client(front.url, "")


def page(browser, path="/portal/"):
    answer = browser.get(path, absolute=True)
    assert answer.status == 200 and answer.header("Content-Type") == "text/html; charset=utf-8", answer
    return answer


def policy(answer):
    return dict(part.strip().split(" ", 1) for part in answer.header("Content-Security-Policy").split(";"))


def files(browser):
    return re.findall(r'(?:src|href)="(/portal/[^"]+)"', page(browser).text)


def test_the_page_runs_only_our_own_files(browser):
    for path in ("/portal/", "/portal", "/portal/?from=mail"):
        rules = policy(page(browser, path))
        assert rules["default-src"] == rules["base-uri"] == rules["trusted-types"] == "'none'" and rules["require-trusted-types-for"] == "'script'"
        assert {rules[name] for name in ("script-src", "style-src", "img-src", "connect-src", "form-action")} == {"'self'"}
    answer = page(browser)
    assert answer.header("Cache-Control") == "no-cache" and answer.header("X-Content-Type-Options") == "nosniff"
    assert answer.header("Referrer-Policy") == "no-referrer" and answer.header("Cross-Origin-Opener-Policy") == "same-origin"
    assert not re.search(r"<script(?![^>]* src=)|<style|\son[a-z]+=|\sstyle=", answer.text) and "{version}" not in answer.text


def test_only_pages_of_the_setting_embed_it(browser, server):
    assert policy(page(browser))["frame-ancestors"].split() == [VENDOR, "http://localhost:81"]
    assert page(browser).header("Cross-Origin-Resource-Policy") == "cross-origin"
    plain = page(Client(server.url, ""))
    assert policy(plain)["frame-ancestors"] == "'none'" and plain.header("Cross-Origin-Resource-Policy") == "same-origin"


KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "json": "application/json"}


def test_its_files_are_kept_for_a_year_and_compressed(browser):
    first = files(browser)
    version = {path.split("/")[2] for path in first}
    assert len(version) == 1 and {"bootstrap-reboot.min.css", "bootstrap-grid.min.css", "theme.js", "app.js"} <= {path.split("/")[-1] for path in first}
    for path in [*first, f"/portal/{version.pop()}/guides/okta.json"]:
        plain, small = (browser.get(path, absolute=True, headers={"Accept-Encoding": coding}) for coding in ("identity", "gzip"))
        assert plain.status == 200 and plain.header("Content-Type").lower() == KINDS[path.split(".")[-1]], (path, plain.headers)
        assert plain.header("Cache-Control") == "public, max-age=31536000, immutable" and plain.header("X-Content-Type-Options") == "nosniff"
        if len(plain.raw) > 2000:
            assert small.header("Content-Encoding") == "gzip" and gzip.decompress(small.raw) == plain.raw, path


def test_what_is_not_there_is_not_kept(browser):
    for path in ("/portal/1.0.0-00000000/js/app.js", "/portal/x/../../etc/passwd", "/portal/x/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/portal/x/"):
        answer = browser.get(path, absolute=True)
        assert answer.status in (400, 403, 404) and "immutable" not in (answer.header("Cache-Control") or ""), (path, answer)


def test_pages_of_other_origins_load_the_module_that_embeds_it(browser):
    answer = browser.get("/portal/embed.js", absolute=True)
    assert answer.status == 200 and answer.header("Content-Type") == "text/javascript; charset=utf-8" and "muster-portal" in answer.text
    assert answer.header("Access-Control-Allow-Origin") == "*" and answer.header("Cross-Origin-Resource-Policy") == "cross-origin"


def test_the_page_is_only_read(browser):
    problem(browser.request("POST", "/portal/", {}, absolute=True), 405)


def test_a_run_prints_a_link_that_works(front, browser):
    link = front.env["MUSTER_PORTAL_LINK"]
    assert link.startswith(f"{front.url.removesuffix('/scim/v2')}/portal/#/open/mpl_")
    opened = browser.with_token(link.split("#/open/")[1]).request("POST", "/v1/portal/sessions", {}, absolute=True)
    assert opened.status == 201 and opened.json["permissions"] == "manage"
