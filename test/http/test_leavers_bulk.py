"""No leaver is refused in Bulk: not for a reference to nobody, nor for what else an operation carries."""
import json

import pytest
from helpers import BULK, ENTERPRISE, PATCH_OP, USER, made, op, user_body
from locks import slow_changes
from server import Server

OFF = op("Replace", "active", "False")
NOBODY = "bulkId:nobody"
MANAGER = f"{ENTERPRISE}:manager"
LONG = "x" * 1025


def bulk(customer, *operations):
    return made(customer.client.post("/Bulk", {"schemas": [BULK], "Operations": list(operations)}), 200)["Operations"]


def patch(user, *operations, **more):
    return {"method": "PATCH", "path": f"/Users/{user['id']}", "data": {"schemas": [PATCH_OP], "Operations": list(operations)}, **more}


def put(user, body, **more):
    return {"method": "PUT", "path": f"/Users/{user['id']}", "data": body, **more}


def delete(user, tail="", **more):
    return {"method": "DELETE", "path": f"/Users/{user['id']}{tail}", **more}


def one(customer, user):
    return customer.client.get(f"/Users/{user['id']}").json


def held(customer, user):
    rows = customer.server.sql("select data->'held' from muster.audit_event where target_id = %s order by at desc, id desc limit 1", user["id"])
    return [p["part"] for p in rows[0][0] or []]


def is_out(customer, user):
    """Whether the access has ended: the member is deactivated, and in no team."""
    rows = customer.server.sql("select m.status, exists (select from muster.team_member t where t.organization_id = m.organization_id and "
                               "t.member_id = m.id) from muster.scim_user u join muster.member m on m.organization_id = u.organization_id and "
                               "m.id = u.member_id where u.id = %s", user["id"])
    return rows == [("deactivated", False)]


def member(customer, **more):
    user = customer.user(**more)
    customer.group(members=[user["id"]])
    return user


PARTS = {
    "manager": (patch, [op("replace", value={"active": False, MANAGER: {"value": NOBODY}})], [MANAGER]),
    "title": (patch, [op("replace", value={"active": False, "title": NOBODY})], ["title"]),
    "under-a-urn": (patch, [op("replace", USER, {"active": False, "title": NOBODY})], ["title"]),
    "inside-a-urn": (patch, [op("add", value={USER: {"title": NOBODY, "active": "False"}})], ["title"]),
    "of-an-extension": (patch, [op("add", ENTERPRISE, {"department": "X", "manager": NOBODY}), OFF], ["manager"]),
    "an-operation": (patch, [op("add", MANAGER, {"value": NOBODY}), OFF], [MANAGER]),
    "a-path": (patch, [op("replace", f'emails[value eq "{NOBODY}"].type', "home"), OFF], [f'emails[value eq "{NOBODY}"].type']),
    "an-unknown-name": (patch, [op("replace", value={"active": False, "shoe": {"size": NOBODY}})], ["shoe"]),
    "beside-the-operation": (patch, [{**OFF, "comment": NOBODY}], ["data"]),
    "of-a-put": (put, {"title": NOBODY, ENTERPRISE: {"manager": {"value": NOBODY}, "department": "X"}, "active": False},
                 ["title", MANAGER]),
    "of-a-put-under-a-urn": (put, {USER: {"active": False, "title": NOBODY}}, ["title"]),
    "a-flat-name-of-a-put": (put, {f"{USER}:title": NOBODY, "active": False}, [f"{USER}:title"]),
    "schemas-of-a-put": (put, {"schemas": [USER, NOBODY], "active": False}, ["schemas"])}


def changed(user, how, what):
    return patch(user, *what) if how is patch else put(user, {**user_body(user["userName"], emails=user["emails"], title="Boss"), **what})


@pytest.mark.parametrize("kind", PARTS)
def test_only_the_part_that_refers_to_nobody_is_held(customer, kind):
    how, what, parts = PARTS[kind]
    user, stays = member(customer, title="Boss"), customer.user(title="Boss")
    on = json.loads(json.dumps(what).replace("false", "true").replace("False", "True"))
    left, stayed = bulk(customer, changed(user, how, what), changed(stays, how, on))
    assert left["status"] == "200" and is_out(customer, user), left
    assert held(customer, user) == parts
    now = one(customer, user)
    assert now["active"] is False and now["title"] == "Boss"
    assert now.get(ENTERPRISE) == ({"department": "X"} if "department" in str(what) else None)
    assert stayed["status"] == "400" and stayed["response"]["scimType"] == "invalidValue" and '"nobody"' in stayed["response"]["detail"], stayed
    assert one(customer, stays) == stays


def test_a_reference_to_somebody_refused_is_one_to_nobody(customer):
    user, boss = member(customer), customer.user()
    refused, item = bulk(customer, {"method": "POST", "path": "/Users", "bulkId": "b", "data": user_body(boss["userName"])},
                         patch(user, op("replace", value={"active": False, MANAGER: "bulkId:b"})))
    assert (refused["status"], item["status"]) == ("409", "200") and is_out(customer, user)
    assert held(customer, user) == [MANAGER]


def test_a_put_keeps_what_it_says_it_left_out(customer):
    boss = customer.user()
    extension = {"department": "X", "costCenter": "7", "manager": {"value": boss["id"]}}
    user = member(customer, title="T", **{ENTERPRISE: extension})
    (item,) = bulk(customer, put(user, user_body(user["userName"], emails=user["emails"], active=False, title=NOBODY, **{ENTERPRISE: {
        "department": "Y", "costCenter": "7", "manager": {"value": NOBODY}}})))
    assert item["status"] == "200" and is_out(customer, user)
    now = one(customer, user)
    assert now["title"] == "T" and now[ENTERPRISE] == {**user[ENTERPRISE], "department": "Y"}
    assert held(customer, user) == ["title", MANAGER]


def test_strict_refuses_a_reference_to_nobody(strict):
    user = strict.user(active=True)
    (item,) = bulk(strict, patch(user, op("replace", value={"active": False, "title": NOBODY})))
    assert item["status"] == "400" and one(strict, user)["active"] is True


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize("more, parts", [
    ({"data": {"active": NOBODY}}, []), ({"data": [NOBODY]}, []), ({"data": "x"}, []), ({"data": None, "comment": NOBODY}, []),
    ({"tail": "/"}, []), ({"version": " "}, []), ({"version": 1}, ["version"]),
    ({"version": ["x"]}, ["version"]), ({"bulkId": LONG}, ["bulkId"]), ({"bulkId": 5}, []), ({"tail": "?x=1"}, ["query"])],
    ids=["data", "data-list", "data-text", "comment", "slash", "version-blank", "version", "version-list", "bulkId", "bulkId-number", "query"])
def test_a_delete_is_never_refused_for_what_else_it_carries(server, dialect, more, parts):
    customer = server.customer(dialect=dialect)
    user = member(customer)
    (item,) = bulk(customer, delete(user, **more))
    assert item["status"] == "204", item
    assert customer.client.get(f"/Users/{user['id']}").status == 404 and is_out(customer, user)
    assert held(customer, user) == parts


@pytest.mark.parametrize("dialect", ["lenient", "strict"])
@pytest.mark.parametrize("more, parts", [
    ({"version": 1}, ["version"]), ({"bulkId": LONG}, ["bulkId"]), ({"version": {}, "bulkId": LONG}, ["bulkId", "version"])],
    ids=["version", "bulkId", "both"])
def test_a_fault_beside_the_data_refuses_only_who_stays(server, dialect, more, parts):
    customer = server.customer(dialect=dialect)
    user, stays = member(customer), customer.user()
    group = customer.group()
    answers = bulk(customer, patch(user, op("replace", "active", False), **more),
                   patch(stays, op("replace", "title", "Boss"), **more), {"method": "DELETE", "path": f"/Groups/{group['id']}", **more})
    assert [a["status"] for a in answers] == ["200", "400", "400"], answers
    assert [a["response"]["scimType"] for a in answers[1:]] == ["invalidSyntax"] * 2
    assert is_out(customer, user) and held(customer, user) == parts and one(customer, stays) == stays


def test_the_path_of_an_operation_is_read_like_that_of_a_request(customer):
    user = member(customer)
    assert customer.client.put(f"/Users/{user['id']}/", user_body(user["userName"], title="A")).status == 200
    answers = bulk(customer, patch(user, op("replace", "title", "B"), path=f"//Users//{user['id']}/"), patch(user, OFF, path=f"Users/{user['id']}/"))
    assert [a["status"] for a in answers] == ["200", "200"], answers
    assert one(customer, user)["title"] == "B" and is_out(customer, user)


def test_a_request_that_takes_too_long_keeps_what_it_has_done():
    """Undone whole, it would be sent again and undone again, and nobody would ever leave."""
    server = Server(env={"MUSTER_DEADLINE_MS": "4000"}).start()
    try:
        customer = server.customer()
        users = [customer.user() for _ in range(30)]
        with slow_changes(customer, 0.25):
            first = bulk(customer, *[patch(u, {"op": "replace", "path": "active", "value": False}) for u in users])
        states = [o["status"] for o in first]
        done = states.count("200")
        assert 3 <= done < 30 and states == ["200"] * done + ["503"] * (30 - done)
        assert "send this one again" in first[-1]["response"]["detail"]
        assert [is_out(customer, u) for u in users] == [True] * done + [False] * (30 - done)
        assert {o["status"] for o in bulk(customer, *[patch(u, {"op": "replace", "path": "active", "value": False}) for u in users[done:]])} == {"200"}
        assert all(is_out(customer, u) for u in users)
    finally:
        server.stop()
