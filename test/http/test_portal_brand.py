"""The vendor's name, logo and colour in the portal, and what is refused as one."""
import re
import subprocess
import zlib

import pytest
from api import Api, problem
from helpers import BUILD, ROOT, Client
from server import Server
from test_settings import EX_USAGE, PROGRAMS, start

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="28" height="28"/>\n'
PNG = b"\x89PNG\r\n\x1a\n" + zlib.compress(b"x")
BRAND = "/portal/brand"
OPEN = {"Authorization": ""}


@pytest.fixture(scope="module")
def vendor(tmp_path_factory):
    """A server with a brand of its own; the logo can be written."""
    place = tmp_path_factory.mktemp("brand")
    for directory in (place, *list(place.parents)[:3]):
        directory.chmod(0o755)
    logo = place / "logo"
    logo.write_bytes(SVG)
    s = Server(env={"MUSTER_PORTAL_NAME": "Acmé <Cloud>", "MUSTER_PORTAL_LOGO": str(logo), "MUSTER_PORTAL_ACCENT": "#ffd400",
                    "MUSTER_PORTAL_SUPPORT": "help@acme.example", "MUSTER_PORTAL_ORIGINS": "https://app.acme.example"}).start()
    s.logo, s.api = logo, Api(s)
    yield s
    s.stop()


def test_the_brand_needs_no_key(vendor):
    answer = vendor.api.get(BRAND, headers=OPEN)
    brand = answer.json
    version = brand.pop("version")
    assert brand == {"name": "Acmé <Cloud>", "support": "help@acme.example", "logo": True, "languages": brand["languages"], "secure": False,
                     "origins": ["https://app.acme.example"]}
    assert f"/portal/{version}/js/app.js" in Client(vendor.url, "").get("/portal/", absolute=True).text and "en" in brand["languages"]


def test_without_settings_the_host_is_the_name(api):
    brand = api.get(BRAND, headers=OPEN).json
    assert (brand["name"], brand["support"], brand["logo"], brand["origins"]) == ("127.0.0.1", None, False, [])
    problem(api.get("/portal/logo", headers=OPEN), 404)


def colours(answer):
    assert answer.header("Content-Type") == "text/css; charset=utf-8"
    pairs = re.findall(r"--m-([a-z-]+): light-dark\(([^,]+), ([^)]+)\)", answer.text)
    first = dict(re.findall(r"--m-([a-z-]+): (#\w+)", answer.text.splitlines()[0]))
    assert first == {name: light for name, light, _ in pairs}  # for browsers without light-dark()
    return {name: (light, dark) for name, light, dark in pairs}


def test_the_accent_is_made_fit_to_be_read(vendor, api):
    yellow = {"accent": ("#a38800", "#ffd400"), "on-accent": ("#000000", "#000000"), "accent-text": ("#7a6600", "#ffd400")}
    assert colours(vendor.api.get(BRAND + ".css", headers=OPEN)) == yellow
    blue = {"accent": ("#1f5fbf", "#3a72c7"), "on-accent": ("#ffffff", "#ffffff"), "accent-text": ("#1f5fbf", "#6792d3")}
    assert colours(api.get(BRAND + ".css", headers=OPEN)) == blue


def test_a_page_that_embeds_the_portal_may_have_its_own_accent(api):
    for text in ("e11d48", "%23E11D48"):
        found = colours(api.get(f"{BRAND}.css?accent={text}", headers=OPEN))
        assert found["accent"][0] == "#e11d48" and found["accent-text"][0] == "#cf1b42"
    for text in ("red", "", "12345", "000;}", "url(x)"):
        problem(api.get(f"{BRAND}.css?accent={text}", headers=OPEN), 400)
    problem(api.get(f"{BRAND}.css?colour=000", headers=OPEN), 400)


@pytest.mark.parametrize("content, kind", ids=["svg", "marked", "png", "jpeg", "webp"], argvalues=[
    (SVG, "image/svg+xml"), (b"\xef\xbb\xbf <svg/>", "image/svg+xml"), (PNG, "image/png"), (b"\xff\xd8\xff\xe0..JFIF", "image/jpeg"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp")])
def test_the_logo_is_an_image(vendor, content, kind):
    vendor.logo.write_bytes(content)
    answer = vendor.api.get("/portal/logo", headers=OPEN)
    assert answer.status == 200 and answer.header("Content-Type") == kind and answer.raw == content
    assert "sandbox" in answer.header("Content-Security-Policy") and answer.header("X-Content-Type-Options") == "nosniff"


@pytest.mark.parametrize("content, why", ids=["html", "empty", "large", "none"], argvalues=[
    (b"<html><svg></html>", "no image"), (b"", "no image"), (PNG + b"x" * 131072, "too large"), (None, "No such file")])
def test_what_is_no_logo_is_refused_and_found(server, tmp_path, content, why):
    logo = tmp_path / "logo.png"
    if content is not None:
        logo.write_bytes(content)
    code, said = start("muster-admin.fcgi", MUSTER_PORTAL_LOGO=str(logo))
    assert code == EX_USAGE and f'MUSTER_PORTAL_LOGO is "{logo}"' in said and why in said and "SVG, PNG, JPEG or WebP" in said, said
    code, out = doctor(server, MUSTER_PORTAL_LOGO=str(logo))
    assert code == 1 and "BAD  portal's logo: MUSTER_PORTAL_LOGO" in out and why in out, out


@pytest.mark.parametrize("name, value", [
    ("NAME", "x" * 81), ("NAME", "a\nb"), ("NAME", " "), ("NAME", b"\xff"), ("ACCENT", "red"), ("ACCENT", "1f5fbf"), ("ACCENT", ""),
    ("SUPPORT", "javascript:alert(1)"), ("SUPPORT", "javascript:alert(1)//a@b"), ("SUPPORT", "http://x.example"), ("SUPPORT", "help"),
    ("SUPPORT", "a b@c"), ("SUPPORT", "mailto:a@b.example"), ("SUPPORT", 'https://a"b'), ("SUPPORT", "a@b.example?subject=x")])
def test_wrong_settings_of_the_portal_are_refused(name, value):
    for program in PROGRAMS:
        code, said = start(program, **{f"MUSTER_PORTAL_{name}": value})
        assert code == EX_USAGE and f"MUSTER_PORTAL_{name} " in said and "must be" in said, (program, said)


@pytest.mark.parametrize("name, value", [("NAME", "Müller & Söhne 株式会社"), ("ACCENT", "#ABC"), ("SUPPORT", "https://help.acme.example/scim?x=1"),
                                         ("SUPPORT", "it+scim@acme.example")])
def test_right_settings_of_the_portal_are_taken(name, value):
    assert start("muster-admin.fcgi", **{f"MUSTER_PORTAL_{name}": value})[0] != EX_USAGE


def doctor(server, **env):
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "doctor"], env={**server.operator(), **env}, stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_the_doctor_says_what_became_of_the_accent(server):
    def accent(colour):
        return next(line for line in doctor(server, MUSTER_PORTAL_ACCENT=colour)[1].splitlines() if "portal's accent" in line)
    yellow = ("in light changed so that it can be read, buttons #a38800, links #7a6600 with black text (6.1:1); "
              "in dark unchanged with black text (14.7:1)")
    assert accent("#ffd400") == f"ok   portal's accent #ffd400: {yellow}"
    assert "in light changed so that it can be read, links #cf1b42 with white text (4.7:1)" in accent("#e11d48")


def test_the_doctor_says_what_the_portal_lacks(server):
    out = doctor(server)[1]
    assert "hint portal's name" in out and "hint portal's help" in out
    out = doctor(server, MUSTER_PORTAL_NAME="Acme", MUSTER_PORTAL_SUPPORT="help@acme.example", MUSTER_PUBLIC_URL="http://scim.acme.example/scim/v2")[1]
    assert "ok   portal's name: Acme" in out and "hint portal" not in out and "warn portal: MUSTER_PUBLIC_URL has no https" in out
