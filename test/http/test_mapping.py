"""Attribute mappings: their effects on members, at once and in the background."""
import json
import os
import signal
import subprocess
import threading
import time

import pytest
from helpers import BUILD, ENTERPRISE, ROOT, USER, assert_error, fill_users, made, op, user_body, wait_until
from server import Server

ROLE = {"groups[0].displayName": "{{ value | downcase | replace: ' ', '-' | prepend: 'org:' }}.organization_role"}


@pytest.fixture
def mapped(server, tmp_path):
    """Gives a customer a mapping and waits until it is applied."""
    def run(customer, mapping, ok=True, wait=True):
        path = tmp_path / "mapping.json"
        path.write_text(json.dumps(mapping))
        done = server.muster("mapping", "set", str(path), "--org", customer.slug, ok=ok)
        if ok and wait:
            assert server.muster("mapping", "status", "--org", customer.slug, "--wait")["status"] == "applied"
        return done
    return run


def role(customer, user):
    return customer.member(user["userName"])["organization_role"]


def member_patch(customer, group, *operations):
    assert customer.client.patch(f"/Groups/{group['id']}", *operations).status == 200


def test_a_role_follows_the_groups_of_a_user(customer, mapped):
    mapped(customer, ROLE)
    user = customer.user()
    assert role(customer, user) == "org:member"
    group = customer.group("Admin", [user["id"]])
    assert role(customer, user) == "org:admin"
    member_patch(customer, group, op("replace", "displayName", "Site Owner"))
    assert role(customer, user) == "org:site-owner"
    member_patch(customer, group, op("remove", f'members[value eq "{user["id"]}"]'))
    assert role(customer, user) == "org:member"
    member_patch(customer, group, op("add", "members", [{"value": user["id"]}]))
    assert customer.client.delete(f"/Groups/{group['id']}").status == 204
    assert role(customer, user) == "org:member"
    changes = [(e["data"]["before"], e["data"]["after"])
               for e in reversed(customer.server.muster("audit", "list", "--org", customer.slug, "--action", "member.role_changed")["data"])]
    assert changes == [("org:member", "org:admin"), ("org:admin", "org:site-owner"), ("org:site-owner", "org:member"), ("org:member", "org:site-owner"),
                       ("org:site-owner", "org:member")]


def test_nested_groups_give_roles_too(customer, mapped):
    mapped(customer, ROLE)
    user = customer.user()
    inner = customer.group("team x", [user["id"]])
    outer = customer.group("Admin")
    assert role(customer, user) == "org:team-x"
    member_patch(customer, inner, op("replace", "displayName", "-"))  # "org:-" is a role, too
    member_patch(customer, outer, op("add", "members", [{"value": inner["id"]}]))
    assert role(customer, user) == "org:-"
    member_patch(customer, inner, op("replace", "displayName", "?"))
    assert role(customer, user) == "org:admin"
    member_patch(customer, outer, op("remove", "members"))
    assert role(customer, user) == "org:member"


def test_the_order_of_rules_and_then_the_age_of_groups_decides(customer, mapped):
    mapped(customer, {"title": "{{ value | prepend: 'org:' }}.organization_role", **ROLE})
    user = customer.user()
    for name in ("First", "Second"):
        customer.group(name, [user["id"]])
    assert role(customer, user) == "org:first"
    made(customer.client.patch(f"/Users/{user['id']}", op("add", "title", "boss")), 200)
    assert role(customer, user) == "org:boss"


def test_an_inactive_user_has_no_role_by_groups_when_it_comes_back_it_has(customer, mapped):
    mapped(customer, ROLE)
    user = customer.user()
    customer.group("Crew", [user["id"]])
    for active, want in ((False, "deactivated"), (True, "active")):
        made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", active)), 200)
        assert customer.member(user["userName"])["status"] == want, (active, want)
    assert role(customer, user) == "org:crew"


def test_fields_and_metadata(customer, mapped):
    mapped(customer, {"displayName": "{{ value | split: ' ' | first }}.first_name", "phoneNumbers[0].value": "public_metadata.phone",
                      'emails[type eq "home"].value': "{{ value | default: 'none' }}.public_metadata.home", "groups[1].displayName": "public_metadata.second",
                      "urn:example:own:thing": "public_metadata.thing", "preferredLanguage": "{{ value | upcase }}.public_metadata.language"})
    user = customer.user(displayName="Ada King", name={"givenName": "Augusta", "familyName": "King"}, phoneNumbers=[{"value": "1"}, {"value": "2"}],
                         preferredLanguage="en", **{"urn:example:own": {"thing": True}})
    for name in ("A", "B"):
        customer.group(name, [user["id"]])
    member = customer.member(user["userName"])
    assert (member["first_name"], member["last_name"], member["display_name"]) == ("Ada", "King", "Ada King")
    assert member["public_metadata"] == {"phone": "1", "home": "none", "second": "B", "thing": True, "language": "EN"}
    assert member["organization_role"] == "org:member"


def test_who_loses_the_manager_loses_what_the_mapping_made_of_it(customer, mapped):
    mapped(customer, {f"{ENTERPRISE}:manager.value": "public_metadata.manager"})
    boss = customer.user()
    reports = [customer.user(**{"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": boss["id"]}}}) for _ in range(2)]
    assert [customer.member(u["userName"])["public_metadata"] for u in reports] == [{"manager": boss["id"]}] * 2
    assert customer.client.delete(f"/Users/{boss['id']}").status == 204
    assert [customer.member(u["userName"])["public_metadata"] for u in reports] == [{}] * 2


def test_an_admin_keeps_a_role_that_no_rule_sets(customer, mapped):
    user = customer.user()
    customer.server.muster("member", "set", user["userName"], "--org", customer.slug, "--organization-role", "org:billing")
    mapped(customer, {"title": "public_metadata.title"})
    made(customer.client.patch(f"/Users/{user['id']}", op("add", "title", "T")), 200)
    assert role(customer, user) == "org:billing" and customer.member(user["userName"])["public_metadata"] == {"title": "T"}


def test_an_email_that_is_mapped_is_who_somebody_is(customer, mapped):
    mapped(customer, {'emails[type eq "home"].value': "email_address"})
    user = customer.user("work@example.com", emails=[{"value": "work@example.com", "type": "work"}, {"value": "home@example.com", "type": "home"}])
    assert [m["email"] for m in customer.members()] == ["home@example.com"]
    assert_error(customer.client.post("/Users", user_body("other", emails=[{"value": "Home@example.com", "type": "home"}])), 409, "uniqueness")
    assert_error(customer.client.patch(f"/Users/{user['id']}", op("replace", 'emails[type eq "home"].value', "new@example.com")), 400, "mutability", "email")
    mapped(customer, {})
    assert [m["email"] for m in customer.members()] == ["work@example.com"]


def test_a_mapping_can_make_somebody_inactive_but_never_keep_a_leaver(customer, mapped):
    mapped(customer, {"userType": "{{ value | replace: 'gone', 'false' }}.active"})
    user = customer.user()
    made(customer.client.patch(f"/Users/{user['id']}", op("add", "userType", "gone")), 200)
    assert customer.member(user["userName"])["status"] == "deactivated"
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "userType", "true"), op("replace", "active", False)), 200)
    assert customer.member(user["userName"])["status"] == "deactivated"
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "userType", "gone"), op("replace", "active", True)), 200)
    mapped(customer, {})
    assert customer.member(user["userName"])["status"] == "active" and customer.actions(user["id"])[-1] == "scim.user.reactivated"


def test_of_two_links_the_oldest_connection_that_gives_a_value_wins(customer, mapped):
    mapped(customer, {"title": "public_metadata.title", "nickName": "public_metadata.nick", **ROLE})
    second = customer.second()
    late = second.user("both@example.com", title="Second", nickName="Nick", name={"givenName": "B"})
    second.group("Late", [late["id"]])
    early = customer.user("both@example.com", title="First", name={"givenName": "A"})
    member = customer.member("both@example.com")
    assert member["public_metadata"] == {"title": "First", "nick": "Nick"} and (member["first_name"], member["organization_role"]) == ("A", "org:late")
    made(customer.client.patch(f"/Users/{early['id']}", op("replace", "active", False)), 200)
    member = customer.member("both@example.com")
    assert member["public_metadata"] == {"title": "Second", "nick": "Nick"} and (member["first_name"], member["status"]) == ("B", "active")


@pytest.mark.parametrize("protect", ["off", "on"])
def test_the_last_admin_is_not_lost_silently(customer, mapped, protect):
    customer.server.muster("org", "set", customer.slug, "--protect-last-admin", protect)
    mapped(customer, ROLE)
    one, two = customer.user(), customer.user()
    group = customer.group("Admin", [one["id"], two["id"]])
    member_patch(customer, group, op("remove", f'members[value eq "{one["id"]}"]'))
    assert role(customer, one) == "org:member"
    member_patch(customer, group, op("remove", "members"))
    event = "organization.last_admin_kept" if protect == "on" else "organization.last_admin_lost"
    assert role(customer, two) == ("org:admin" if protect == "on" else "org:member")
    assert event in customer.actions()
    made(customer.client.patch(f"/Users/{two['id']}", op("replace", "active", False)), 200)
    assert customer.member(two["userName"])["status"] == "deactivated"


def test_a_new_mapping_is_applied_to_everybody_and_none_takes_its_traces_along(customer, mapped):
    users = [customer.user(title=f"T{i}") for i in range(5)]
    customer.group("Admin", [u["id"] for u in users])
    mapped(customer, {**ROLE, "title": "public_metadata.title"})
    assert [(m["organization_role"], m["public_metadata"]) for m in customer.members()] == [("org:admin", {"title": f"T{i}"}) for i in range(5)]
    mapped(customer, {})
    assert [(m["organization_role"], m["public_metadata"]) for m in customer.members()] == [("org:member", {})] * 5
    told = customer.server.muster("audit", "list", "--org", customer.slug, "--action", "scim.mapping.updated")["data"]
    assert [(e["target_type"], e["target_id"], e["data"]) for e in told] == [
        ("organization", customer.org["id"], {"before": before, "after": after})
        for before, after in (({**ROLE, "title": "public_metadata.title"}, {}), ({}, {**ROLE, "title": "public_metadata.title"}))]
    assert "organization.last_admin_lost" in customer.actions()


def test_an_email_that_somebody_else_has_is_told_and_changes_nothing(customer, mapped):
    one = customer.user("one@example.com", nickName="two@example.com")
    customer.user("two@example.com", nickName="three@example.com")
    mapped(customer, {"nickName": "email_address"})
    assert [m["email"] for m in customer.members()] == ["one@example.com", "three@example.com"]
    assert customer.actions(one["id"]) == ["scim.user.provisioned", "scim.mapping.conflict"]


@pytest.mark.parametrize("mapping, words", [
    ({"bogus": "first_name"}, "bogus"), ({"title": "nickname"}, "a field was expected"), ({"title": "{{ value | shout }}.first_name"}, "shout"),
    ({"title": "{{ value .first_name"}, "}}"), ({"groups.displayName": "organization_role"}, "groups"), ({"password": "public_metadata.p"}, "password"),
    ({"title": "public_metadata.a b"}, "public_metadata"), ({"title": 5}, "title"),
    ({"groups[0].displayName": "{{ value | replace: 'Gone', 'false' }}.active"}, "groups cannot give active"),
    ({"groups[1].value": "email_address"}, "groups cannot give email_address")])
def test_a_wrong_mapping_is_refused_with_its_place(customer, mapped, mapping, words):
    before = customer.server.muster("mapping", "show", "--org", customer.slug)
    done = mapped(customer, mapping, ok=False)
    assert done.returncode == 1 and words in done.stderr, done.stderr
    assert customer.server.muster("mapping", "show", "--org", customer.slug) == before


def test_a_mapping_of_groups_to_active_that_an_older_release_stored_does_no_harm(customer, mapped):
    mapped(customer, {"title": "public_metadata.title"})
    customer.server.sql("""update muster.attribute_mapping set mapping = '{"groups[0].displayName":"active","title":"public_metadata.title"}'
                           where organization_id = %s""", customer.org["id"])
    customer.server.sql("update muster.organization set schema_version = schema_version + 1 where id = %s", customer.org["id"])
    assert customer.member(customer.user(title="T")["userName"])["public_metadata"] == {"title": "T"}


def test_a_schema_that_a_mapping_would_break_on_is_refused(server, customer, mapped, tmp_path):
    mapped(customer, {"urn:example:own:thing": "public_metadata.thing"})
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps({"id": "urn:example:own", "attributes": [{"name": "other"}]}))
    done = server.muster("schema", "add", str(schema), "--org", customer.slug, ok=False)
    assert "thing" in done.stderr
    customer.user()


def test_a_preview_shows_what_would_be_written(server, customer, tmp_path):
    resource, mapping = tmp_path / "user.json", tmp_path / "mapping.json"
    resource.write_text(json.dumps({**user_body("x@example.com", title="T"), "groups": [{"value": "1", "display": "Ops"}, {"value": "2", "display": "Admin"}]}))
    mapping.write_text(json.dumps({**ROLE, "title": "public_metadata.title", "groups[1].displayName": "public_metadata.second"}))
    shown = server.muster("mapping", "preview", str(resource), "--org", customer.slug, "--mapping", str(mapping))
    assert (shown["email_address"], shown["organization_role"], shown["public_metadata"]) == ("x@example.com", "org:ops", {"title": "T", "second": "Admin"})
    assert server.muster("mapping", "preview", str(resource), "--org", customer.slug)["organization_role"] == "org:member"


def preview(customer, resource, mapping=None, status=200):
    body = {"resource": resource, **({"mapping": mapping} if mapping else {})}
    answer = customer.api.post(f"{customer.path}/scim/attribute-mappings/preview", body)
    assert answer.status == status, answer
    return answer.json


def effects(shown):
    return {r["path"]: r["effect"] for r in shown["rules"]}


DOTTED = {f"{ENTERPRISE}.department": "public_metadata.a", f"{USER.upper()}.title": "public_metadata.b", "urn:nobody:x:2.0:User.site": "public_metadata.c",
          f"{ENTERPRISE}.manager.value": "public_metadata.d", "urn:nobody:x:2.0:User:deep.er": "public_metadata.e"}


def test_a_dot_behind_a_urn_is_its_colon(customer, mapped):
    """As another product's guide writes keys, for registered URNs and others."""
    boss = customer.user()
    sent = user_body(title="Lead",
                     **{ENTERPRISE: {"department": "Tours", "manager": {"value": boss["id"]}}, "urn:nobody:x:2.0:User": {"site": "Lima", "deep": {"er": 1}}})
    want = {"a": "Tours", "b": "Lead", "c": "Lima", "d": boss["id"], "e": 1}
    mapped(customer, DOTTED)
    assert made(customer.client.post("/Users", sent)) and customer.member(sent["userName"])["public_metadata"] == want
    assert preview(customer, sent, DOTTED)["public_metadata"] == want
    assert "departmen" in preview(customer, sent, {f"{ENTERPRISE}.departmen": "last_name"}, 400)["detail"]


@pytest.mark.parametrize("name", ["display", "displayName", "DisplayName"])
def test_a_preview_takes_the_name_of_a_group_as_paths_call_it(customer, name):
    shown = preview(customer, {**user_body(), "groups": [{"value": "1", name: "Admin"}]}, ROLE)
    assert shown["organization_role"] == "org:admin" and shown["rules"][-1]["read"] == "Admin"


@pytest.mark.parametrize("groups", [{}, "x", ["x"], [{"displayName": 1}], [[]]])
def test_a_preview_refuses_groups_that_are_none(customer, groups):
    assert "groups must be a list" in preview(customer, {**user_body(), "groups": groups}, ROLE, 400)["detail"]


PEOPLE = [{"userName": "bo"}, {"userName": "bo", "emails": [{"value": "nope"}]}, {"userName": "bo@example.com"},
          {"userName": "Bo", "emails": [{"value": "b@example.com", "type": "home"}]},
          {"userName": "bo@example.com", "emails": [{"value": "w@example.com", "type": "work"}, {"value": "p@example.com", "primary": True}], "active": False},
          {"userName": "x\u0007y@example.com"}, {"userName": "bo@example.com", "title": "t@example.com"}, {"userName": "bo", "title": "false"}]


@pytest.mark.parametrize("mapping", [None, {"title": "email_address"}, {"userName": "{{ value | append: '@example.net' }}.email_address"}, {"title": "active"}],
                         ids=str)
def test_a_preview_is_what_a_post_then_does(customer, mapping):
    """The email, the status and the refusal, whatever the mapping."""
    if mapping:
        assert customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": mapping}).status == 200
    for number, sent in enumerate(PEOPLE):
        body = json.loads(json.dumps({"schemas": [USER], **sent}).replace("@", f".{number}@").replace('o"', f'o{number}"'))
        shown, answer = preview(customer, body, mapping), customer.client.post("/Users", body)
        if shown["problem"]:
            assert answer.status == 400 and answer.json["detail"] == shown["problem"], body
            continue
        assert answer.status == 201, (body, shown, answer)
        found = [m["status"] for m in customer.api.read(f"{customer.path}/members")["data"] if m["email"] == shown["email_address"]]
        assert found == ["active" if shown["active"] else "deactivated"], (body, shown)


def test_all_templates_of_a_preview_have_one_limit(customer):
    replaced = "{{ value | " + " | ".join(["replace: 'a', 'bb' | replace: 'bb', 'a'"] * 7) + " }}"
    mapping = {f'emails[type ne "x{i}"].display': f"{replaced * 12}.public_metadata.k{i}" for i in range(94)}
    user = {**user_body(), "emails": [{"value": "a@example.com", "type": "work", "display": "a" * 8000}]}
    assert "all templates together may read and produce 4194304 bytes for one resource" in preview(customer, user, mapping, 400)["detail"]
    few = dict(list(mapping.items())[:4])
    assert all(r["effect"] == "not_a_value" for r in preview(customer, user, few)["rules"] if r["path"] in few)  # over the limit of one rule


def test_a_preview_says_what_each_rule_does(customer):
    mapping = {"title": "public_metadata.title", "nickName": "public_metadata.nick", "name.givenName": "first_name", "displayName": "first_name",
               "userType": "organization_role",
               "groups[0].displayName": "organization_role", "groups[3].value": "public_metadata.third",
               "profileUrl": "{{ value | split: '/' | last }}.public_metadata.page"}
    user = {**user_body("ada@example.com"), "title": "T", "name": {"givenName": "Ada"}, "displayName": "A", "userType": "boss",
            "groups": [{"displayName": "org:x"}]}
    shown = preview(customer, user, mapping)
    assert {p: e for p, e in effects(shown).items() if p in mapping} == {
        "title": "written", "nickName": "nothing_there", "name.givenName": "replaced", "displayName": "written", "userType": "not_a_value",
        "groups[0].displayName": "written",
        "groups[3].value": "nothing_there", "profileUrl": "nothing_there"}
    assert shown["first_name"] == "A" and shown["organization_role"] == "org:x" and shown["problem"] is None
    assert effects(preview(customer, {"schemas": [USER], "userName": "bo"}))["userName"] == "not_a_value"


USERS = 2_000 if os.environ.get("SANITIZE") else 10_000


@pytest.fixture(scope="module")
def own():
    s = Server("--workers", "4").start()
    yield s
    s.stop()


def test_everybody_is_mapped_while_changes_arrive_and_the_worker_is_killed(own, tmp_path):
    t = own.customer()
    fill_users(own, t, USERS)
    own.sql("""update muster.scim_user set resource = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"' || id || '","userName":"' ||
               user_name_key || '","title":"old"}'
               where connection_id = %s""", t.connection["id"])
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps({"title": "public_metadata.title"}))
    ids = [r[0] for r in own.sql("select id::text from muster.scim_user where connection_id = %s order by md5(id::text) limit 400", t.connection["id"])]
    stop, changed = threading.Event(), {}

    def change(mine):
        client = t.client_of()
        for n, user in enumerate(mine * 50):
            if stop.is_set():
                return
            made(client.patch(f"/Users/{user}", op("replace", "title", f"new {n}")), 200)
            changed[user] = f"new {n}"
            time.sleep(0.03)  # some hundred changes a second from all
    threads = [threading.Thread(target=change, args=(ids[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    begin = time.monotonic()
    own.muster("mapping", "set", str(path), "--org", t.slug)
    killed = 0

    def applied():
        nonlocal killed
        status = own.muster("mapping", "status", "--org", t.slug)
        if killed < 3 and status["done"] > (killed + 1) * USERS // 5:
            for pid in subprocess.run(["pgrep", "-f", f"{ROOT}/{BUILD}/muster-deliver"], stdout=subprocess.PIPE, text=True, check=False).stdout.split():
                with open(f"/proc/{pid}/environ", encoding="utf-8") as f:
                    mine = own.data in f.read()
                if mine:
                    os.kill(int(pid), signal.SIGKILL)
            deliver(own)
            killed += 1
        return status["status"] == "applied"
    wait_until(applied, 120, "the mapping is applied")
    took, rate = time.monotonic() - begin, len(changed)
    stop.set()
    for thread in threads:
        thread.join()
    print(f"\n{USERS} users mapped in {took:.1f} s, {rate} users changed meanwhile, killed {killed} times")
    want = {r[0]: "old" for r in own.sql("select id::text from muster.scim_user where connection_id = %s", t.connection["id"])} | changed
    got = dict(own.sql("""select u.id::text, m.public_metadata ->> 'title' from muster.scim_user u
                          join muster.member m on m.organization_id = u.organization_id and m.id = u.member_id where u.connection_id = %s""",
                       t.connection["id"]))
    assert got == want
    assert own.sql("select done >= total from muster.attribute_mapping where organization_id = %s", t.org["id"]) == [(True,)]


def deliver(server):
    """Another worker in the background, until nothing is left to do."""
    uri = server.db.replace("muster_owner", "muster_deliver")
    subprocess.Popen([f"{ROOT}/{BUILD}/muster-deliver", "--once"], env={"PATH": os.environ["PATH"], "MUSTER_DB": uri}, stderr=subprocess.DEVNULL)
