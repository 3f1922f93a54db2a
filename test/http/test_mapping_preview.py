"""A preview says why a rule does nothing and whence the role comes, of a given user or of one that is there."""
import json

import pytest
from helpers import USER, op, user_body


def preview(customer, resource, mapping=None):
    body = {"resource": resource, **({"mapping": mapping} if mapping else {})}
    return customer.api.post(f"{customer.path}/scim/attribute-mappings/preview", body).json


def reasons(shown):
    return {r["path"]: r["reason"] for r in shown["rules"]}


def test_a_preview_says_why_a_rule_does_nothing(customer):
    mapping = {"group_roles": [{"group": "Nobody", "role": "org:x"}], "title": "organization_role", "nickName": "public_metadata.nick", "userType": "active",
               "name.givenName": "first_name", "displayName": "first_name", "groups[0].displayName": "organization_role",
               "profileUrl": "{{ value | split: '/' | last }}.organization_role"}
    shown = reasons(preview(customer, {**user_body("bo"), "title": "boss", "userType": "maybe", "name": {"givenName": "Ada"}, "displayName": "A",
                                       "groups": [{"displayName": "org:x"}], "profileUrl": "https://x.example/org:late"}, mapping))
    assert {p: r for p, r in shown.items() if p in mapping or p.startswith("group_roles")} == {
        "group_roles[0]": "the user is in no group of this name or id", "nickName": "the user has no value there", "displayName": None,
        "title": "the result is no role: org: was expected, followed by letters, digits or _ : . -", "userType": "the result is neither true nor false",
        "name.givenName": "displayName decides: of the rules that give a value the last counts", "groups[0].displayName": None,
        "profileUrl": "groups[0].displayName decides: of the rules that give a role the first counts"}


def test_a_preview_says_why_an_address_does_not_count(customer):
    shown = reasons(preview(customer, {"schemas": [USER], "userName": "bo", "emails": [{"value": "a@example.com", "primary": True},
                                                                                       {"value": "w@example.com", "type": "work"}]}))
    assert shown["userName"] == "the result is not an email address"
    assert shown["emails[primary eq true].value"] == "another address of the user counts"


@pytest.mark.parametrize("mapping, role", [
    ({"group_roles": [{"group": "x", "role": "org:x"}, {"group": "sales", "role": "org:s"}]}, ("org:s", "group_roles", "group_roles[1]", "Sales")),
    ({"group_roles": [{"group": "x", "role": "org:x"}], "title": "{{ value | prepend: 'org:' }}.organization_role"}, ("org:T", "rule", "title", "T")),
    ({"group_roles": [{"group": "x", "role": "org:x"}]}, ("org:member", "default", None, None)),
    ({"title": "public_metadata.title"}, ("org:owner", "kept", None, None))], ids=["row", "rule", "default", "kept"])
def test_a_preview_of_a_stored_user_says_whence_the_role_comes(customer, mapping, role):
    user = customer.user(title="T")
    customer.group("Sales", [user["id"]])
    member = customer.member(user["userName"])
    customer.api.patch(f"{customer.path}/members/{member['id']}", {"organization_role": "org:owner"})
    shown = customer.api.post(f"{customer.path}/scim/attribute-mappings/preview", {"scim_user_id": user["id"], "mapping": mapping}).json
    assert tuple(shown["role"][k] for k in ("value", "by", "path", "read")) == role and shown["organization_role"] == role[0]
    assert shown["member"] == {k: v for k, v in {**customer.member(user["userName"]), "active_links": 1}.items() if k in shown["member"]}


def test_a_preview_of_a_stored_user_is_what_the_mapping_then_does(server, customer, tmp_path):
    user = customer.user("Ada@x.example", title="T")
    inner = customer.group("Inner", [user["id"]])
    customer.client.patch(f"/Groups/{customer.group('Outer')['id']}", op("add", "members", [{"value": inner["id"]}]))
    mapping = {"group_roles": [{"group": "outer", "role": "org:out"}], "title": "public_metadata.title", "groups[1].displayName": "public_metadata.second",
               "userName": "{{ value | downcase }}.email_address"}
    (tmp_path / "mapping.json").write_text(json.dumps(mapping))
    shown = server.muster("mapping", "preview", "--scim-user", user["id"], "--org", customer.slug, "--mapping", str(tmp_path / "mapping.json"))
    server.muster("mapping", "set", str(tmp_path / "mapping.json"), "--org", customer.slug)
    assert server.muster("mapping", "status", "--org", customer.slug, "--wait")["status"] == "applied"
    member = customer.member("ada@x.example")
    assert shown["public_metadata"] == member["public_metadata"] == {"title": "T", "second": "Outer"}
    assert shown["organization_role"] == member["organization_role"] == "org:out" and shown["email_address"] == "ada@x.example"


def test_a_preview_needs_one_user_of_this_organization(server, customer):
    other = server.customer().user()
    path = f"{customer.path}/scim/attribute-mappings/preview"
    for body in ({}, {"resource": user_body(), "scim_user_id": other["id"]}, {"scim_user_id": other["id"]}, {"scim_user_id": "x"}):
        assert customer.api.post(path, body).status == 400, body
    assert "mapping preview takes a file" in server.muster("mapping", "preview", "--org", customer.slug, ok=False).stderr
