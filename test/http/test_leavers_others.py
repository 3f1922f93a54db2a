"""No leaver is refused because of others: access ends at once, and what is to be done to others follows when it can be done."""
import contextlib

import psycopg2
import pytest
from helpers import BULK, ENTERPRISE, PATCH_OP, USER, op, user_body, wait_until
from locks import locked

OFF = op("replace", "active", False)
WAYS = {
    "delete": ("DELETE", None, "204"),
    "patch": ("PATCH", lambda user: {"schemas": [PATCH_OP], "Operations": [OFF]}, "200"),
    "put": ("PUT", lambda user: user_body(user["userName"], active=False), "200"),
}


def leaves(customer, user, how="delete", bulk=False):
    """The leaver's access has ended, whatever is true of others."""
    method, body, status = WAYS[how]
    path = f"/Users/{user['id']}"
    if bulk:
        operation = {"method": method, "path": path, **({"data": body(user)} if body else {})}
        answer = customer.client.post("/Bulk", {"schemas": [BULK], "Operations": [operation]})
        assert [o["status"] for o in answer.json["Operations"]] == [status], answer
    else:
        answer = customer.client.delete(path) if body is None else customer.client.request(method, path, body(user))
        assert str(answer.status) == status, answer
    assert customer.member(user["userName"])["status"] == "deactivated"
    assert (customer.client.get(path).status == 404) is (how == "delete")


def report_of(customer, boss):
    return customer.user(**{"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": boss["id"]}}})


def damage(customer, user):
    customer.server.sql("update muster.scim_user set resource = '{' || resource where id = %s", user["id"])


def repair(customer, user):
    customer.server.sql("update muster.scim_user set resource = substr(resource, 2) where id = %s", user["id"])


def has_no_manager(customer, user):
    return ENTERPRISE not in customer.client.get(f"/Users/{user['id']}").json


def is_mapped(customer):
    status = customer.api.get(f"{customer.path}/scim/attribute-mappings").json
    return status["status"] == "applied"


@pytest.fixture(params=["plain", "mapped"])
def mapped(request, customer):
    """A customer, also one with a mapping that reads managers and groups."""
    if request.param == "mapped":
        mapping = {f"{ENTERPRISE}:manager.value": "public_metadata.manager", "groups[0].displayName": "public_metadata.group"}
        assert customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": mapping}).status == 200
        wait_until(lambda: is_mapped(customer), 20, "the mapping is applied")
    return customer


@pytest.mark.parametrize("bulk", [False, True], ids=["alone", "bulk"])
@pytest.mark.parametrize("how", WAYS)
def test_a_report_that_is_damaged(mapped, how, bulk):
    boss = mapped.user()
    reports = [report_of(mapped, boss) for _ in range(3)]
    damage(mapped, reports[1])
    leaves(mapped, boss, how, bulk)
    if how == "delete":
        wait_until(lambda: all(has_no_manager(mapped, r) for r in (reports[0], reports[2])), 20, "the others follow")
        assert mapped.actions(reports[1]["id"]) == ["scim.user.provisioned"]
    repair(mapped, reports[1])
    wait_until(lambda: has_no_manager(mapped, reports[1]) is (how == "delete"), 20, "what was repaired follows")


@pytest.mark.parametrize("table", ["scim_user", "member"])
@pytest.mark.parametrize("bulk", [False, True], ids=["alone", "bulk"])
@pytest.mark.parametrize("how", WAYS)
def test_a_report_that_somebody_has_locked(server, mapped, how, bulk, table):
    boss = mapped.user()
    reports = [report_of(mapped, boss) for _ in range(2)]
    row = reports[0] if table == "scim_user" else {"id": mapped.member(reports[0]["userName"])["id"]}
    with locked(server, table, row):
        leaves(mapped, boss, how, bulk)
    for r in reports if how == "delete" else []:
        wait_until(lambda r=r: has_no_manager(mapped, r), 20, "they follow")
        assert mapped.actions(r["id"]) == ["scim.user.provisioned", "scim.user.updated"]
        wait_until(lambda r=r: "manager" not in mapped.member(r["userName"])["public_metadata"], 20, "so does what is made of it")


@pytest.mark.parametrize("bulk", [False, True], ids=["alone", "bulk"])
@pytest.mark.parametrize("how", WAYS)
def test_a_group_that_somebody_has_locked(server, mapped, how, bulk):
    user, other = mapped.user(), mapped.user()
    group = mapped.group("Crew", [user["id"], other["id"]])
    with locked(server, "scim_group", group):
        leaves(mapped, user, how, bulk)
        assert mapped.people("Crew") == [other["userName"]]
    if how == "delete":
        wait_until(lambda: mapped.actions(group["id"])[-1] == "scim.group.member_removed", 20, "the group follows")
        after = mapped.client.get(f"/Groups/{group['id']}").json
        assert [m["value"] for m in after["members"]] == [other["id"]] and after["meta"]["version"] == 'W/"2"'
        assert server.sql("select member_count from muster.scim_group where id = %s", group["id"]) == [(1,)]


def test_who_comes_back_before_the_group_followed_is_not_in_it(server, customer):
    user = customer.user("x@example.com")
    group = customer.group("Crew", [user["id"]])
    with locked(server, "scim_group", group) as holder:
        leaves(customer, user)
        server.sql("update muster.left_behind set due_at = 'infinity' where user_id = %s", user["id"])
        holder.rollback()
        assert customer.user("x@example.com")["id"] == user["id"]
    assert "members" not in customer.client.get(f"/Groups/{group['id']}").json and customer.people("Crew") == []
    assert customer.actions(group["id"])[-1] == "scim.group.member_removed"
    customer.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": user["id"]}]))
    assert server.sql("select 1 from muster.left_behind where user_id = %s", user["id"]) == [] and customer.people("Crew") == ["x@example.com"]


def test_a_manager_who_comes_back_before_a_report_followed_stays_its_manager(server, customer):
    boss = customer.user("x@example.com")
    report = report_of(customer, boss)
    damage(customer, report)
    leaves(customer, boss)
    assert customer.user("x@example.com")["id"] == boss["id"]
    repair(customer, report)
    wait_until(lambda: server.sql("select 1 from muster.left_behind where user_id = %s", boss["id"]) == [], 20, "nothing is left to do")
    assert customer.client.get(f"/Users/{report['id']}").json[ENTERPRISE]["manager"]["value"] == boss["id"]


def test_who_gets_another_manager_keeps_that_one(server, customer):
    boss, new = customer.user(), customer.user()
    report = report_of(customer, boss)
    damage(customer, report)
    leaves(customer, boss)
    repair(customer, report)
    customer.client.patch(f"/Users/{report['id']}", op("replace", f"{ENTERPRISE}:manager.value", new["id"]))
    wait_until(lambda: server.sql("select 1 from muster.left_behind where user_id = %s", boss["id"]) == [], 20, "nothing is left to do")
    assert customer.client.get(f"/Users/{report['id']}").json[ENTERPRISE]["manager"]["value"] == new["id"]


def test_a_counter_that_somebody_has_locked(server, customer):
    user = customer.user()
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute("select from muster.connection_usage where connection_id = %s for update", (customer.connection["id"],))
        assert cur.rowcount
        leaves(customer, user)
        c.rollback()
    assert customer.client.get("/Users").json["totalResults"] == 0


@pytest.mark.parametrize("how", WAYS)
def test_another_link_that_is_damaged(mapped, how):
    """A person of two connections leaves here, and the mapping reads what the other one says of them."""
    other = mapped.second()
    user, there = mapped.user("two@example.com"), other.user("two@example.com")
    damage(mapped, there)
    method, body, status = WAYS[how]
    path = f"/Users/{user['id']}"
    answer = mapped.client.delete(path) if body is None else mapped.client.request(method, path, body(user))
    assert str(answer.status) == status
    assert mapped.server.sql("select active from muster.scim_user where id = %s", user["id"]) == [(False,)]


@pytest.mark.parametrize("bulk", [False, True], ids=["alone", "bulk"])
@pytest.mark.parametrize("how", WAYS)
def test_a_leaver_who_is_damaged(mapped, how, bulk):
    user = mapped.user(externalId="x-1")
    damage(mapped, user)
    leaves(mapped, user, how, bulk)
    assert mapped.actions(user["id"])[-1] == {"delete": "scim.user.deprovisioned"}.get(how, "scim.user.deactivated")


def test_who_is_damaged_and_stays_is_refused(customer):
    user = customer.user()
    damage(customer, user)
    assert customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "Boss")).status == 500
    repair(customer, user)
    assert customer.client.get(f"/Users/{user['id']}").json == user
