"""The audit log of one person, of what was refused, and of sessions of the portal."""
from api import good, problem
from customer import Customer
from helpers import group_body, made, op, user_body


def log(api, customer, query):
    return [e["action"] for e in reversed(api.read(f"{customer.path}/audit-logs?{query}")["data"])]


def test_everything_about_a_person(api, customer):
    user = made(customer.client.post("/Users", user_body("a@example.com")))
    made(customer.client.post("/Users", user_body("b@example.com")))
    made(customer.client.post("/Groups", group_body("Crew", [user["id"]])))
    team = api.made(f"{customer.path}/teams", {"name": "Platform"})
    good(api.post(f"{customer.path}/teams/{team['id']}/members", {"member": "a@example.com"}))
    assert customer.client.patch(f"/Users/{user['id']}", op("replace", "userName", "b@example.com")).status in (400, 409)
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False)), 200)
    member = api.read(f"{customer.path}/members/a@example.com")
    told = log(api, customer, "person=a@example.com")
    assert [a for a in told if a != "scim.group.member_removed"] == [
        "scim.user.provisioned", "scim.group.member_added", "team.member_added", "scim.request.refused", "scim.user.deactivated"]
    for same in ("A@Example.com", member["id"], user["id"]):
        assert log(api, customer, f"person={same}") == told
    assert log(api, customer, "person=a@example.com&outcome=refused") == ["scim.request.refused"]
    assert log(api, customer, "person=nobody@example.com") == [] == log(api, Customer(api), f"person={user['id']}")


def test_what_was_refused_and_what_was_not(api, customer):
    made(customer.client.post("/Users", user_body("a@example.com")))
    assert customer.client.post("/Users", user_body("a@example.com")).status == 409
    everything = log(api, customer, "")
    assert log(api, customer, "outcome=refused") == ["scim.request.refused"]
    assert log(api, customer, "outcome=ok") == [a for a in everything if a != "scim.request.refused"]
    problem(api.get(f"{customer.path}/audit-logs?outcome=maybe"), 400, "invalid", "outcome")


def test_the_command_line(server, api, customer):
    api.made(f"{customer.path}/members", {"email": "a@example.com"})
    found = server.muster("audit", "list", "--org", customer.slug, "--person", "a@example.com", "--outcome", "ok")["data"]
    assert [e["action"] for e in found] == ["member.added"] and found[0]["actor_for"] is None


def test_a_session_is_shown_by_whom_it_is_for(api, customer):
    member = api.made(f"{customer.path}/members", {"email": "a@example.com"})
    session = api.with_key(api.made(f"{customer.path}/portal-embed-tokens", {"for": "jonas@example.com"})["token"])
    good(session.patch(f"{customer.path}/members/{member['id']}", {"first_name": "Ann"}))
    (event,) = api.read(f"{customer.path}/audit-logs?action=member.updated")["data"]
    assert (event["actor_type"], event["actor_for"]) == ("session", "jonas@example.com")
