"""doc/openapi.json and the program say the same."""
import openapi
import pytest
from api import SCOPES
from routes import routes

# Operations that are not of the table of routes, and the scopes that they may need.
SERVICE = {("GET", "/healthz"): set(), ("GET", "/readyz"): set(), ("GET", "/v1/openapi.json"): set(), ("GET", "/.well-known/jwks.json"): set(),
           ("GET", "/metrics"): {"audit:read"}, ("GET", "/v1/portal/brand"): set(), ("GET", "/v1/portal/brand.css"): set(),
           ("GET", "/v1/portal/logo"): set()}


def test_every_route_is_described_and_nothing_else():
    described = {(m, p) for m, p, _ in openapi.operations()}
    assert described == {(r.method, r.path) for r in routes()} | set(SERVICE)


def test_the_scopes_are_those_of_the_routes():
    described = {(m, p): openapi.scopes(o) for m, p, o in openapi.operations()}
    assert described == {**{(r.method, r.path): set(r.scopes) for r in routes()}, **SERVICE}
    assert set().union(*described.values()) <= set(SCOPES)
    assert all(s in openapi.DOCUMENT["components"]["securitySchemes"]["apiKey"]["description"] for s in SCOPES)


def test_bodies_and_errors_are_described():
    for method, path, operation in openapi.operations():
        where, statuses = f"{method} {path}", set(operation["responses"])
        if (method, path) in SERVICE:
            continue
        assert {"400", "401", "403", "503", "default"} <= statuses, where
        assert ("404" in statuses) == ("{" in path), where
        assert ("requestBody" in operation) == (method in ("POST", "PUT", "PATCH")), where
        assert ("412" in statuses) == ("If-Match" in openapi.parameters(path, method, "header")), where
        assert ("422" in statuses) == ("Idempotency-Key" in openapi.parameters(path, method, "header")), where
        schema = openapi.body_schema(operation)
        assert schema is None or schema["additionalProperties"] is False, where


def test_the_document_is_served_without_a_key(server, api):
    answer = api.get("/openapi.json", headers={"Authorization": ""})
    assert answer.status == 200 and answer.json == openapi.DOCUMENT


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_needs_no_key(api, path):
    answer = api.get(path, absolute=True, headers={"Authorization": ""})
    assert answer.status == 200 and answer.json == {"status": "ok"}
    answer = api.head(path, absolute=True, headers={"Authorization": ""})
    assert answer.status == 200 and answer.raw == b""
