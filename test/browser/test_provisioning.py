"""The portal: an administrator connects Entra while its requests arrive, and watches."""
import pytest
from helpers import unique

USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"


@pytest.fixture
def connecting(window, link):
    """A page with the steps for Entra, and its token, which was saved."""
    w = window()
    w.open(link()).locator("#open").click()
    w.page.get_by_label("Microsoft Entra ID").check()
    w.page.get_by_role("button", name="Continue").click()
    w.page.get_by_role("button", name="Create the token").click()
    field = w.page.get_by_label("Secret Token", exact=True)
    field.wait_for()
    w.token = field.input_value()
    w.page.get_by_role("button", name="I have saved it").click()
    w.page.get_by_role("button", name="Lost it?").wait_for()
    return w


def person():
    mail = f"{unique()}@contoso.example"
    return {"schemas": [USER], "userName": mail, "externalId": "ada", "displayName": "Ada Lovelace", "active": True,
            "emails": [{"value": mail, "type": "work", "primary": True}]}


def test_a_token_is_shown_once(connecting):
    w = connecting
    assert w.token.startswith("scim_") and w.token not in w.page.get_by_role("main").inner_text()
    w.page.reload()
    w.page.get_by_role("button", name="Lost it?").wait_for()
    assert w.page.get_by_label("Secret Token", exact=True).count() == 0


def test_what_arrives_is_seen_while_it_arrives(connecting, server):
    w, live = connecting, connecting.page.get_by_role("region", name="What arrives")
    live.get_by_text("Waiting for Entra").wait_for()
    entra = server.client(w.token)
    assert entra.get("/Users?count=1").status == 200
    live.get_by_text("Entra reached us and the token fits").wait_for()
    w.page.get_by_role("link", name="Continue to Go live").click()
    made = entra.post("/Users", person())
    assert made.status == 201, made
    live.get_by_text("Ada Lovelace").wait_for()
    live.get_by_text("The externalId is not the object ID.").wait_for()
    assert entra.post("/Groups", {"schemas": [GROUP], "displayName": "Engineering", "members": [{"value": made.json["id"]}]}).status == 201
    live.get_by_text("1 group arrived").wait_for()
    w.page.get_by_role("link", name="Continue to the overview").click()
    w.page.get_by_text("All is well").wait_for()
    assert w.axe() == []
    w.shot("provisioning-healthy")
