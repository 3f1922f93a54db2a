"""What reading groups costs: their members, whoever else is in the directory."""
import contextlib
import random

import psycopg2
import pytest
from helpers import fill_users, made, statement

MANY = 20_000


@pytest.fixture(scope="module")
def t(server):
    """A directory with a group of everybody, one of 100 at random, one of the first 100, and one with a removed user and a group in it."""
    t = server.customer()
    t.ids = sorted(fill_users(server, t, MANY))
    server.sql("update muster.scim_user set display_name = 'N ' || user_name_key where connection_id = %s", t.connection["id"])
    t.members = {"all": t.ids, "random": sorted(random.Random(7).sample(t.ids, 100)), "first": t.ids[:100], "mixed": t.ids[5:9]}
    t.groups = {name: t.group(name)["id"] for name in t.members}
    for name, ids in t.members.items():
        server.fill(("insert into muster.scim_group_user (organization_id, connection_id, group_id, user_id) select %s, %s, %s, unnest(%s::uuid[])",
                     t.org["id"], t.connection["id"], t.groups[name], ids))
    server.sql("insert into muster.scim_group_group (organization_id, connection_id, parent_id, child_id) values (%s, %s, %s, %s)",
               t.org["id"], t.connection["id"], t.groups["mixed"], t.groups["all"])
    server.sql("update muster.scim_user set removed_at = now() where id = %s", t.ids[5])
    server.recount()
    t.names = server.sql("select id::text, substr(user_name_key, 2)::int from muster.scim_user where id = any (%s::uuid[]) order by id", t.ids[6:9])
    return t


def read(server, t, query, *params):
    """Pages that a statement reads with a generic plan."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_scim"))) as c, c.cursor() as cur:
        cur.execute("select set_config('muster.organization', %s, false), set_config('muster.connection', %s, false)",
                    (t.org["id"], t.connection["id"]))
        cur.execute("set plan_cache_mode = force_generic_plan")
        cur.execute("prepare q as " + statement(query))
        for _ in range(2):
            cur.execute(f"explain (analyze, buffers, format json) execute q({', '.join(['%s'] * len(params))})", params)
            plan = cur.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@pytest.mark.parametrize("display, each", [("true", 6), ("false", 6)])
def test_a_group_costs_what_its_members_cost(server, t, display, each):
    for name in ("first", "random"):
        assert read(server, t, "group_by_id", t.groups[name], "true", display) < 100 * each + 50, name
    assert read(server, t, "group_by_id", t.groups["all"], "true", display) < MANY * each
    for name in t.groups:
        assert read(server, t, "group_by_id", t.groups[name], "false", display) < 20, name


PARTS = ("value", "$ref", "type", "display")


@pytest.mark.parametrize("query, parts", [
    ("", PARTS), ("attributes=displayName,members", PARTS), ("excludedAttributes=meta", PARTS), ("attributes=members,members.value", PARTS),
    ("attributes=members.value", ("value",)), ("attributes=members.$ref,members.type", ("$ref", "type")), ("attributes=members.display", ("display",)),
    ("excludedAttributes=members.display", ("value", "$ref", "type")), ("excludedAttributes=members.value,members.$ref,members.type", ("display",)),
    ("excludedAttributes=members", ()), ("excludedAttributes=members.value,members.$ref,members.type,members.display", ()), ("attributes=displayName", ())])
def test_the_wanted_parts_of_members_are_shown(t, query, parts):
    base = t.client.get(f"/Groups/{t.groups['mixed']}").json["meta"]["location"].rsplit("/", 2)[0]
    users = [{"value": id, "$ref": f"{base}/Users/{id}", "type": "User", "display": f"N m{n}"} for id, n in t.names]
    inner = {"value": t.groups["all"], "$ref": f"{base}/Groups/{t.groups['all']}", "type": "Group", "display": "all"}
    wanted = [{part: m[part] for part in parts} for m in [*users, inner]] if parts else None
    one = made(t.client.get(f"/Groups/{t.groups['mixed']}?{query}"), 200)
    found = made(t.client.get(f"/Groups?{query}&filter=id eq \"{one['id']}\"".replace(" ", "%20").replace('"', "%22")), 200)["Resources"]
    of_both = made(t.client.get(f"/?{query}&filter=id eq \"{one['id']}\"".replace(" ", "%20").replace('"', "%22")), 200)["Resources"]
    assert one.get("members") == wanted and found == of_both == [one]


def test_a_name_that_nobody_has_is_not_shown(server, customer):
    (nameless,) = fill_users(server, customer, 1)
    group = customer.group("Crew", [nameless, customer.user(displayName="B\n\"q\"\\")["id"]])
    shown = made(customer.client.get(f"/Groups/{group['id']}"), 200)["members"]
    assert sorted(m.get("display", "") for m in shown) == ["", "B\n\"q\"\\"]
    assert made(customer.client.get(f"/Groups/{group['id']}?attributes=members.display"), 200)["members"] == [{"display": "B\n\"q\"\\"}]
