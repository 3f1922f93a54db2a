"""The page of the portal, before anybody has a session."""
import pytest
from browser import Window


def colour(hex_text):
    return "rgb({}, {}, {})".format(*(int(hex_text[i:i + 2], 16) for i in (1, 3, 5)))


def test_the_page_loads_what_it_names(window, server):
    w = window()
    w.open(server.env["MUSTER_URL"].replace("/scim/v2", "/portal/"))
    w.page.wait_for_load_state("networkidle")
    loaded = {r["url"].split("/")[-1] for r in w.seen["requests"]}
    assert {"app.js", "portal.css", "parts.css", "brand.css", "bootstrap-reboot.min.css", "bootstrap-grid.min.css", "theme.js"} <= loaded
    broken = w.page.evaluate("() => [...document.styleSheets].filter((s) => s.cssRules.length === 0).map((s) => s.href)")
    assert broken == []


def test_what_the_policy_forbids_is_seen(driver, server):
    """The counter of violations counts."""
    w = Window(driver, errors=[".*"])
    w.open(server.env["MUSTER_URL"].replace("/scim/v2", "/portal/"))
    assert "TrustedHTML" in w.page.evaluate("(() => { try { document.body.innerHTML = '<b>x</b>' } catch (e) { return e.message } })()")
    with pytest.raises(AssertionError, match="require-trusted-types-for|trusted-types"):
        w.close()


@pytest.mark.parametrize("scheme, accent, fill, on, text", [
    ("light", None, "#1f5fbf", "#ffffff", "#1f5fbf"), ("dark", None, "#3a72c7", "#ffffff", "#6792d3"),
    ("light", "ffd400", "#a38800", "#000000", "#7a6600"), ("dark", "ffd400", "#ffd400", "#000000", "#ffd400"),
    ("light", "ffffff", "#858585", "#000000", "#666666")])
def test_the_accent_is_fit_to_be_read(window, server, scheme, accent, fill, on, text):
    w = window(color_scheme=scheme, accent=accent)
    w.open(server.env["MUSTER_URL"].replace("/scim/v2", "/portal/"))
    w.page.wait_for_load_state("networkidle")
    probe = """(name) => { const p = document.body.appendChild(document.createElement("p")); p.style.color = `var(${name})`;
               const c = getComputedStyle(p).color; p.remove(); return c; }"""
    assert [w.page.evaluate(probe, f"--m-{name}") for name in ("accent", "on-accent", "accent-text")] == [colour(c) for c in (fill, on, text)]
