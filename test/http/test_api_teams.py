"""Teams that an administrator renames, ends, fills and empties by hand."""
from api import good, problem
from customer import Customer
from helpers import group_body, made, op, user_body


def a_team(api, customer, name="Platform", *emails):
    team = api.made(f"{customer.path}/teams", {"name": name})
    for email in emails:
        api.made(f"{customer.path}/members", {"email": email})
        good(api.post(f"{customer.path}/teams/{team['id']}/members", {"member": email}))
    return f"{customer.path}/teams/{team['id']}"


def a_crew(customer, *emails):
    """A team that a group fills."""
    users = [made(customer.client.post("/Users", user_body(e))) for e in emails]
    made(customer.client.post("/Groups", group_body("Crew", [u["id"] for u in users])))
    return f"{customer.path}/teams/crew", users


def people(api, path):
    return {p["email"] for p in api.all(f"{path}/members")}


def last(customer, action):
    return customer.events(f"&action={action}")[0]


def test_a_team_is_renamed(api, customer):
    path = a_team(api, customer)
    assert good(api.patch(path, {"name": "Base"})) == {**api.read(path), "name": "Base"}
    assert last(customer, "team.updated")["data"] == {"before": {"name": "Platform"}, "after": {"name": "Base"}}
    good(api.patch(path, {"name": "Base"}))
    good(api.patch(path, {}))
    assert customer.actions(action="team.updated") == ["team.updated"]  # the others changed nothing
    assert good(api.patch(path, {"name": "BASE"}))["name"] == "BASE"


def test_a_name_is_taken_once_whatever_its_case(api, customer):
    path = a_team(api, customer)
    api.made(f"{customer.path}/teams", {"name": "Base"})
    problem(api.patch(path, {"name": "bASE"}), 409, "conflict", "name")


def test_two_rename_at_once(api, customer):
    path = a_team(api, customer)
    tag = api.get(path).header("ETag")
    good(api.patch(path, {"name": "First"}, headers={"If-Match": tag}))
    assert api.patch(path, {"name": "Second"}, headers={"If-Match": tag}).status == 412
    assert api.read(path)["name"] == "First"


def test_a_group_keeps_its_name_when_its_team_is_renamed(api, customer):
    path, _ = a_crew(customer, "a@example.com")
    team = good(api.patch(path, {"name": "Sales"}))
    assert team["name"] == "Sales" and team["link"]["display_name"] == "Crew"


def test_a_member_joins_by_hand_and_parts(api, customer):
    path = a_team(api, customer, "Platform", "a@example.com", "b@example.com")
    member = api.read(f"{customer.path}/members/a@example.com")
    assert people(api, path) == {"a@example.com", "b@example.com"}
    good(api.post(f"{path}/members", {"member": member["id"]}))
    assert len(customer.actions(action="team.member_added")) == 2  # joining again changed nothing
    for _ in range(2):
        assert api.delete(f"{path}/members/{member['id']}").status == 204
    assert people(api, path) == {"b@example.com"}
    assert [e["data"] for e in customer.events("&action=team.member_removed")] == [{"member": member["id"]}]
    assert api.delete(f"{path}/members/B%40example.com").status == 204 and people(api, path) == set()


def test_who_is_not_there_neither_joins_nor_parts(api, customer):
    path = a_team(api, customer)
    assert "nobody@example.com" in api.post(f"{path}/members", {"member": "nobody@example.com"}).json["detail"]
    assert api.delete(f"{path}/members/nobody@example.com").status == 404
    assert api.delete(f"{customer.path}/teams/none/members/nobody@example.com").status == 404


def test_a_place_that_a_group_holds_stays(api, customer):
    path, _ = a_crew(customer, "a@example.com")
    good(api.post(f"{path}/members", {"member": "a@example.com"}))
    error = problem(api.delete(f"{path}/members/a@example.com"), 400, "held_by_group", "member")
    assert "Crew" in error["message"] and people(api, path) == {"a@example.com"}
    assert "team.member_removed" not in customer.actions()


def test_a_deactivated_member_joins_no_team_and_does_not_return_to_one_they_were_taken_out_of(api, customer):
    path = a_team(api, customer)
    (user,) = [made(customer.client.post("/Users", user_body("a@example.com")))]
    good(api.post(f"{path}/members", {"member": "a@example.com"}))
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    assert api.post(f"{path}/members", {"member": "a@example.com"}).status == 409
    assert api.delete(f"{path}/members/a@example.com").status == 204
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True))
    assert people(api, path) == set()


def test_a_team_ends(api, customer):
    path = a_team(api, customer, "Platform", "a@example.com")
    problem(api.delete(f"{path}?confirm=Base"), 400, "invalid", "confirm")
    assert api.delete(f"{path}?confirm=Platform").status == 204
    assert api.get(path).status == api.delete(path).status == 404
    assert api.read(f"{customer.path}/members/a@example.com")["teams"] == []
    assert last(customer, "team.removed")["data"] == {"name": "Platform", "member_count": 1}
    a_team(api, customer)  # its name is free


def test_a_team_that_a_group_fills_ends_only_without_it(api, customer):
    path, _ = a_crew(customer, "a@example.com")
    answer = api.delete(path)
    assert answer.status == 409 and "Crew" in answer.json["detail"] and "end the link" in answer.json["detail"]
    good(api.patch(f"{path}/link", {"scim_group_id": None}))
    assert api.delete(path).status == 204


def test_a_team_ends_with_the_places_of_the_deactivated(api, customer):
    path = a_team(api, customer)
    user = made(customer.client.post("/Users", user_body("a@example.com")))
    good(api.post(f"{path}/members", {"member": "a@example.com"}))
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    assert api.delete(path).status == 204
    assert customer.client.patch(f"/Users/{user['id']}", op("replace", "active", True)).status == 200
    assert api.read(f"{customer.path}/members/a@example.com")["teams"] == []


def test_teams_of_another_customer_are_not_there(api, customer):
    path = a_team(api, customer, "Platform", "a@example.com")
    other = Customer(api)
    mine = f"{other.path}/teams/{path.rsplit('/', 1)[1]}"
    assert api.patch(mine, {"name": "x"}).status == api.delete(mine).status == 404
    assert api.post(f"{mine}/members", {"member": "a@example.com"}).status == api.delete(f"{mine}/members/a@example.com").status == 404
    own = a_team(api, other)
    assert api.post(f"{own}/members", {"member": "a@example.com"}).status == 404  # a member of the other one
    assert people(api, path) == {"a@example.com"} and api.read(path)["name"] == "Platform"


def test_the_commands(server, api, customer):
    path = a_team(api, customer, "Platform", "a@example.com")
    org = ("--org", customer.slug)
    assert server.muster("team", "set", "Platform", "--name", "Base", *org)["name"] == "Base"
    server.muster("team", "part", "Base", "--member", "a@example.com", *org)
    assert people(api, path) == set()
    assert "team's name" in server.muster("team", "remove", "Base", *org, ok=False).stderr
    assert server.muster("team", "part", "Base", *org, ok=False).returncode == 64  # of whom?
    server.muster("team", "remove", "Base", "--confirm", "Base", *org)
    assert api.get(path).status == 404
