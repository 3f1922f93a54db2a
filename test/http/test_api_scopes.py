"""The rights of keys: every route, every scope, the key's own organization and another one, bound keys and others."""
import uuid

import pytest
from api import SCOPES, new_key
from customer import Customer
from helpers import USER, unique, user_body
from routes import routes
from webhooks import NOWHERE, deliveries, seal

ROUTES = [r for r in routes() if r.key not in ("session", "link")]
NOBODY = str(uuid.uuid4())
BODIES = {"/schemas": {"schema": {}}, "/domains": {"domains": []}, "/attribute-mappings": {"mapping": {}}, "/link": {"scim_group_id": None},
          "/unlink": {"scim_user_id": NOBODY}, "/teams/{id}/members": {"member": "taken@example.com"},
          "/deliveries/{delivery}/replay": {}, "/replay": {"state": "dead"}, "/webhooks": {"url": NOWHERE},
          "/preview": {"resource": {"schemas": [USER], "userName": "a@example.com"}}}


def a_webhook(api, place):
    """One with a delivery: what {id} and {delivery} stand for."""
    hook = api.made(place, {"url": NOWHERE})["id"]
    event = api.made(f"{place}/{hook}/test")["event_id"]
    seal(api.server)
    return {"webhooks": hook, "delivery": deliveries(api, f"{place}/{hook}", f"&event_id={event}")[0]["id"]}


@pytest.fixture(scope="module")
def own(api):
    """A customer with one of everything that an {id} can name."""
    c = Customer(api).connect(linking="verified_domains")
    member = api.made(f"{c.path}/members", {"email": "taken@example.com"})
    assert c.client.post("/Users", user_body("taken@example.com")).status == 409
    team = api.made(f"{c.path}/teams", {"name": "Team"})
    assert api.put(f"{c.path}/scim/attribute-mappings", {"mapping": {}}).status == 200
    c.ids = {"connections": c.connection["id"], "tokens": c.issue()["id"], "members": member["id"], "teams": team["id"], "jobs": c.id,
             "portal-sessions": api.made(f"{c.path}/portal-embed-tokens", {})["id"],
             "domain-claims": "own.example",
             "link-requests": api.read(f"{c.path}/scim/link-requests")["data"][0]["id"]}
    c.ids.update(a_webhook(api, f"{c.path}/webhooks"), installation=a_webhook(api, "/webhooks"))
    return c


@pytest.fixture(scope="module")
def other(api):
    c = Customer(api).connect()
    c.ids = {}
    return c


@pytest.fixture(scope="module")
def keys(server, own):
    """(scope, bound) -> the key's client."""
    return {(s, bound): own.key(s, bound=bound) for s in SCOPES for bound in (True, False)}


def target(route, customer, ids):
    path = route.path[len("/v1"):].replace("{org}", customer.slug)
    ids = {**ids, **({} if "{org}" in route.path else ids["installation"]), "schemas": "urn:none"}
    path = path.replace("{delivery}", ids["delivery"]).replace("{member}", ids["members"])
    if "domain-claims/{id}" in path and customer.ids:  # one that is removed is claimed anew
        customer.api.post(f"{customer.path}/scim/domain-claims", {"domain": "own.example"})
    if "{id}" in path:
        path = path.replace("{id}", ids[path.split("/{id}")[0].rsplit("/", 1)[1]])
    bare = any(x in route.path for x in ("schemas", "portal", "{member}", "domain-claims"))  # these ends take no confirmation
    return path + ("?confirm=wrong" if route.method == "DELETE" and not bare else "")


def body(route):
    if route.method in ("GET", "DELETE"):
        return None
    for end, fields in BODIES.items():
        if route.path.endswith(end):
            return fields
    return {"/v1/organizations": {"name": unique()}, "members": {"email": f"{unique()}@example.com"}, "teams": {"name": unique()},
            "domain-claims": {"domain": f"{unique()}.example"}}.get(
        route.path if route.path == "/v1/organizations" else route.path.rsplit("/", 1)[1] if route.method == "POST" else None, {})


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method}{r.path[3:]}")
def test_matrix(keys, own, other, route):
    for (scope, bound), key in keys.items():
        for where in (own, other) if "{org}" in route.path else (own,):
            answer = key.request(route.method, target(route, where, own.ids), body(route))
            may = scope in route.scopes and not (bound and route.installation)
            cell = (scope, bound, where is own, answer)
            if not may:
                assert answer.status == 403 and 'error="insufficient_scope"' in answer.header("WWW-Authenticate"), cell
            elif bound and where is other:
                assert answer.status == 404 and "no organization" in answer.json["detail"], cell
            elif where is other and "{id}" in route.path:
                assert answer.status == 404 and "no organization" not in answer.json["detail"], cell  # its ids are of the other customer
            elif "schemas/{id}" in route.path:
                assert answer.status == 404 and "no organization" not in answer.json["detail"], cell  # there is none
            else:
                assert answer.status not in (401, 403, 404) and answer.status < 500, cell


def test_a_key_of_several_scopes_may_do_what_each_of_them_allows(own):
    key = own.key("audit:read", "provisioning:read")
    assert key.get(f"{own.path}/audit-logs").status == key.get(f"{own.path}/members").status == 200
    assert key.post(f"{own.path}/members", {"email": f"{unique()}@example.com"}).status == 403


def test_a_refusal_names_the_scopes_that_would_do(own):
    detail = own.key("audit:read").get(f"{own.path}/members").json["detail"]
    assert "provisioning:read" in detail and "provisioning:manage" in detail


def test_a_bound_key_lists_its_own_organization_only(own, other):
    assert [o["id"] for o in own.key("organizations:manage").all("/organizations")] == [own.id]


def test_an_organization_is_found_by_slug_and_by_id(own, other):
    key = own.key("provisioning:read")
    assert key.read(f"/organizations/{own.id}") == key.read(own.path)
    assert key.get(f"/organizations/{other.id}").status == key.get(other.path).status == key.get("/organizations/nobody").status == 404


def test_a_key_may_not_be_bound_to_what_is_not_there(server):
    done = server.muster("key", "create", "x", "--org", "nobody", "--scopes", "audit:read", ok=False)
    assert done.returncode == 1


@pytest.mark.parametrize("scopes", ["", "everything", "audit:read,everything"])
def test_a_key_has_known_scopes(server, scopes):
    assert server.muster("key", "create", "x", "--scopes", scopes, ok=False).returncode == 64


def test_a_key_of_everything_by_default_name(server):
    assert set(new_key(server)["scopes"]) == set(SCOPES)
