"""Tokens that exist and were refused, by label and reason, and whose that is."""
import pytest
from activity import activity, hints, problems, raw
from helpers import user_body


def test_a_token_for_reading(customer):
    reader = customer.client_of(customer.issue(scope="read"))
    assert reader.post("/Users", user_body()).status == 403
    assert problems(customer) == [("read_only", None, 1)]


def test_a_token_that_was_revoked_is_known_by_its_label(customer):
    old = customer.issue(name="Okta, 2025")
    assert customer.api.post(f"{customer.path}/scim/tokens/{old['id']}/revoke", {}).status == 200
    answer = customer.client_of(old).get("/Users")
    said = activity(customer)
    (hint,) = said["token_hints"]
    assert answer.status == 401 and said["state"] == "refused" and said["problems"] == []
    assert (hint["code"], hint["reason"], hint["status"], hint["count"]) == ("token_unknown", "revoked", 401, 1)
    assert hint["token"]["name"] == "Okta, 2025" and hint["token"]["prefix"] == old["prefix"] and hint["token"]["revoked_at"]
    assert (said["first"]["status"], said["last_taken"]) == (401, None) and hint["request_id"] == answer.header("X-Request-Id")
    customer.client.get("/Users")
    said = activity(customer)
    assert (said["token_hints"], said["state"]) == ([], "arriving")


def test_a_token_that_has_expired(customer):
    old = customer.issue()
    customer.server.sql(f"update muster.token set expires_at = now() - interval '1 hour' where id = '{old['id']}'")
    assert customer.client_of(old).post("/Users", user_body()).status == 401
    assert hints(customer) == [("token_unknown", "expired", old["id"], 1)]


def test_a_token_from_another_address(customer):
    bound = customer.issue(allowed_addresses=["192.0.2.0/24"])
    assert customer.client_of(bound).get("/Users").status == 403
    assert hints(customer) == [("address", "address", bound["id"], 1)]


def test_a_url_that_names_another_connection(customer):
    other = customer.second()
    assert customer.client.get(f"/connections/{other.connection['id']}/Users").status == 404
    assert hints(customer) == [("gone", "connection", customer.token["id"], 1)] and hints(other) == []


@pytest.mark.parametrize("header, code", [
    ("Bearer Bearer {}", "token_twice"), ('Bearer "{}"', "token_quotes"), ("Bearer <{}>", "token_quotes"), ("", "token_blank"),
    ("Basic {}", "scheme"), ("{}", "scheme"), ("Bearer {:.30}", "token_cut"), ("Bearer {}x", "token_cut")])
def test_a_token_inside_a_wrong_header(customer, header, code):
    secret = customer.token["token"]
    sent = f"Bearer {secret[:20]} {secret[20:]}" if code == "token_blank" else header.format(secret)
    assert raw(customer, sent).status == 401
    assert hints(customer) == [(code, None, customer.token["id"], 1)]
    customer.client.get("/Users")
    assert hints(customer) == []


def test_an_unknown_token_belongs_to_nobody(customer):
    assert raw(customer, f"Bearer scim_{'x' * 49}").status == 401
    assert raw(customer, "Bearer something").status == 401
    assert activity(customer)["state"] == "waiting"


def test_another_beginning_of_two_tokens_is_nobodys(customer):
    other = customer.issue()
    customer.server.sql(f"update muster.token set prefix = '{customer.token['prefix']}' where id = '{other['id']}'")
    assert raw(customer, f"Bearer {customer.token['token'][:30]}").status == 401
    assert activity(customer)["state"] == "waiting"
