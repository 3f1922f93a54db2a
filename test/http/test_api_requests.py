"""The HTTP of the admin API: bodies, methods, paths, queries."""
import json

import pytest
from api import good, problem
from helpers import unique


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/scim+json; charset=utf-8", ""])
def test_json_is_read_under_any_content_type(api, customer, media):
    good(api.post(f"{customer.path}/teams", {"name": unique()}, headers={"Content-Type": media}), 201)


@pytest.mark.parametrize("body", ["{", "nope", '{"name": "x"', '{"name": "x",}', "{'name': 'x'}", '{"name": "x"} x', b'{"name": "\xff"}', "{" * 100,
                                  '{"a":' * 40 + "1" + "}" * 40, '{"name": NaN}'])
def test_what_is_no_json_is_400(api, customer, body):
    assert api.post(f"{customer.path}/teams", body).status == 400
    assert api.read(f"{customer.path}/teams")["data"] == []


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "true", '[{"name": "x"}]'])
def test_a_body_that_is_no_object_is_400(api, customer, body):
    assert "object" in problem(api.post(f"{customer.path}/teams", body), 400, "invalid_json")["message"]


def test_a_nul_cannot_be_stored(api, customer):
    problem(api.post(f"{customer.path}/teams", '{"name": "a\\u0000b"}'), 400)


def test_no_body_is_an_empty_object(api, customer):
    assert good(api.post(f"{customer.path}/scim/connections"), 201)["identity_provider"] == "generic"
    problem(api.post(f"{customer.path}/teams"), 400, "required", "name")
    assert good(api.patch(customer.path), 200)["id"] == customer.id


def test_a_body_over_the_limit_is_413(api, customer):
    problem(api.post(f"{customer.path}/teams", json.dumps({"name": "x" * (5 * 1024 * 1024)})), 413, "too_large")


def test_head_is_get_without_a_body(api, customer):
    for path in ("/organizations?limit=1", customer.path, customer.connection_path, f"{customer.path}/members"):
        get, head = api.get(path), api.head(path)
        assert head.status == 200 and head.raw == b"" and head.header("ETag") == get.header("ETag"), path
        assert head.header("Content-Length") in (None, get.header("Content-Length")), path
    assert api.head(f"{customer.path}/members/nobody").status == 404


@pytest.mark.parametrize("path, allow", [("/organizations", "GET, POST, HEAD"), ("{org}", "GET, PATCH, DELETE, HEAD"), ("{org}/scim/endpoint", "GET, HEAD"),
                                         ("{org}/scim/domains", "GET, PUT, HEAD"), ("{org}/scim/tokens/x/revoke", "POST"), ("{org}/audit-logs", "GET, HEAD")])
def test_405_says_what_is_allowed(api, customer, path, allow):
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - set(allow.split(", ")):
        answer = api.request(method, path.format(org=customer.path))
        problem(answer, 405, "method_not_allowed")
        assert set(answer.header("Allow").split(", ")) == set(allow.split(", "))


@pytest.mark.parametrize("path", ["/", "/nothing", "/organizations/{slug}/scim", "/organizations/{slug}/scim/tokens/x/y",
                                  "/Organizations", "/organizations/{slug}%2Fmembers"])
def test_other_urls_are_404(api, customer, path):
    problem(api.get(path.format(slug=customer.slug)), 404, "not_found")


def test_a_slash_at_the_end_changes_nothing(api, customer):
    assert api.read(f"{customer.path}/") == api.read(customer.path)


def test_broken_urls_are_400(api, customer):
    for path in (f"{customer.path}/members?limit=%zz", f"{customer.path}/members?limit=1&limit=2", f"{customer.path}/members?cursor=" + "x" * 9000):
        problem(api.get(path), 400)


def test_ids_that_are_none_are_404(api, customer):
    for path in ("scim/connections/nope", "scim/tokens/nope", "members/nope", "teams/nope", "teams/nope/members", "scim/connections/" + "x" * 3000,
                 "members/%27%22%3B--", "members/a%00b"):
        assert api.get(f"{customer.path}/{path}").status in (400, 404), path
    for path in ("scim/connections/nope/adopt", "scim/connections/nope/rotate/start", "scim/connections/nope/rotate/complete",
                 "scim/connections/nope/rotate/cancel",
                 "scim/link-requests/nope/approve", "scim/link-requests/nope/refuse", "scim/tokens/nope/revoke"):
        problem(api.post(f"{customer.path}/{path}"), 404, "not_found")
    for path in ("scim/connections/nope", "members/nope"):
        problem(api.patch(f"{customer.path}/{path}", {}), 404, "not_found")
    problem(api.delete(f"{customer.path}/scim/connections/nope?confirm=x"), 404, "not_found")


def test_errors_hold_no_internals(api, customer):
    for answer in (api.get(f"{customer.path}/members/%27"), api.post(f"{customer.path}/teams", {"name": "'; drop table muster.team"}),
                   api.get(f"{customer.path}/members?cursor='")):
        assert "muster." not in answer.text.replace("drop table muster.team", "") and "SQL" not in answer.text, answer


def test_every_answer_has_its_own_request_id(api, customer):
    ids = [a.header("X-Request-Id") for a in (api.get(customer.path), api.get(customer.path), api.get("/nothing"), api.post(customer.path))]
    assert len(set(ids)) == 4


def test_answers_are_not_stored_by_caches(api, customer):
    assert "no-cache" in api.get(customer.path).header("Cache-Control") and "no-store" in api.get(f"{customer.path}/nothing").header("Cache-Control")
    made = api.post(f"{customer.path}/scim/tokens", {"connection_id": customer.connection["id"]})
    assert "private" in made.header("Cache-Control") or "no-store" in made.header("Cache-Control")
