"""Roles of groups in the order of group_roles."""
import json
import re
import subprocess

import pytest
from helpers import BUILD, ROOT, USER, op, wait_until


def rows(*pairs, **more):
    return {**more, "group_roles": [{"group": g, "role": f"org:{r}"} for g, r in pairs]}


def put(customer, mapping, status=200):
    answer = customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": mapping})
    assert answer.status == status, answer
    return answer.json


def applied(customer):
    def show():
        return customer.api.get(f"{customer.path}/scim/attribute-mappings").json
    wait_until(lambda: show()["status"] == "applied", 20, show)
    return show()


def role(customer, user):
    return customer.member(user["userName"])["organization_role"]


def test_the_order_of_the_rows_decides_and_follows_memberships_and_names(customer):
    put(customer, rows(("admins", "admin"), ("Staff", "member"), ("sales", "seller")))
    user = customer.user()
    groups = {n: customer.group(n, [user["id"]]) for n in ("Sales", "Other")}
    assert role(customer, user) == "org:seller"
    groups["Staff"] = customer.group("Staff", [user["id"]])
    assert role(customer, user) == "org:member"
    customer.client.patch(f"/Groups/{groups['Other']['id']}", op("replace", "displayName", "ADMINS"))
    assert role(customer, user) == "org:admin"
    customer.client.delete(f"/Groups/{groups['Other']['id']}")
    assert role(customer, user) == "org:member"
    customer.client.patch(f"/Groups/{groups['Staff']['id']}", op("remove", f'members[value eq "{user["id"]}"]'))
    assert role(customer, user) == "org:seller"
    customer.client.delete(f"/Groups/{groups['Sales']['id']}")
    assert role(customer, user) == "org:member"


def test_a_group_is_named_by_its_id_and_counts_for_those_in_groups_below_it(customer):
    user = customer.user()
    inner = customer.group("Inner", [user["id"]])
    outer = customer.group("Outer")
    customer.client.patch(f"/Groups/{outer['id']}", op("add", "members", [{"value": inner["id"]}]))
    put(customer, rows((outer["id"].upper(), "owner")))
    applied(customer)
    assert role(customer, user) == "org:owner"
    customer.client.patch(f"/Groups/{outer['id']}", op("replace", "displayName", "Renamed"))
    assert role(customer, user) == "org:owner"


def test_the_rows_come_before_a_rule_and_the_rule_before_the_default(customer):
    one, two, three = customer.user("a@x.example"), customer.user("b@x.example"), customer.user("c@x.example")
    customer.group("Low", [one["id"], two["id"]])
    customer.group("Sales", [one["id"]])
    put(customer, rows(("Sales", "seller"), **{"groups[0].displayName": "{{ value | downcase | prepend: 'org:' }}.organization_role"}))
    shown = applied(customer)
    assert (shown["done"], shown["total"]) == (3, 3)
    assert [role(customer, u) for u in (one, two, three)] == ["org:seller", "org:low", "org:member"]
    put(customer, {})
    applied(customer)
    assert [role(customer, u) for u in (one, two, three)] == ["org:member"] * 3


def test_the_groups_of_all_connections_count_together(customer):
    user = customer.user("a@x.example")
    customer.group("Sales", [user["id"]])
    second = customer.second(name="Second")
    twin = second.user("a@x.example")
    second.group("Admins", [twin["id"]])
    put(customer, rows(("Admins", "admin"), ("Sales", "seller")))
    applied(customer)
    assert role(customer, user) == "org:admin"
    shown = customer.server.muster("member", "show", "a@x.example", "--org", customer.slug, "--explain")["role"]
    assert (shown["value"], shown["rule"], shown["read"], shown["connection"]) == ("org:admin", "group_roles[0]", "Admins", "Second")


def test_unknown_groups_are_taken_and_named(customer, tmp_path):
    group = customer.group("Sales")
    mapping = rows(("Sales", "a"), ("Slaes", "b"), (group["id"], "c"), ("00000000-0000-4000-8000-000000000000", "d"))
    assert put(customer, mapping)["unknown_groups"] == ["Slaes", "00000000-0000-4000-8000-000000000000"]
    assert customer.api.get(f"{customer.path}/scim/attribute-mappings").json["mapping"] == mapping
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(mapping))
    said = subprocess.run([f"{ROOT}/{BUILD}/muster", "mapping", "set", str(path), "--org", customer.slug], env=customer.server.operator(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=True).stderr
    assert re.findall('there is no group "(.*?)" yet', said) == ["Slaes", "00000000-0000-4000-8000-000000000000"]


@pytest.mark.parametrize("bad", [{}, [7], [{"group": "a"}], [{"group": "a", "role": "admin"}], [{"group": "", "role": "org:a"}],
                                 [{"group": "a", "role": "org:a"}, {"group": "A", "role": "org:b"}], [{"group": "g", "role": "org:a", "x": 1}]])
def test_rows_that_are_none_are_refused(customer, bad):
    before = customer.api.get(f"{customer.path}/scim/attribute-mappings").json
    answer = customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": {"group_roles": bad}})
    assert answer.status == 400 and "group_roles" in json.dumps(answer.json), answer
    assert customer.api.get(f"{customer.path}/scim/attribute-mappings").json == before


def test_a_preview_names_the_row(customer):
    body = {"resource": {"schemas": [USER], "userName": "a@x.example",
                         "groups": [{"value": "1", "displayName": "org:low"}, {"value": "2", "displayName": "Sales"}]},
            "mapping": rows(("Nobody", "x"), ("sales", "seller"), ("2", "late"), **{"groups[0].displayName": "organization_role"})}
    shown = customer.api.post(f"{customer.path}/scim/attribute-mappings/preview", body).json
    assert shown["organization_role"] == "org:seller"
    assert {r["path"]: (r["read"], r["gives"], r["effect"]) for r in shown["rules"] if r["field"] == "organization_role"} == {
        "group_roles[0]": (None, None, "nothing_there"), "group_roles[1]": ("Sales", "org:seller", "written"),
        "group_roles[2]": ("Sales", "org:late", "replaced"), "groups[0].displayName": ("org:low", "org:low", "replaced")}
