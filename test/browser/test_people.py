"""The portal: members, teams, domains and the audit log, as an administrator would use them; the database is looked at afterwards."""
import pytest
from helpers import made, op, user_body

MARKUP = ["<img src=x onerror=alert(1)>", "<script>document.title='x'</script>", "\"><svg onload=alert(1)>", "{{constructor.constructor('alert(1)')()}}",
          "javascript:alert(1)", "\u05e9\u05dc\u05d5\u05dd", "=cmd|' /C calc'!A0", "</bdi></td></table><h1>x</h1>"]


@pytest.fixture
def contoso(customer):
    """Three people of an identity provider, one of them gone, and a group."""
    customer.connect()
    customer.people = [made(customer.client.post("/Users", user_body(f"{n.lower()}@contoso.example", displayName=f"{n} Berg"))) for n in ("Ada", "Bea", "Cleo")]
    made(customer.client.patch(f"/Users/{customer.people[0]['id']}", op("replace", "active", False)), 200)
    customer.group("Engineering", [p["id"] for p in customer.people])
    return customer


@pytest.fixture
def portal(window, link, contoso):
    """Opens a link, and goes to a screen."""
    def go(screen, fields=None, **options):
        w = window(**options)
        w.open(link(**(fields or {}))).locator("#open").click()
        w.page.locator("#rail a").first().wait_for(state="attached")
        w.page.evaluate("(h) => { location.hash = h; }", f"#/{screen}")
        w.page.locator("#main h1").wait_for()
        return w
    return go


def test_somebody_is_found_and_why_access_has_ended(portal):
    w = portal("members")
    w.page.get_by_label("Search people").fill("ada")
    w.page.get_by_role("link", name="Ada Berg").click()
    drawer = w.page.get_by_role("dialog", name="Ada Berg")
    drawer.get_by_text("ended the access").wait_for()
    drawer.get_by_text("In no team since then.").wait_for()
    w.page.keyboard.press("Escape")
    drawer.wait_for(state="hidden")
    w.page.get_by_label("Search people").fill("nobody")
    w.page.get_by_text("Nobody of this name has been sent.").wait_for()


def test_a_role_is_changed_and_stands_in_the_log(portal, api, contoso):
    w = portal("members")
    w.page.get_by_role("link", name="Bea Berg").click()
    drawer = w.page.get_by_role("dialog", name="Bea Berg")
    drawer.get_by_label("Role", exact=True).select_option("org:admin")
    drawer.get_by_role("button", name="Change the role").click()
    drawer.get_by_text("Role Admin, given by hand.").wait_for()
    assert [m["organization_role"] for m in api.read(f"{contoso.path}/members?q=bea")["data"]] == ["org:admin"]
    drawer.get_by_role("link", name="All changes").click()
    w.page.get_by_text("Changed a member").first().wait_for()


def test_who_came_by_hand_goes_by_hand(portal, api, contoso):
    api.made(f"{contoso.path}/members", {"email": "hand@contoso.example", "display_name": "Hanna Hand"})
    w = portal("members?source=local")
    w.page.get_by_role("link", name="Hanna Hand").click()
    drawer = w.page.get_by_role("dialog", name="Hanna Hand", exact=True)
    drawer.get_by_role("button", name="Deactivate").click()
    w.page.get_by_role("dialog", name="Deactivate Hanna Hand?").get_by_role("button", name="Deactivate").click()
    drawer.get_by_role("button", name="Reactivate").wait_for()
    assert [m["status"] for m in api.read(f"{contoso.path}/members?q=hanna")["data"]] == ["deactivated"]


def test_a_team_is_made_filled_and_removed_by_hand(portal, api, contoso):
    w = portal("teams")
    w.page.get_by_role("button", name="Add a team").click()
    ask = w.page.get_by_role("dialog", name="Add a team")
    ask.get_by_label("Name").fill("Support")
    ask.get_by_role("button", name="Add the team").click()
    drawer = w.page.get_by_role("dialog", name="Support", exact=True)
    drawer.get_by_label("Add somebody").fill("bea@contoso.example")
    drawer.get_by_role("button", name="Add to the team").click()
    drawer.get_by_role("link", name="Bea Berg").wait_for()
    drawer.get_by_role("button", name="Take Bea Berg out of the team").click()
    drawer.get_by_text("Nobody is in this team yet.").wait_for()
    drawer.get_by_role("button", name="Remove the team").click()
    w.page.get_by_role("dialog", name="Remove Support?").get_by_role("button", name="Remove the team").click()
    w.page.get_by_role("link", name="Support").wait_for(state="detached")
    assert [t["name"] for t in api.read(f"{contoso.path}/teams")["data"]] == ["Engineering"]


def test_a_domain_is_claimed_and_says_which_record_proves_it(portal, api, contoso):
    w = portal("domains")
    w.page.get_by_role("button", name="Add a domain").click()
    ask = w.page.get_by_role("dialog", name="Add a domain")
    ask.get_by_label("Domain").fill("contoso.example")
    ask.get_by_role("button", name="Add the domain").click()
    w.page.get_by_role("heading", name="contoso.example").wait_for()
    (claim,) = api.read(f"{contoso.path}/scim/domain-claims")["data"]
    assert w.page.get_by_label("Value", exact=True).input_value() == claim["value"]


def test_who_waits_for_approval_is_approved(portal, api, contoso):
    api.made(f"{contoso.path}/members", {"email": "max@contoso.example", "display_name": "Max Muster"})
    connection = contoso.connection["id"]
    assert api.patch(f"{contoso.path}/scim/connections/{connection}", {"linking": "verified_domains"}).status == 200
    assert contoso.client.post("/Users", user_body("max@contoso.example")).status == 409
    w = portal("domains")
    w.page.get_by_role("button", name="Approve max@contoso.example").click()
    w.page.get_by_role("dialog").get_by_role("button", name="Approve").click()
    w.page.get_by_text("Waiting for your approval").wait_for(state="detached")
    made(contoso.client.post("/Users", user_body("max@contoso.example")))


def test_the_log_opens_a_line_and_is_saved_as_a_file(portal):
    w = portal("audit?topic=provisioning")
    line = w.page.locator("details.m-event").filter(has_text="Deactivated").first()
    line.locator("summary").click()
    line.get_by_text("scim.user.deactivated").wait_for()
    w.page.get_by_role("button", name="Export").click()
    w.page.get_by_text("Saved,").wait_for()


def test_who_may_only_read_sees_all_and_changes_nothing(portal):
    w = portal("members", {"permissions": "read"})
    w.page.get_by_role("link", name="Bea Berg").click()
    drawer = w.page.get_by_role("dialog", name="Bea Berg")
    drawer.get_by_text("Active, because").wait_for()
    assert drawer.get_by_role("button").count() == 1  # it closes the drawer


@pytest.mark.parametrize("text", MARKUP, ids=range(len(MARKUP)))
def test_a_name_is_never_more_than_text(portal, contoso, text):
    user = made(contoso.client.post("/Users", user_body("x@contoso.example", displayName=text, title=text)))
    contoso.group(text, [user["id"]])
    w = portal("members?q=x%40contoso.example")
    w.page.get_by_role("link").filter(has_text=text).first().click()
    w.page.get_by_role("dialog").get_by_role("heading", level=2).filter(has_text=text).wait_for()
    for screen in ("teams", "audit"):
        w.page.evaluate("(h) => { location.hash = h; }", f"#/{screen}")
        w.page.locator("#main").get_by_text(text).first().wait_for()
    assert w.page.locator("main img, main script, main h1").count() == 1


@pytest.mark.parametrize("screen", ["members", "teams", "audit", "domains"])
def test_the_screens_look_right_to_everybody(portal, api, contoso, look, screen, request):
    api.made(f"{contoso.path}/scim/domain-claims", {"domain": "contoso.example"})
    w = portal(screen, **look)
    w.shot(f"{screen}-{request.node.callspec.id}")
    assert w.axe() == []
    assert w.page.locator("main .m-filled").count() <= 1
    assert w.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
