"""The webhook formats: names, payloads and signatures, verified by the libraries that receivers use."""
import base64
import hashlib
import hmac
import json
import re
import time

import pytest
from formats import (BASE, CONNECTION, EVENTS, EVENT_ID, FOREIGN, GONE, GROUP_ID, MEMBER_ID, NAMES, OLD, ORGANIZATION, SCIM_GROUP, SCIM_USER, SECRET,
                     TOKEN_ID, USER_CHANGES, USER_ID, event, joined, render, render_all, user_event, verified, verify_all)
from helpers import GROUP, ROOT, USER, unique
from webhooks import seal


def boxyhq_good(message, secret):
    """As the product's documentation has it: t and s of the header, the HMAC of "t.body" with the secret as text."""
    t, s = (part.split("=", 1)[1] for part in message.header("BoxyHQ-Signature").split(","))
    return hmac.compare_digest(s, hmac.new(secret.encode(), f"{t}.{message.body}".encode(), hashlib.sha256).hexdigest())


def authn_good(message, secret):
    """As "Verify webhook signatures" of authn.sh has it: each v1 segment against the HMAC with the secret as text."""
    signed = f"{message.header('Authn-Webhook-Id')}.{message.header('Authn-Webhook-Timestamp')}.{message.body}".encode()
    expected = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() * 1000 - int(message.header("Authn-Webhook-Timestamp"))) < 300_000
    return fresh and expected in message.header("Authn-Signature").split(",")


@pytest.fixture(scope="module")
def sent():
    """Every action in every format."""
    pairs = [(f, a) for f in ("muster", *FOREIGN) for a in EVENTS]
    return dict(zip(pairs, render_all([(f, EVENTS[a], {}) for f, a in pairs])))


@pytest.mark.parametrize("name", FOREIGN)
def test_every_action_has_the_name_that_the_product_knows_it_by(sent, name):
    column = list(FOREIGN).index(name)
    assert NAMES.keys() == EVENTS.keys()
    got = {a: sent[name, a] and sent[name, a].json[FOREIGN[name]] for a in EVENTS}
    assert got == {a: names[column] for a, names in NAMES.items()}


def test_the_houses_own_format_tells_every_event(sent):
    for action, e in EVENTS.items():
        assert sent["muster", action].json == {"type": action, "timestamp": e["timestamp"], "sequence": 42,
                                               "data": {"id": EVENT_ID, **e["data"]}}, action


@pytest.mark.parametrize("name,library", [("muster", "standardwebhooks"), ("authn", "svix"), ("stytch", "svix")])
def test_the_receivers_library_accepts_every_event(sent, name, library):
    messages = [m for (f, _), m in sent.items() if f == name and m]
    assert len(messages) > 10
    for message, found in zip(messages, verify_all([(library, SECRET, m) for m in messages])):
        assert found.get("payload") == message.json, found


@pytest.mark.parametrize("name,library", [("muster", "standardwebhooks"), ("authn", "svix"), ("stytch", "svix")])
def test_what_was_changed_on_the_way_is_refused(name, library):
    m = render(name, EVENTS["scim.user.updated"])
    m.body = m.body.replace("Lovelace", "Lovelock")
    assert "error" in verify_all([(library, SECRET, m)])[0]


def test_jacksons_signature_holds_for_every_event_and_for_no_other_secret(sent):
    messages = [m for (f, _), m in sent.items() if f == "jackson" and m]
    assert len(messages) == sum(1 for names in NAMES.values() if names[1])
    for m in messages:
        assert boxyhq_good(m, SECRET) and not boxyhq_good(m, OLD)
        assert abs(int(re.match(r"t=(\d+),", m.header("BoxyHQ-Signature")).group(1)) / 1000 - time.time()) < 60


def test_authns_documented_signature_holds_for_every_event(sent):
    messages = [m for (f, _), m in sent.items() if f == "authn" and m]
    for m in messages:
        assert authn_good(m, SECRET) and not authn_good(m, OLD)


def test_the_key_of_authns_own_server_is_good_too():
    m = render("authn", EVENTS["scim.user.updated"])
    signed = f"{m.header('svix-id')}.{m.header('svix-timestamp')}.{m.body}".encode()
    mine = base64.b64encode(hmac.new(SECRET[6:].encode(), signed, hashlib.sha256).digest()).decode()
    assert f"v1,{mine}" in m.header("svix-signature").split(" ")


@pytest.mark.parametrize("name,library", [("muster", "standardwebhooks"), ("authn", "svix"), ("stytch", "svix")])
def test_while_a_secret_is_replaced_both_are_good(name, library):
    m = render(name, EVENTS["scim.user.updated"], secrets=[SECRET, OLD])
    verified(library, m, SECRET)
    verified(library, m, OLD)


def test_while_a_secret_is_replaced_authns_header_has_both_and_jacksons_the_new_one():
    m = render("authn", EVENTS["scim.user.updated"], secrets=[SECRET, OLD])
    assert authn_good(m, SECRET) and authn_good(m, OLD)
    m = render("jackson", EVENTS["scim.user.updated"], secrets=[SECRET, OLD])
    assert boxyhq_good(m, SECRET)
    assert re.fullmatch(r"t=\d+,s=[0-9a-f]{64}", m.header("BoxyHQ-Signature"))


@pytest.mark.parametrize("name,header", [("muster", "webhook-id"), ("authn", "svix-id"), ("authn", "Authn-Webhook-Id"), ("stytch", "svix-id")])
def test_the_id_of_the_delivery_is_in_the_header(name, header):
    assert render(name, EVENTS["scim.user.updated"], delivery_id=TOKEN_ID).header(header) == TOKEN_ID


def test_jacksons_body_is_written_as_javascript_writes_it():
    """Its receivers parse the body and sign what JSON.stringify makes of it."""
    numbers = [0, -0.0, 1.0, 1.5, -2.50, 1e3, 1e20, 1e21, 1.5e21, 1.2345678901234568e20, 9007199254740993, -9007199254740993, 1e-6, 1e-7, 1.25e-9,
               0.1, 100.125, 5e-324, 1.7976931348623157e308, 9223372036854775807]
    text = json.dumps({**SCIM_USER, "odd": "a/b <&> \u2028 \u007f \x1f \b\f é 😀 \"\\", "numbers": numbers, "deep": {"n": 2.0, "list": [[1.0]]}})
    m = render("jackson", user_event("scim.user.updated", user=json.loads(text)))
    found = verify_all([(None, SECRET, m)])[0]
    assert found["stringified"], m.body
    assert [float(n) for n in m.json["data"]["raw"]["numbers"]] == [float(n) for n in numbers]


def test_a_user_of_jackson_is_the_identity_providers(sent):
    assert sent["jackson", "scim.user.provisioned"].json == {
        "event": "user.created", "tenant": "acme", "product": "muster", "directory_id": CONNECTION["id"],
        "data": {"id": USER_ID, "first_name": "Ada", "last_name": "Lovelace", "email": "ada@acme.example", "active": True, "raw": SCIM_USER}}


def test_jackson_takes_the_user_name_for_an_email_when_there_is_none():
    user = {"schemas": [USER], "id": USER_ID, "userName": "ada"}
    data = render("jackson", user_event("scim.user.updated", user=user)).json["data"]
    assert (data["email"], data["first_name"], data["last_name"], data["active"]) == ("ada", "", "", True)


@pytest.mark.parametrize("name", ["muster", *FOREIGN])
def test_members_without_a_name_are_told_like_others(name):
    """The lenient dialect keeps them under a URN that is not registered."""
    strange = {"urn:acme:x:1.0:User": {"": "v", "deep": {"": {"": "w"}}}}
    sent = render(name, user_event("scim.user.updated", changes={"after": strange}, user={**SCIM_USER, **strange}))
    assert sent is None or json.loads(sent.body)


def test_jackson_tells_of_a_leaver(sent):
    off, gone = sent["jackson", "scim.user.deactivated"].json, sent["jackson", "scim.user.deprovisioned"].json
    assert off["event"] == "user.updated" and off["data"]["id"] == USER_ID and off["data"]["active"] is False
    assert gone["event"] == "user.deleted" and gone["data"]["id"] == USER_ID and gone["data"]["active"] is False


def test_a_membership_of_jackson_is_the_user_with_the_group(sent):
    data = sent["jackson", "scim.group.member_added"].json["data"]
    assert data == {"id": USER_ID, "first_name": "Ada", "last_name": "Lovelace", "email": "ada@acme.example", "active": True,
                    "raw": SCIM_USER, "group": {"id": GROUP_ID, "name": "Engineering", "raw": {**SCIM_GROUP, "members": []}}}


def test_a_group_that_is_gone_keeps_its_name(sent):
    assert sent["jackson", "scim.group.deleted"].json["data"] == {
        "id": GROUP_ID, "name": "Engineering",
        "raw": {"schemas": [GROUP], "id": GROUP_ID, "displayName": "Engineering", "externalId": "g1", "members": []}}
    assert sent["stytch", "scim.group.deleted"].json["id"] == GROUP_ID


@pytest.mark.parametrize("name", ["jackson", "stytch"])
def test_a_group_in_a_group_is_not_told(name):
    assert render(name, joined("scim.group.member_added", "Group")) is None


@pytest.mark.parametrize("name", ["jackson", "stytch"])
def test_a_membership_of_somebody_unknown_is_not_told(name):
    e = event("scim.group.member_removed", "scim_group", GROUP_ID, {"value": USER_ID, "type": "User"}, group=SCIM_GROUP)
    assert render(name, e) is None


def test_a_user_of_authn_is_a_member(sent):
    m = sent["authn", "scim.user.provisioned"].json
    assert {k: v for k, v in m.items() if k != "data"} == {
        "object": "event", "id": EVENT_ID, "type": "scimUser.provisioned", "occurred_at": 1772440200250, "timestamp": 1772440200,
        "environment_id": "muster", "instance_id": "muster"}
    data, user = m["data"], m["data"]["user"]
    assert data["enterprise_connection_id"] == CONNECTION["id"] and data["organization_id"] == ORGANIZATION["id"]
    assert user["object"] == "user" and user["id"] == MEMBER_ID and user["external_id"] == "00u1"
    assert (user["username"], user["first_name"], user["last_name"]) == ("ada@acme.example", "Ada", "Lovelace")
    assert user["banned"] is False and user["public_metadata"] == {"floor": 3}
    assert [a["email_address"] for a in user["email_addresses"] if a["id"] == user["primary_email_address_id"]] == ["ada@acme.example"]
    assert user["created_at"] == 1772366400000 and user["updated_at"] == 1772440200250


def test_authn_tells_of_a_leaver(sent):
    for action in ("scim.user.deactivated", "scim.user.deprovisioned"):
        m = sent["authn", action].json
        assert m["type"] == "scimUser.deprovisioned", action
        assert m["data"]["user"]["id"] == MEMBER_ID and m["data"]["user"]["banned"] is True, action


def test_a_role_of_authn_is_in_the_membership(sent):
    m = sent["authn", "member.role_changed"].json["data"]
    assert m["object"] == "organization_membership" and m["role"] == "org:member"
    assert m["organization"] == {"object": "organization", "id": ORGANIZATION["id"], "name": "Acme", "slug": "acme"}
    assert m["public_user_data"] == {"user_id": MEMBER_ID, "first_name": "Ada", "last_name": "Lovelace", "identifier": "ada@acme.example",
                                     "image_url": None, "has_image": False}


def test_a_token_of_authn_has_no_secret(sent):
    assert sent["authn", "scim.token.revoked"].json["data"] == {
        "object": "scim_token", "id": TOKEN_ID, "organization_id": ORGANIZATION["id"], "name": "Okta", "prefix": "scim_1a2B3c4",
        "created_at": 1772366400000, "revoked_at": 1772440200250}


def test_a_member_of_stytch_has_the_attributes_of_scim(sent):
    m = sent["stytch", "scim.user.provisioned"].json
    assert {k: v for k, v in m.items() if k != "member"} == {
        "project_id": "muster", "event_id": EVENT_ID, "event_type": "scim.member.create", "action": "CREATE", "object_type": "member",
        "source": "SCIM", "id": MEMBER_ID, "timestamp": "2026-03-02T08:30:00.250Z", "vertical": "B2B"}
    member = m["member"]
    assert member["member_id"] == MEMBER_ID and member["organization_id"] == ORGANIZATION["id"]
    assert (member["email_address"], member["name"], member["status"]) == ("ada@acme.example", "Ada Lovelace", "active")
    assert member["roles"] == [{"role_id": "org:member", "sources": [{"type": "direct_assignment", "details": {}}]}]
    assert member["is_admin"] is False and member["trusted_metadata"] == {"floor": 3}
    assert member["scim_registration"] == {
        "connection_id": CONNECTION["id"], "registration_id": USER_ID, "external_id": "00u1",
        "scim_attributes": {"id": USER_ID, "user_name": "ada@acme.example", "external_id": "00u1",
                            "name": {"given_name": "Ada", "family_name": "Lovelace"}, "display_name": "Ada Lovelace", "active": True,
                            "emails": SCIM_USER["emails"], "enterprise_extension": {"employee_number": "7", "department": "Engines"}}}


def test_stytch_tells_of_a_leaver_by_id(sent):
    for action in ("scim.user.deactivated", "scim.user.deprovisioned", "member.erased"):
        m = sent["stytch", action].json
        assert (m["action"], m["object_type"], m["id"]) == ("DELETE", "member", MEMBER_ID), action
        assert "member" not in m, action


def test_a_group_of_stytch_and_who_joins_it(sent):
    m = sent["stytch", "scim.group.member_added"].json
    assert m["id"] == GROUP_ID and m["member_id"] == MEMBER_ID and m["action"] == "MEMBER_ADD"
    assert m["idp_group"] == {"group_id": GROUP_ID, "group_name": "Engineering", "organization_id": ORGANIZATION["id"],
                              "connection_id": CONNECTION["id"]}


def test_a_connection_and_an_organization_of_stytch(sent):
    assert sent["stytch", "scim.connection.updated"].json["scim_connection"] == {
        "organization_id": ORGANIZATION["id"], "connection_id": CONNECTION["id"], "display_name": "Okta", "identity_provider": "okta",
        "status": "paused", "base_url": BASE}
    assert sent["stytch", "organization.created"].json["organization"] == {
        "organization_id": ORGANIZATION["id"], "organization_name": "Acme", "organization_slug": "acme", "trusted_metadata": {}}


@pytest.mark.parametrize("action", ["scim.user.deactivated", "scim.user.deprovisioned"])
def test_whoever_leaves_one_of_two_connections_is_still_a_member(action):
    e = user_event(action, USER_CHANGES)
    m = render("stytch", e).json
    assert m["event_type"] == "scim.member.update" and m["member"]["status"] == "active"
    m = render("authn", e).json
    assert m["type"] == "scimUser.updated" and m["data"]["user"]["banned"] is False
    assert render("jackson", e).json["data"]["active"] is False  # of this directory


@pytest.mark.parametrize("action", ["scim.user.deactivated", "scim.user.deprovisioned"])
def test_an_erased_leaver_is_told_by_the_id(action):
    nobody = {"schemas": [USER], "id": USER_ID, "userName": f"erased {USER_ID}", "active": False}
    blank = {**GONE, "email": None, "first_name": None, "last_name": None, "display_name": None, "external_id": None, "public_metadata": {}}
    e = user_event(action, {"erased": True}, {k: v for k, v in blank.items() if v is not None}, nobody)
    data = render("jackson", e).json["data"]
    assert (data["id"], data["email"], data["active"]) == (USER_ID, "", False)
    user = render("authn", e).json["data"]["user"]
    assert user["id"] == MEMBER_ID and user["email_addresses"] == [] and user["username"] is None
    assert render("stytch", e).json["id"] == MEMBER_ID


@pytest.mark.parametrize("name", FOREIGN)
def test_of_other_erased_events_nothing_is_left_to_tell(name):
    for action in ("scim.user.provisioned", "scim.user.updated", "scim.user.reactivated", "member.updated"):
        e = json.loads(json.dumps(EVENTS[action]))
        e["data"]["changes"] = {"erased": True}
        assert render(name, e) is None, action


@pytest.mark.parametrize("name,field", [("authn", "instance_id"), ("authn", "environment_id"), ("jackson", "product"), ("stytch", "project_id")])
def test_the_receiver_may_have_a_name(name, field):
    assert render(name, EVENTS["scim.user.updated"], audience="project-live-1").json[field] == "project-live-1"


def test_an_unknown_format_sends_nothing():
    assert render("carrier-pigeon", EVENTS["scim.user.updated"]) is None


def documented(name):
    """The first example of a format's section in doc/webhooks.md."""
    with open(f"{ROOT}/doc/webhooks.md", encoding="utf-8") as f:
        section = f.read().split(f"### `{name}`", 1)[1].split("\n### ", 1)[0]
    return json.loads(re.search(r"```json\n(.*?)```", section, re.S).group(1))


@pytest.mark.parametrize("name", ["muster", *FOREIGN])
def test_the_examples_of_the_documentation_are_what_is_sent(sent, name):
    assert documented(name) == sent[name, "scim.user.provisioned"].json


def test_the_documentation_says_which_event_follows_an_action():
    with open(f"{ROOT}/doc/webhooks.md", encoding="utf-8") as f:
        lines = [[c.strip(" `") for c in line.strip("|\n ").split("|")] for line in f if line.startswith("| `")]
    table = {line[0]: tuple(c if c != "-" else None for c in line[1:]) for line in lines if line[0] in NAMES and len(line) == 4}
    assert table == {a: names for a, names in NAMES.items() if any(names)}


@pytest.mark.parametrize("number,name", enumerate(["muster", "jackson"]))
def test_the_verifiers_of_the_documentation_tell_good_from_bad(number, name):
    with open(f"{ROOT}/doc/webhooks.md", encoding="utf-8") as f:
        parts = re.findall(r"```python\n(.*?)```", f.read(), re.S)
    names = {}
    exec(parts[0] + (parts[number] if number else ""), names)
    m = render(name, EVENTS["scim.user.updated"], secrets=[SECRET, OLD])
    assert names["verify"](SECRET, m.headers, m.body.encode())
    assert not names["verify"](SECRET, m.headers, m.body.encode() + b" ")
    assert not names["verify"]("whsec_" + base64.b64encode(b"somebody else").decode(), m.headers, m.body.encode())
    late = render(name, EVENTS["scim.user.updated"], now=int(time.time()) - 301)
    assert not names["verify"](SECRET, late.headers, late.body.encode())


@pytest.fixture(scope="module")
def told(server):
    """The real events of a person and a group, as (action, event), oldest first."""
    t = server.customer()
    me = t.user(unique() + "@acme.example", name={"givenName": "Ada", "familyName": "Lovelace"})
    group = t.group("Engineering", [me["id"]])
    change(t, me, "title", "Countess")
    change(t, me, "active", False)
    change(t, me, "active", True)
    assert t.client.delete(f"/Users/{me['id']}").status == 204
    assert t.client.delete(f"/Groups/{group['id']}").status == 204
    return me, group, told_of(t)


def told_of(customer):
    """The events of an organization as (action, event), oldest first."""
    seal(customer.server)
    rows = customer.server.sql("select e.action, muster.event_object(s, e)::text from muster.audit_seal s"
                               " join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at"
                               " where s.organization_id = %s order by s.sequence", customer.org["id"])
    return [(action, json.loads(text)) for action, text in rows]


def change(customer, user, attribute, value):
    assert customer.client.patch(f"/Users/{user['id']}", {"op": "replace", "path": attribute, "value": value}).status == 200


@pytest.mark.parametrize("name,expected", [
    ("authn", ["scimUser.provisioned", "scimUser.updated", "scimUser.deprovisioned", "scimUser.provisioned", "scimUser.deprovisioned"]),
    ("jackson", ["user.created", "group.created", "group.user_added", "user.updated", "user.updated", "user.updated", "user.deleted",
                 "group.user_removed", "group.deleted"]),
    ("stytch", ["scim.member.create", "scim.idp_group.create", "scim.idp_group.member_add", "scim.member.update", "scim.member.delete",
                "scim.member.update", "scim.member.delete", "scim.idp_group.member_delete", "scim.idp_group.delete"])])
def test_a_life_of_a_user_and_a_group(told, name, expected):
    _, _, events = told
    messages = render_all([(name, e, {}) for action, e in events if action.startswith(("scim.user.", "scim.group."))])
    assert [m.json[FOREIGN[name]] for m in messages if m] == expected


def test_what_is_left_of_a_life_still_says_who_it_was(told):
    me, group, events = told
    gone = {action: e for action, e in events if action in ("scim.user.deprovisioned", "scim.group.deleted", "scim.group.member_removed")}
    data = render("jackson", gone["scim.user.deprovisioned"]).json["data"]
    assert (data["id"], data["email"], data["first_name"], data["active"]) == (me["id"], me["userName"], "Ada", False)
    assert render("jackson", gone["scim.group.deleted"]).json["data"]["name"] == "Engineering"
    data = render("jackson", gone["scim.group.member_removed"]).json["data"]
    assert (data["id"], data["group"]["id"], data["group"]["name"]) == (me["id"], group["id"], "")


def test_whoever_is_erased_is_told_as_a_leaver(server):
    t = server.customer()
    email = unique() + "@acme.example"
    me = t.user(email, name={"givenName": "Ada", "familyName": "Lovelace"})
    member = t.member(email)["id"]
    server.muster("erase", email, "--org", t.slug, "--confirm", email, "--force")
    events = [e for action, e in told_of(t) if action.startswith("scim.user.")]
    assert [e["data"]["changes"] for e in events] == [{"erased": True}] * 2
    joiner, leaver = (render("jackson", e) for e in events)
    assert joiner is None and leaver.json["event"] == "user.deleted" and leaver.json["data"]["id"] == me["id"]
    assert render("stytch", events[1]).json["id"] == render("authn", events[1]).json["data"]["user"]["id"] == member
    for name in FOREIGN:
        assert email not in render(name, events[1]).body and "Ada" not in render(name, events[1]).body, name
