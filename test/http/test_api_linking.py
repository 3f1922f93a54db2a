"""Verified domains and link requests: a refused user waits for an administrator, whose decision applies to the next attempt."""
import pytest
from api import good, problem
from customer import Customer
from helpers import assert_error, made, user_body


@pytest.fixture
def waiting(api):
    """A customer whose identity provider was refused a member's email."""
    c = Customer(api, verified_domains=["good.example"]).connect(linking="verified_domains")
    c.member = api.made(f"{c.path}/members", {"email": "Ada@Other.example"})
    c.body = user_body("ada@other.example", externalId="7")
    assert_error(c.client.post("/Users", c.body), 409, "uniqueness")
    (c.request,) = api.read(f"{c.path}/scim/link-requests")["data"]
    c.request_path = f"{c.path}/scim/link-requests/{c.request['id']}"
    return c


def test_domains_are_replaced_as_a_whole(api, customer):
    path = f"{customer.path}/scim/domains"
    assert api.read(path) == {"domains": []}
    for sent, kept in ((["b.example", "A.example"], ["a.example", "b.example"]), (["A.example"], ["a.example"]), (["A.EXAMPLE", "a.example"], ["a.example"]),
                       ([], [])):
        assert good(api.put(path, {"domains": sent})) == {"domains": kept} == api.read(path) == good(api.put(path, {"domains": sent})), (sent, kept)
        assert api.read(customer.path)["verified_domains"] == kept, (sent, kept)


def test_a_verified_domain_links_at_once(api, waiting):
    member = api.made(f"{waiting.path}/members", {"email": "eve@good.example"})
    user = made(waiting.client.post("/Users", user_body("eve@good.example")))
    assert [x["scim_user_id"] for x in api.read(f"{waiting.path}/members/{member['id']}")["links"]] == [user["id"]]
    assert len(api.read(f"{waiting.path}/scim/link-requests")["data"]) == 1


def test_a_refused_link_waits_in_the_queue(api, waiting):
    r = waiting.request
    assert (r["status"], r["email"], r["user_name"], r["external_id"], r["member_id"], r["connection_id"]) == (
        "open", "ada@other.example", "ada@other.example", "7", waiting.member["id"], waiting.connection["id"])
    assert_error(waiting.client.post("/Users", waiting.body), 409, "uniqueness")
    assert api.read(f"{waiting.path}/scim/link-requests?status=open")["data"] == [r]
    assert api.read(f"{waiting.path}/scim/link-requests?status=approved")["data"] == []


def test_an_approved_link_is_made_by_the_next_attempt(api, waiting):
    approved = good(api.post(f"{waiting.request_path}/approve"))
    assert approved == {**waiting.request, "status": "approved"} == good(api.post(f"{waiting.request_path}/approve"))
    user = made(waiting.client.post("/Users", waiting.body))
    member = api.read(f"{waiting.path}/members/{waiting.member['id']}")
    assert [x["scim_user_id"] for x in member["links"]] == [user["id"]] and member["email"] == "Ada@Other.example"
    assert waiting.actions(action="scim.link_request.*") == ["scim.link_request.approved"]
    assert waiting.actions(user['id']) == ["scim.user.linked"]


def test_a_refused_request_stays_refused(api, waiting):
    assert good(api.post(f"{waiting.request_path}/refuse"))["status"] == "refused"
    assert_error(waiting.client.post("/Users", waiting.body), 409, "uniqueness")
    assert api.read(f"{waiting.path}/members/{waiting.member['id']}")["links"] == []
    good(api.post(f"{waiting.request_path}/approve"))  # a decision can be changed
    made(waiting.client.post("/Users", waiting.body))


def test_the_queue_is_the_organizations_own(api, waiting, customer):
    path = f"{customer.path}/scim/link-requests"
    assert api.read(path)["data"] == []
    problem(api.post(f"{path}/{waiting.request['id']}/approve"), 404)
    assert api.read(f"{waiting.path}/scim/link-requests")["data"] == [waiting.request]
