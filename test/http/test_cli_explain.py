"""muster member show --explain: why a member has this status, these teams, this role, these fields."""
import contextlib
import json
import os
import subprocess

import psycopg2
from helpers import BUILD, ROOT, made, op, unique, wait_until
from locks import waiting


def explain(t, email):
    return t.server.muster("member", "show", email, "--org", t.slug, "--explain")


def text_of(t, email):
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "member", "show", email, "--org", t.slug, "--explain"], stdout=subprocess.PIPE, text=True,
                          env={"PATH": os.environ["PATH"], "MUSTER_DB": t.server.db}, timeout=60, check=True)
    return done.stdout


def map_with(t, mapping):
    path = f"{t.server.dir}/{unique('m')}.json"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(mapping, f)
    t.server.muster("mapping", "set", path, "--org", t.slug)


def team(x, name):
    return next(o for o in x["teams"] if o["name"] == name)


def test_the_links_and_the_status(server):
    t = server.customer()
    user = t.user("a@x.example")
    x = explain(t, "a@x.example")
    (link,) = x["status"]["links"]
    assert x["member"] == t.member("a@x.example") and x["status"]["value"] == "active"
    assert (link["connection"], link["scim_user_id"], link["user_name"], link["active"], link["removed_at"]) == (
        "IdP", user["id"], "a@x.example", True, None)
    assert link["since"] == link["event"]["at"] and x["status"]["event"]["action"] == link["event"]["action"] == "scim.user.provisioned"
    answer = t.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    x = explain(t, "a@x.example")
    event = x["status"]["event"]
    assert x["status"]["value"] == "deactivated" and x["status"]["links"][0]["active"] is False
    assert (event["action"], event["actor_type"], event["actor_id"], event["request_id"]) == (
        "scim.user.deactivated", "token", t.token["id"], answer.header("X-Request-Id"))
    assert t.client.delete(f"/Users/{user['id']}").status == 204
    (link,) = explain(t, "a@x.example")["status"]["links"]
    assert link["removed_at"] and link["event"]["action"] == "scim.user.deprovisioned"


def test_all_of_it_is_of_one_moment(server):
    """A user who leaves while the teams are read is there in all parts, or in none."""
    t = server.customer()
    user = t.user("a@x.example", name={"givenName": "Ann"})
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute("lock table muster.scim_group in access exclusive mode")
        with subprocess.Popen([f"{ROOT}/{BUILD}/muster", "member", "show", "a@x.example", "--org", t.slug, "--explain", "--json"], stdout=subprocess.PIPE,
                              text=True, env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db}) as asking:
            wait_until(lambda: waiting(server) > 0, 10, "the teams are to be read")
            cur.execute("update muster.scim_user set active = false where id = %s", (user["id"],))
            c.commit()
            x = json.load(asking.stdout)
    assert {field["rule"] is not None for field in x["fields"].values()} == {x["status"]["links"][0]["active"]}


def test_two_links_of_which_one_holds(server):
    t = server.customer()
    two = t.second()
    one, other = t.user("a@x.example"), two.user("a@x.example")
    t.client.patch(f"/Users/{one['id']}", op("replace", "active", False))
    x = explain(t, "a@x.example")
    assert x["status"]["value"] == "active" and [(k["scim_user_id"], k["active"]) for k in x["status"]["links"]] == [
        (one["id"], False), (other["id"], True)]


def test_teams_direct_nested_added_and_kept(server):
    t = server.customer()
    user = t.user("a@x.example")
    deep = t.group("Deep", [user["id"]])
    middle = t.group("Middle", [deep["id"]])
    t.group("Top", [middle["id"]])
    gone = t.group("Gone", [user["id"]])
    assert t.client.delete(f"/Groups/{gone['id']}").status == 204
    server.muster("team", "add", "Extra", "--org", t.slug)
    server.muster("team", "add", "Extra", "--member", "a@x.example", "--org", t.slug)
    x = explain(t, "a@x.example")
    assert [o["name"] for o in x["teams"]] == ["Deep", "Extra", "Gone", "Middle", "Top"]
    direct, nested, added, kept = team(x, "Deep"), team(x, "Top"), team(x, "Extra"), team(x, "Gone")
    assert (direct["linked"], direct["added"]) == (True, False) and [g["display_name"] for g in direct["ways"][0]["groups"]] == ["Deep"]
    assert direct["ways"][0]["scim_user_id"] == user["id"] and direct["event"]["action"] == "scim.group.member_added"
    assert direct["event"]["target_id"] == deep["id"]
    assert [g["display_name"] for g in nested["ways"][0]["groups"]] == ["Top", "Middle", "Deep"]
    assert nested["event"]["action"] == "scim.group.member_added" and nested["since"]
    assert (added["linked"], added["added"], added["ways"]) == (False, True, []) and added["added_event"]["action"] == "team.member_added"
    assert added["added_event"]["actor_type"] == "operator" and added["kept_event"] is None
    assert (kept["added"], kept["added_event"], kept["ways"]) == (True, None, []) and kept["kept_event"]["action"] == "scim.group.deleted"
    assert kept["kept_event"]["target_id"] == gone["id"]


def test_two_ways_into_one_team(server):
    t = server.customer()
    user = t.user("a@x.example")
    inner = t.group("Inner", [user["id"]])
    t.group("Outer", [user["id"], inner["id"]])
    ways = team(explain(t, "a@x.example"), "Outer")["ways"]
    assert sorted([g["display_name"] for g in w["groups"]] for w in ways) == [["Outer"], ["Outer", "Inner"]]


def test_the_rules_behind_role_and_fields(server):
    t = server.customer()
    map_with(t, {"groups[0].displayName": "{{ value | downcase | prepend: 'org:' }}.organization_role", "title": "public_metadata.job",
                 "displayName": "display_name", "nickName": "display_name"})
    user = t.user("a@x.example", name={"givenName": "Ann", "familyName": "Bee"}, title="Chief", displayName="Ann Bee", nickName="Annie", externalId="e-1")
    first, second = t.group("Admin", [user["id"]]), t.group("Second", [user["id"]])
    assert first and second
    x = explain(t, "a@x.example")
    role, fields = x["role"], x["fields"]
    assert (role["value"], role["rule"], role["read"], role["connection"]) == ("org:admin", "groups[0].displayName", "Admin", "IdP")
    assert role["group"] == {"value": first["id"], "display": "Admin"} and role["event"]["action"] == "member.role_changed"
    assert role["target"].startswith("{{ value")
    assert {k: (v["value"], v["rule"], v["read"]) for k, v in fields.items()} == {
        "first_name": ("Ann", "name.givenName", "Ann"),
        "last_name": ("Bee", "name.familyName", "Bee"), "display_name": ("Annie", "nickName", "Annie"), "external_id": ("e-1", "externalId", "e-1"),
        "public_metadata.job": ("Chief", "title", "Chief")}
    assert all(v["scim_user_id"] == user["id"] for v in fields.values() if v["rule"])


def test_what_no_rule_gave(server):
    t = server.customer()
    t.user("a@x.example", name={"givenName": "Ann"})
    x = explain(t, "a@x.example")
    assert x["role"]["value"] == "org:member" and x["role"]["rule"] is None and x["role"]["event"] is None
    assert x["fields"]["first_name"]["rule"] == "name.givenName"
    server.muster("member", "set", "a@x.example", "--org", t.slug, "--organization-role", "org:owner", "--first-name", "Other")
    x = explain(t, "a@x.example")
    assert x["role"]["rule"] is None and x["role"]["event"]["actor_type"] == "operator"
    assert x["fields"]["first_name"] == {"value": "Other", "rule": None}
    server.muster("member", "add", "solo@x.example", "--org", t.slug)
    x = explain(t, "solo@x.example")
    assert x["status"]["links"] == x["teams"] == [] and x["status"]["event"]["action"] == x["role"]["event"]["action"] == "member.added"


def test_a_text_for_people(server):
    t = server.customer()
    user = t.user("a@x.example", name={"givenName": "A\u0007nn"})
    t.group("Outer", [t.group("Inner", [user["id"]])["id"]])
    text = text_of(t, "a@x.example")
    for words in ("status: active", "last change: scim.user.provisioned by token", "active at IdP since", "teams: 2",
                  "by the group Outer, which holds Inner (nested)", "joined: scim.group.member_added", 'rule "name.givenName" -> first_name',
                  "organization_role: org:member (by no rule of the mapping)", ", request "):
        assert words in text, text
    assert "\u0007" not in text
    assert "without any identity provider" in text_of(t, made_alone(t))


def made_alone(t):
    t.server.muster("member", "add", "solo@x.example", "--org", t.slug)
    return "solo@x.example"


def test_nobody(server):
    t = server.customer()
    done = server.muster("member", "show", "no@x.example", "--org", t.slug, "--explain", ok=False)
    assert done.returncode == 1 and "muster member list" in done.stderr
    assert made(t.client.post("/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "b@x.example"}))
