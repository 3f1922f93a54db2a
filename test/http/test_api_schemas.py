"""What an administrator registers and links by the API: extension schemas, teams and groups, members and users."""
import pytest
from api import good, problem
from helpers import group_body, made, quote, user_body

BADGES = {"id": "urn:example:badges", "name": "Badges", "attributes": [{"name": "number", "type": "string", "uniqueness": "server"}]}


@pytest.fixture
def badges(api, customer):
    customer.schemas = f"{customer.path}/scim/schemas"
    customer.added = api.made(customer.schemas, {"schema": BADGES, "resource_type": "User", "required": False})
    return customer


def with_badge(number):
    return user_body(schemas=["urn:ietf:params:scim:schemas:core:2.0:User", BADGES["id"]], **{BADGES["id"]: {"number": number}})


def test_a_schema_is_registered_and_in_force(api, badges):
    assert badges.added["urn"] == BADGES["id"]
    assert [s["urn"] for s in api.read(badges.schemas)["data"]] == [BADGES["id"]]
    assert made(badges.client.post("/Users", with_badge("7")))[BADGES["id"]] == {"number": "7"}
    assert badges.client.post("/Users", with_badge("7")).status == 409
    assert badges.client.get(f"/Schemas/{BADGES['id']}").status == 200


def test_a_schema_with_data_is_taken_away_only_with_keep_data(api, badges):
    made(badges.client.post("/Users", with_badge("7")))
    path = f"{badges.schemas}/{quote(BADGES['id'])}"
    problem(api.delete(path), 409, "conflict")
    assert api.delete(f"{path}?keep_data=true").status == 204
    assert api.read(badges.schemas)["data"] == [] and badges.client.get(f"/Schemas/{BADGES['id']}").status == 404
    problem(api.delete(path), 404, "not_found")


@pytest.mark.parametrize("n", [16, 33])
def test_all_data_is_read_with_a_schema_that_comes_however_much_there_is(api, customer, n):
    """And is left as it is when the schema goes."""
    users = [customer.user(**{BADGES["id"].upper(): {"NUMBER": str(i)}}) for i in range(n)]
    path = f"{customer.path}/scim/schemas"
    assert api.made(path, {"schema": BADGES})["resources"] == n
    for i, user in enumerate(users):
        assert [u["id"] for u in customer.client.find("Users", f'{BADGES["id"]}:number eq "{i}"').json["Resources"]] == [user["id"]], i
    assert f"{n} users or groups have data" in problem(api.delete(f"{path}/{quote(BADGES['id'])}"), 409, "conflict")["message"]
    assert api.delete(f"{path}/{quote(BADGES['id'])}?keep_data=true").status == 204
    assert all(customer.client.get(f"/Users/{u['id']}").json[BADGES["id"]] == {"number": str(i)} for i, u in enumerate(users))


def test_a_schema_that_would_lose_data_is_refused(api, customer):
    user = made(customer.client.post("/Users", user_body(**{BADGES["id"]: {"number": "7", "cost": "77"}})))
    refused = api.post(f"{customer.path}/scim/schemas", {"schema": BADGES})
    assert "urn:example:badges:cost would be lost" in problem(refused, 409, "conflict")["message"]
    assert customer.client.get(f"/Users/{user['id']}").json == user


def test_the_events_of_a_schema_are_of_the_request(api, customer):
    """Its id is that of the first event: by it an interrupted request is found to have been done."""
    path = f"{customer.path}/scim/schemas"
    answers = [api.post(path, {"schema": BADGES}), api.delete(f"{path}/{quote(BADGES['id'])}")]
    events = customer.events("&action=scim.schema.*")[::-1]
    assert [e["action"] for e in events] == ["scim.schema.added", "scim.schema.removed"]
    assert [(e["id"], e["request_id"], e["client_address"]) for e in events] == [(a.header("X-Request-Id"),) * 2 + ("127.0.0.1",) for a in answers]
    assert [list(e["data"]) for e in events] == [["after"], ["before"]]


def test_a_schema_that_is_none_is_refused_and_registered_nowhere(api, badges):
    problem(api.post(badges.schemas, {"schema": {**BADGES, "id": "urn:example:other", "attributes": [{"name": "x", "type": "nothing"}]}}), 400, field="schema")
    problem(api.post(badges.schemas, {"schema": BADGES}), 409, "conflict")
    assert len(api.read(badges.schemas)["data"]) == 1


def test_a_team_is_linked_to_a_group_and_parted(api, customer):
    user = made(customer.client.post("/Users", user_body()))
    group = made(customer.client.post("/Groups", group_body("Crew", [user["id"]])))
    team = api.made(f"{customer.path}/teams", {"name": "Old hands"})
    linked = good(api.patch(f"{customer.path}/teams/{team['id']}/link", {"scim_group_id": group["id"]}))
    assert linked["link"]["scim_group_id"] == group["id"] and linked["member_count"] == 1
    problem(api.patch(f"{customer.path}/teams/{team['id']}/link", {"scim_group_id": user["id"]}), 400, "not_found", "scim_group_id")
    parted = good(api.patch(f"{customer.path}/teams/{team['id']}/link", {"scim_group_id": None}))
    assert parted["link"] is None and parted["member_count"] == 1


def test_a_user_is_parted_from_its_member(api, customer):
    user = made(customer.client.post("/Users", user_body("someone@example.com")))
    member = api.read(f"{customer.path}/members")["data"][0]
    problem(api.post(f"{customer.path}/members/{member['id']}/unlink", {"scim_user_id": member["id"]}), 400, "not_found", "scim_user_id")
    left = good(api.post(f"{customer.path}/members/{member['id']}/unlink", {"scim_user_id": user["id"]}))
    assert left["id"] == member["id"] and left["links"] == []
    others = [m for m in api.read(f"{customer.path}/members")["data"] if m["id"] != member["id"]]
    assert [m["links"][0]["scim_user_id"] for m in others] == [user["id"]]
