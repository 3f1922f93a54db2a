"""A dry run writes nothing, and says what the act then does."""
import json
import random

import pytest
from api import problem
from helpers import fill_users, op, wait_until


def ids(people):
    assert people["count"] == len(people["first"]) or (people["count"] > 20 and len(people["first"]) == 20), people
    return {p["id"] for p in people["first"]}


def written(server):
    """What changes with each write: nothing may."""
    return server.sql("select (select count(*) from muster.audit_event), (select max(schema_version) from muster.organization),"
                      " (select count(*) from muster.scim_user where removed_at is null), (select sum(version) from muster.scim_user),"
                      " (select sum(version) from muster.scim_group), (select count(*) from muster.team_member),"
                      " (select count(*) from muster.token where revoked_at is null), (select sum(version) from muster.attribute_mapping)")


def people(customer):
    return {m["id"]: m for m in customer.members()}


def directory(customer, seed):
    """Two connections with some people in common, groups in groups, inactive users, people without a user, and teams filled by hand."""
    draw = random.Random(seed)
    second = customer.second(name="Second")
    users = {customer: [], second: []}
    for n in range(14):
        where = draw.choice([[customer], [second], [customer, second]])
        for c in where:
            users[c].append(c.user(f"u{n}@x.example", active=draw.random() < 0.8, title=draw.choice(["org:boss", "org:admin", "chef"]))["id"])
    for n in range(3):
        customer.api.made(f"{customer.path}/members", {"email": f"local{n}@x.example"})
    groups = [c.group(f"G{n}", draw.sample(users[c], min(len(users[c]), 4))) for n, c in enumerate([customer, customer, second, customer])]
    customer.client.patch(f"/Groups/{groups[0]['id']}", op("add", "members", [{"value": groups[1]["id"]}]))
    for team in customer.teams():
        for member in draw.sample(customer.members(), 3):
            customer.api.post(f"{customer.path}/teams/{team['id']}/members", {"member": member["id"]})
    return second


@pytest.mark.parametrize("members", ["deactivate", "keep"])
@pytest.mark.parametrize("seed", range(4))
def test_the_end_of_a_connection_is_as_foretold(server, customer, seed, members):
    directory(customer, seed)
    before, rows = people(customer), written(server)
    here = {m["id"] for m in before.values() if customer.connection["id"] in [x["connection_id"] for x in m["links"]]}
    told = customer.api.delete(f"{customer.connection_path}?dry_run=true&members={members}")
    assert told.status == 200 and written(server) == rows
    told = told.json
    assert told["complete"] and told["next_cursor"] is None and told["checked"] == told["users"] == len(here) and told["tokens"] == 1
    assert customer.api.delete(f"{customer.connection_path}?confirm=IdP&members={members}").status == 204
    after = people(customer)
    ended = {i for i in before if before[i]["status"] == "active" and after[i]["status"] == "deactivated"}
    assert ids(told["deactivated"]) == ended
    assert ids(told["stay"]) == {i for i in here if after[i]["status"] == "active"}
    assert told["teams"]["count"] == 3 and {t["name"] for t in told["teams"]["first"]} == {"G0", "G1", "G3"}
    if members == "keep":
        assert not ended and {i: (m["status"], m["organization_role"], m["teams"]) for i, m in after.items()} == {
            i: (m["status"], m["organization_role"], m["teams"]) for i, m in before.items()}
    assert customer.events("&action=scim.connection.deleted")[0]["data"]["members"] == ("kept" if members == "keep" else "left")


def test_people_who_are_kept_come_back_by_another_connection(customer):
    user = customer.user("ada@x.example")
    customer.group("Sales", [user["id"]])
    assert customer.api.delete(f"{customer.connection_path}?confirm=IdP&members=keep").status == 204
    member = customer.member("ada@x.example")
    assert (member["status"], member["links"], [t["name"] for t in member["teams"]]) == ("active", [], ["Sales"])
    second = customer.second(name="Second")
    second.user("ada@x.example")
    assert customer.member("ada@x.example")["id"] == member["id"] and len(customer.member("ada@x.example")["links"]) == 1


def test_people_who_are_kept_keep_the_role_that_a_mapping_gave(customer):
    user = customer.user("ada@x.example")
    customer.group("Sales", [user["id"]])
    customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": {"group_roles": [{"group": "Sales", "role": "org:s"}]}})
    customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"))
    assert customer.member("ada@x.example")["organization_role"] == "org:s"
    assert customer.api.delete(f"{customer.connection_path}?confirm=IdP&members=keep").status == 204
    assert customer.member("ada@x.example")["organization_role"] == "org:s"


def test_a_dry_run_needs_no_confirmation_but_the_act_does(customer):
    problem(customer.api.delete(f"{customer.connection_path}?members=keep"), 400, "required", "confirm")
    problem(customer.api.delete(f"{customer.connection_path}?dry_run=yes"), 400, "invalid", "dry_run")
    problem(customer.api.delete(f"{customer.connection_path}?confirm=IdP&cursor=x"), 400, "invalid", "cursor")
    problem(customer.api.delete(f"{customer.connection_path}?dry_run=true&cursor=x"), 400, "invalid", "cursor")
    assert customer.api.read(customer.connection_path)["status"] == "active"
    problem(customer.api.delete(f"{customer.path}/scim/connections/00000000-0000-4000-8000-000000000000?dry_run=true"), 404)


def test_a_dry_run_goes_on_from_its_cursor(server, customer):
    fill_users(server, customer, 60)
    whole = customer.api.delete(f"{customer.connection_path}?dry_run=true").json
    assert (whole["checked"], whole["deactivated"]["count"], len(whole["deactivated"]["first"])) == (60, 60, 20)
    some = server.sql("select id from muster.scim_user where connection_id = %s order by id limit 1 offset 39", customer.connection["id"])[0][0]
    rest = customer.api.delete(f"{customer.connection_path}?dry_run=true&cursor={some}").json
    assert rest["complete"] and (rest["checked"], rest["deactivated"]["count"]) == (20, 20)


def test_a_dry_run_waits_for_nobody_and_nobody_for_it(server, customer):
    user = customer.user()
    with customer.server.as_superuser() as cur:
        cur.execute("begin; lock table muster.scim_user, muster.member, muster.connection in row exclusive mode")
        cur.execute("select from muster.scim_user where id = %s for update", (user["id"],))
        cur.execute("select from muster.connection where id = %s for update", (customer.connection["id"],))
        assert customer.api.delete(f"{customer.connection_path}?dry_run=true").json["deactivated"]["count"] == 1
        mapping = {"userName": "public_metadata.name"}
        assert customer.api.put(f"{mapping_path(customer)}?dry_run=true", {"mapping": mapping}).json["changed"]["count"] == 1
        cur.execute("rollback")


def test_the_command_line_says_it_too(server, customer):
    customer.user("ada@x.example")
    shown = server.muster("connection", "remove", customer.connection["id"], "--dry-run")
    assert [p["email"] for p in shown["deactivated"]["first"]] == ["ada@x.example"]
    server.muster("connection", "remove", customer.connection["id"], "--keep-members", "--confirm", "IdP")
    assert customer.member("ada@x.example")["status"] == "active"


def test_an_act_without_a_dry_run_refuses_to_be_one(customer):
    problem(customer.api.patch(f"{customer.connection_path}?dry_run=true", {"name": "Other"}), 400, "unknown_field", "dry_run")
    assert customer.api.read(customer.connection_path)["name"] == "IdP"


MAPPINGS = [
    {"title": "organization_role"},
    {"title": "public_metadata.title", "userName": "{{ value | split: '@' | first }}.first_name"},
    {"group_roles": [{"group": "G1", "role": "org:one"}, {"group": "G0", "role": "org:zero"}, {"group": "nobody", "role": "org:x"}]},
    {"title": "{{ value | replace: 'chef', 'false' }}.active", "groups[0].displayName": "public_metadata.group"},
    {"userName": "{{ value | replace: '@x', '@y' }}.email_address"},
    {},
]
SHOWN = ("email", "first_name", "last_name", "display_name", "external_id", "public_metadata", "organization_role", "status")


def mapping_path(customer):
    return f"{customer.path}/scim/attribute-mappings"


def put(customer, mapping):
    assert customer.api.put(mapping_path(customer), {"mapping": mapping}).status == 200
    wait_until(lambda: customer.api.read(mapping_path(customer))["status"] == "applied", 20, lambda: customer.api.read(mapping_path(customer)))


def differences(before, after):
    return {i: ({k: m[k] for k in SHOWN if m[k] != after[i][k]}, {k: after[i][k] for k in SHOWN if m[k] != after[i][k]})
            for i, m in before.items() if any(m[k] != after[i][k] for k in SHOWN)}


@pytest.mark.parametrize("seed", range(4))
def test_a_mapping_does_what_was_foretold(server, customer, seed):
    customer.api.patch(customer.path, {"protect_last_admin": False})
    directory(customer, seed)
    order = random.Random(seed).sample(MAPPINGS, len(MAPPINGS))
    for mapping in order:
        before, rows = people(customer), written(server)
        told = customer.api.put(f"{mapping_path(customer)}?dry_run=true", {"mapping": mapping})
        assert told.status == 200 and written(server) == rows
        told = told.json
        put(customer, mapping)
        changed = differences(before, people(customer))
        assert told["complete"] and told["checked"] == len([m for m in before.values() if m["links"]])
        assert {p["id"]: (p["before"], p["after"]) for p in told["changed"]["first"]} == changed and told["changed"]["count"] == len(changed), mapping
        for name, status in (("deactivated", "deactivated"), ("reactivated", "active")):
            assert ids(told[name]) == {i for i, (_, new) in changed.items() if new.get("status") == status}
        roles = {r["role"]: (ids(r["lose"]), ids(r["gain"])) for r in told["roles"]}
        assert roles == {role: ({i for i, (old, _) in changed.items() if old.get("organization_role") == role},
                                {i for i, (_, new) in changed.items() if new.get("organization_role") == role})
                         for role in {r for pair in changed.values() for one in pair for k, r in one.items() if k == "organization_role"}}


@pytest.mark.parametrize("protects, said", [(True, "kept"), (False, "lost")])
def test_the_last_administrator_is_told(customer, protects, said):
    customer.api.patch(customer.path, {"protect_last_admin": protects})
    user = customer.user(title="org:admin")
    put(customer, {"title": "organization_role"})
    assert customer.member(user["userName"])["organization_role"] == "org:admin"
    told = customer.api.put(f"{mapping_path(customer)}?dry_run=true", {"mapping": {}}).json
    assert told["last_admin"] == said and [(r["role"], r["lose"]["count"], r["gain"]["count"]) for r in told["roles"]] == [
        ("org:admin", 1, 0), ("org:member", 0, 1)]
    customer.api.made(f"{customer.path}/members", {"email": "other@x.example", "organization_role": "org:admin"})
    assert customer.api.put(f"{mapping_path(customer)}?dry_run=true", {"mapping": {}}).json["last_admin"] is None


def test_a_dry_run_of_a_mapping_refuses_what_the_act_refuses_and_names_unknown_groups(customer):
    path = f"{mapping_path(customer)}?dry_run=true"
    problem(customer.api.put(path, {"mapping": {"title": "nobody"}}), 400, "invalid", "mapping")
    problem(customer.api.put(path, {"mapping": {}, "more": 1}), 400, "unknown_field", "more")
    told = customer.api.put(path, {"mapping": {"group_roles": [{"group": "Slaes", "role": "org:s"}]}}).json
    assert told["unknown_groups"] == ["Slaes"] and told["changed"] == {"count": 0, "first": []}


def test_a_broken_user_does_not_break_the_dry_run(server, customer):
    users = [customer.user(title="T") for _ in range(3)]
    server.sql("update muster.scim_user set resource = '{' where id = %s", users[1]["id"])
    told = customer.api.put(f"{mapping_path(customer)}?dry_run=true", {"mapping": {"title": "public_metadata.title"}}).json
    assert (told["checked"], told["changed"]["count"]) == (3, 2)


def test_a_dry_run_of_a_mapping_goes_on_from_its_cursor(server, customer, tmp_path):
    fill_users(server, customer, 1100)
    server.sql("update muster.scim_user set resource = '{\"userName\":\"bo\"}' where connection_id = %s", customer.connection["id"])
    mapping = {"userName": "public_metadata.name"}
    whole = customer.api.put(f"{mapping_path(customer)}?dry_run=true", {"mapping": mapping}).json
    at = server.sql("select id from muster.member where organization_id = %s order by id offset 999 limit 1", customer.id)[0][0]
    (tmp_path / "m.json").write_text(json.dumps(mapping))
    rest = server.muster("mapping", "set", str(tmp_path / "m.json"), "--org", customer.slug, "--dry-run", "--cursor", str(at))
    assert (whole["checked"], rest["checked"]) == (1100, 100) and rest["changed"]["count"] == 100 and rest["last_admin"] is None
    assert customer.api.read(mapping_path(customer))["version"] == 0


def in_team(customer, team):
    return {m["id"] for m in customer.api.all(f"{customer.path}/teams/{team['id']}/members")}


@pytest.mark.parametrize("seed", range(4))
def test_a_link_of_a_team_does_what_was_foretold(server, customer, seed):
    directory(customer, seed)
    draw = random.Random(seed)
    groups = {t["id"]: t["link"]["scim_group_id"] for t in customer.teams() if t["link"]["connection_id"] == customer.connection["id"]}
    free = customer.api.made(f"{customer.path}/teams", {"name": "Free"})
    for member in draw.sample(customer.members(), 4):
        customer.api.post(f"{customer.path}/teams/{free['id']}/members", {"member": member["id"]})
    for _ in range(6):
        team = draw.choice([t for t in customer.teams() if t["id"] in groups or t["id"] == free["id"]])
        group = draw.choice([None, *groups.values()])
        before, rows, path = in_team(customer, team), written(server), f"{customer.path}/teams/{team['id']}/link"
        told = customer.api.patch(f"{path}?dry_run=true", {"scim_group_id": group})
        assert told.status == 200 and written(server) == rows
        told = told.json
        assert customer.api.patch(path, {"scim_group_id": group}).status == 200
        after, teams = in_team(customer, team), {t["id"]: t for t in customer.teams()}
        assert (ids(told["join"]), ids(told["leave"]), ids(told["stay"])) == (after - before, before - after, before & after)
        assert told["other_group"] == (team["link"] and group != team["link"]["scim_group_id"] and
                                       {k: team["link"][k] for k in ("scim_group_id", "display_name")} or None)
        if told["old_team"]:
            assert teams[told["old_team"]["id"]]["member_count"] == told["old_team"]["left"] and not teams[told["old_team"]["id"]]["link"]


def test_a_dry_run_of_a_link_counts_who_is_both(server, customer):
    one, two, three = (customer.user(f"{n}@x.example") for n in "abc")
    group = customer.group("Sales", [one["id"], two["id"]])
    team = customer.api.made(f"{customer.path}/teams", {"name": "Engineering"})
    for email in ("b@x.example", "c@x.example"):
        server.muster("team", "add", "Engineering", "--member", email, "--org", customer.slug)
    told = server.muster("team", "link", "Engineering", "--org", customer.slug, "--scim-group", group["id"], "--dry-run")
    assert (told["by_group"], told["both"], told["join"]["count"], told["stay"]["count"], told["leave"]["count"]) == (2, 1, 1, 2, 0)
    assert (told["old_team"]["name"], told["old_team"]["left"], told["other_group"]) == ("Sales", 0, None)
    assert in_team(customer, team) == {customer.member(u["userName"])["id"] for u in (two, three)}


def test_a_dry_run_of_a_link_refuses_what_the_act_refuses(customer):
    second = customer.second(name="Second")
    team, group = customer.group("Sales"), second.group("Others")
    path = f"{customer.path}/teams/{[t for t in customer.teams() if t['name'] == 'Sales'][0]['id']}/link"
    refusals = [customer.api.patch(path + query, {"scim_group_id": group["id"]}) for query in ("?dry_run=true", "")]
    assert [r.status for r in refusals] == [409, 409] and refusals[0].json["detail"] == refusals[1].json["detail"], team
    problem(customer.api.patch(f"{path}?dry_run=true", {"scim_group_id": "00000000-0000-4000-8000-000000000000"}), 400, "not_found", "scim_group_id")
