"""Members without an identity provider, whom an administrator ends and brings back."""
from api import good
from customer import Customer
from helpers import made, op, user_body


def a_member(api, customer, email="a@example.com", *teams, **fields):
    member = api.made(f"{customer.path}/members", {"email": email, **fields})
    for name in teams:
        team = api.made(f"{customer.path}/teams", {"name": name})
        good(api.post(f"{customer.path}/teams/{team['id']}/members", {"member": email}))
    return f"{customer.path}/members/{member['id']}"


def test_a_member_is_ended_and_comes_back_with_their_teams(api, customer):
    path = a_member(api, customer, "a@example.com", "Platform", "Sales")
    gone = good(api.post(f"{path}/deactivate"))
    assert gone == api.read(path) and (gone["status"], gone["teams"]) == ("deactivated", [])
    good(api.post(f"{path}/deactivate"))
    back = good(api.post(f"{path}/reactivate"))
    assert back == api.read(path) and (back["status"], [t["name"] for t in back["teams"]]) == ("active", ["Platform", "Sales"])
    good(api.post(f"{path}/reactivate"))
    assert customer.actions(target=back["id"], action="member.*") == ["member.added", "member.deactivated", "member.reactivated"]
    event = customer.events("&action=member.reactivated")[0]
    assert (event["data"], event["actor_type"]) == ({"before": {"status": "deactivated"}, "after": {"status": "active"}}, "key")


def test_a_connection_that_has_the_person_holds_their_status(api, customer):
    user = made(customer.client.post("/Users", user_body("a@example.com")))
    path = f"{customer.path}/members/a@example.com"
    refused = api.post(f"{path}/deactivate")
    assert refused.status == 409 and '"IdP"' in refused.json["detail"]
    made(customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False)), 200)
    assert api.post(f"{path}/reactivate").status == 409
    assert customer.actions(action="member.*") == []
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    assert good(api.post(f"{path}/reactivate"))["status"] == "active"  # nobody holds it any more


def test_a_provider_that_sends_the_person_again_says_their_status(api, customer):
    path = a_member(api, customer)
    good(api.post(f"{path}/deactivate"))
    made(customer.client.post("/Users", user_body("a@example.com")))
    assert api.read(path)["status"] == "active"


def test_the_last_administrator_of_an_organization_that_protects_it_stays(api):
    customer = Customer(api, protect_last_admin=True)
    path = a_member(api, customer, organization_role="org:admin")
    refused = api.post(f"{path}/deactivate")
    assert refused.status == 409 and "org:admin" in refused.json["detail"]
    a_member(api, customer, "b@example.com", organization_role="org:admin")
    assert good(api.post(f"{path}/deactivate"))["status"] == "deactivated"


def test_the_erased_do_not_come_back(server, api, customer):
    path = a_member(api, customer)
    server.muster("erase", "a@example.com", "--org", customer.slug, "--confirm", "a@example.com")
    assert api.post(f"{path}/reactivate").status == 409 and api.read(path)["status"] == "deactivated"


def test_two_administrators_at_once(api, customer):
    path = a_member(api, customer)
    tag = api.get(path).header("ETag")
    good(api.patch(path, {"first_name": "Ann"}, headers={"If-Match": tag}))
    assert api.post(f"{path}/deactivate", headers={"If-Match": tag}).status == 412
    assert api.read(path)["status"] == "active"


def test_members_of_another_customer_are_not_there(api, customer):
    path = a_member(api, customer)
    theirs = f"{Customer(api).path}/members/{path.rsplit('/', 1)[1]}"
    for verb in ("deactivate", "reactivate"):
        assert api.post(f"{theirs}/{verb}").status == 404
    assert api.get(f"{theirs}/explain").status == 404
    assert api.read(path)["status"] == "active"


def test_the_explanation_names_the_event(api, customer):
    path = a_member(api, customer, "a@example.com", "Platform")
    request = api.post(f"{path}/deactivate").header("X-Request-Id")
    x = api.read(f"{path}/explain")
    assert x["member"] == api.read(path) and x["status"]["value"] == "deactivated"
    assert (x["status"]["event"]["action"], x["status"]["event"]["request_id"]) == ("member.deactivated", request)
    request = api.post(f"{path}/reactivate").header("X-Request-Id")
    x = api.read(f"{customer.path}/members/A@example.com/explain")
    assert x["status"]["event"]["request_id"] == request and x["teams"][0]["added_event"]["action"] == "team.member_added"


def test_the_command_line_says_the_same(server, api, customer):
    user = made(customer.client.post("/Users", user_body("b@example.com", name={"givenName": "Bea"})))
    made(customer.client.post("/Groups", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Crew",
                                          "members": [{"value": user["id"]}]}))
    said = server.muster("member", "show", "b@example.com", "--org", customer.slug, "--explain")
    assert api.read(f"{customer.path}/members/b@example.com/explain") == said
    assert said["fields"]["first_name"]["rule"] == "name.givenName" and said["teams"][0]["ways"][0]["groups"][0]["display_name"] == "Crew"


def test_the_commands(server, api, customer):
    path = a_member(api, customer, "a@example.com", "Platform")
    org = ("--org", customer.slug)
    assert server.muster("member", "deactivate", "a@example.com", *org)["status"] == "deactivated"
    assert server.muster("member", "reactivate", "a@example.com", *org)["teams"][0]["name"] == "Platform"
    assert "no member" in server.muster("member", "deactivate", "b@example.com", *org, ok=False).stderr
    assert api.read(path)["status"] == "active"
