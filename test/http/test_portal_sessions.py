"""The way into the portal: a link that works once, the session that it becomes, and what a session may do."""
import pytest
from api import problem
from customer import Customer
from helpers import unique
from routes import routes

OPEN = "/portal/sessions"


@pytest.fixture(scope="module")
def own(api):
    return Customer(api).connect()


def link(api, customer, **fields):
    return api.made(f"{customer.path}/portal-links", fields)["url"]


def opened(api, url):
    return api.with_key(url.split("#/open/")[1]).post(OPEN)


def by_token(api, customer, **fields):
    """A client with the token of an embedded session."""
    return api.with_key(api.made(f"{customer.path}/portal-embed-tokens", fields)["token"])


class Browser:
    """A client with a session's cookie."""
    def __init__(self, api, url):
        answer = opened(api, url)
        assert answer.status == 201, answer
        self.session, self.set_cookie = answer.json, answer.header("Set-Cookie")
        self.cookie, self.nobody = self.set_cookie.split(";")[0], api.with_key("")
        self.csrf = self.get(OPEN).json["csrf_token"]

    def get(self, path, **headers):
        return self.nobody.get(path, headers={"Cookie": self.cookie, "Authorization": "", **headers})

    def change(self, method, path, body=None, csrf=True, **headers):
        more = {"X-CSRF-Token": self.csrf} if csrf else {}
        return self.nobody.request(method, path, body, headers={"Cookie": self.cookie, "Authorization": "", **more, **headers})


def events(server, customer):
    return server.sql("""select action, actor_type, data ->> 'for' from muster.audit_event where organization_id = %s and action like 'portal.%%'
                         order by at, id""", customer.id)


def test_a_link_becomes_a_session_once(server, api):
    c = Customer(api).connect()
    url = link(api, c, **{"for": "it@example.com"})
    secret = url.split("#/open/")[1]
    assert server.sql("select count(*) from muster.portal_session s where s::text like '%%' || %s || '%%'", secret) == [(0,)]
    session = Browser(api, url).session
    assert session["organization_id"] == c.id and session["permissions"] == "manage" and session["for"] == "it@example.com"
    again = problem(opened(api, url), 409)
    assert session["opened_at"] in again["message"]
    opened(api, url)
    assert events(server, c) == [("portal.link.created", "key", "it@example.com"), ("portal.session.created", "session", "it@example.com"),
                                 ("portal.session.refused", "session", "it@example.com")]  # one a minute
    with open(f"{server.data}/log/admin.log", encoding="utf-8") as f:
        log = f.read()
    assert "route=/v1/portal/sessions status=201" in log and secret not in log


def test_a_link_that_is_too_old_opens_nothing(server, api, own):
    url = link(api, own)
    server.sql("update muster.portal_session set link_expires_at = now() where organization_id = %s and opened_at is null", own.id)
    assert "ten minutes" in problem(opened(api, url), 409)["message"]


def test_the_secrets_are_for_one_thing_each(api, own):
    secret = link(api, own).split("#/open/")[1]
    problem(api.with_key(secret).get(own.path), 401)
    problem(api.post(OPEN), 401)
    problem(by_token(api, own).post(OPEN), 401)
    assert api.with_key(secret).post(OPEN).status == 201


def test_the_cookie_is_for_the_browser_alone(api, own):
    cookie = Browser(api, link(api, own)).set_cookie
    assert cookie.startswith("muster=mps_") and "; HttpOnly; SameSite=Strict" in cookie and "Path=/" in cookie and "Secure" not in cookie


def test_a_change_by_the_cookie_needs_the_csrf_token_and_our_origin(api, own):
    b, path = Browser(api, link(api, own)), f"{own.path}/teams"
    problem(b.change("POST", path, {"name": unique()}, csrf=False), 403)
    for header in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"X-CSRF-Token": "0" * 64}):
        problem(b.change("POST", path, {"name": unique()}, **header), 403)
    assert b.change("POST", path, {"name": unique()}, **{"Sec-Fetch-Site": "same-origin"}).status == 201
    assert b.get(path).status == 200


def test_a_session_by_token_needs_no_csrf_token(api, own):
    s = by_token(api, own)
    assert s.post(f"{own.path}/teams", {"name": unique()}).status == 201
    shown = s.read(OPEN)
    assert shown["csrf_token"] is None and shown["embedded"]


MATRIX = [r for r in routes() if r.key in ("any", "key", "installation")]
ALL = ["provisioning", "mapping", "domains", "members", "teams", "audit", "webhooks", "settings"]
MAY = {"read": {"provisioning:read", "audit:read"}, "manage": {"provisioning:read", "audit:read", "provisioning:manage", "webhooks:manage"}}


@pytest.mark.parametrize("route", MATRIX, ids=lambda r: f"{r.method}{r.path[3:]}")
def test_a_session_is_never_more_than_its_organization_and_its_permission(api, own, other, route, sessions):
    nobody = "01a212ef-2e06-7138-838d-f0b3738bc056"
    for (permission, screens), session in sessions.items():
        path = route.path[3:].replace("{id}", nobody).replace("{delivery}", nobody)
        answer = session.request(route.method, path.replace("{org}", own.slug), None if route.method in ("GET", "DELETE") else {"bogus": 1})
        may = route.key == "any" and set(route.scopes) & MAY[permission] and (screens == "all" or not hidden(route.path))
        assert (answer.status == 403) != bool(may), (permission, screens, answer)
        if may and "{org}" in route.path:
            answer = session.request(route.method, path.replace("{org}", other.slug), None if route.method in ("GET", "DELETE") else {"bogus": 1})
            assert answer.status in (400, 404) and (answer.status == 404) == ("no organization" in answer.json["detail"]), answer


HIDDEN = ("/members", "/audit-logs", "/webhooks", "/scim/tokens", "/scim/connections/{id}/rotate", "/scim/connections/{id}/activity",
          "/scim/domains", "/scim/domain-claims", "/scim/attribute-mappings", "/scim/schemas", "/scim/link-requests")


def hidden(path):
    """Whether a session that has only the screen `teams` may not."""
    return any("{org}" + p in path for p in HIDDEN)


@pytest.fixture(scope="module")
def other(api):
    return Customer(api).connect()


@pytest.fixture(scope="module")
def sessions(api, own):
    return {(p, s): by_token(api, own, permissions=p, screens=ALL if s == "all" else ["teams"]) for p in MAY for s in ("all", "teams")}


def test_linking_may_be_tightened_and_loosened_with_leave_alone(api, own):
    made = api.made(f"{own.path}/scim/connections", {"name": unique()})
    path, s = f"{own.path}/scim/connections/{made['id']}", by_token(api, own)
    assert s.patch(path, {"linking": "verified_domains"}).status == 200
    problem(s.patch(path, {"linking": "auto"}), 403)
    assert api.read(path)["linking"] == "verified_domains"
    assert by_token(api, own, allow_loosen_linking=True).patch(path, {"linking": "auto"}).status == 200


def test_webhooks_are_hidden_unless_the_link_shows_them(api, own):
    assert by_token(api, own).get(f"{own.path}/webhooks").status == 403
    assert by_token(api, own, screens=["webhooks"]).get(f"{own.path}/webhooks").status == 200


def test_what_a_session_does_is_its_own_in_the_audit_log(server, api, own):
    s = by_token(api, own)
    connection = s.made(f"{own.path}/scim/connections", {"name": unique()})
    assert server.sql("select actor_type, actor_id::text from muster.audit_event where organization_id = %s and target_id = %s", own.id,
                      connection["id"]) == [("session", s.read(OPEN)["id"])]
    s.request("DELETE", f"{own.path}/scim/connections/{connection['id']}?confirm={connection['name']}")
    assert {row[0] for row in server.sql("select actor_type from muster.audit_event where organization_id = %s and target_id = %s", own.id,
                                         connection["id"])} == {"session"}


def age(server, customer, minutes):
    server.sql("update muster.portal_session set used_at = now() - make_interval(mins => %s) where organization_id = %s", minutes, customer.id)


def test_a_session_ends_an_hour_after_its_last_change(server, api):
    c = Customer(api).connect()
    server.sql("update muster.token set last_used_at = null where organization_id = %s", c.id)
    b = Browser(api, link(api, c))
    age(server, c, 59)
    assert b.get(c.path).status == 200
    assert b.change("POST", f"{OPEN}/stay").status == 200
    assert server.sql("select used_at > now() - interval '1 minute' from muster.portal_session where organization_id = %s", c.id) == [(True,)]
    age(server, c, 61)
    problem(b.get(c.path), 401)
    problem(b.change("POST", f"{OPEN}/stay"), 401)


def test_a_poll_does_not_keep_a_session_but_the_identity_provider_does(server, api):
    c = Customer(api).connect()
    b = Browser(api, link(api, c))
    age(server, c, 30)
    before = server.sql("select used_at from muster.portal_session where organization_id = %s", c.id)
    assert b.get(c.path).status == 200
    assert server.sql("select used_at from muster.portal_session where organization_id = %s", c.id) == before
    age(server, c, 61)
    server.sql("update muster.token set last_used_at = now() where organization_id = %s", c.id)
    assert b.get(c.path).status == 200
    server.sql("update muster.portal_session set expires_at = now() where organization_id = %s", c.id)
    problem(b.get(c.path), 401)


def test_a_session_ends_itself(server, api, own):
    b = Browser(api, link(api, own))
    answer = b.change("DELETE", OPEN)
    assert answer.status == 204 and "muster=; " in answer.header("Set-Cookie") and "Max-Age=0" in answer.header("Set-Cookie")
    problem(b.get(OPEN), 401)


def test_the_operator_ends_sessions_one_and_all(server, api):
    c = Customer(api).connect()
    first, second, unopened = Browser(api, link(api, c)), by_token(api, c), link(api, c)
    assert len(api.all(f"{c.path}/portal-sessions")) == 3
    assert api.request("DELETE", f"{c.path}/portal-sessions/{first.session['id']}").status == 204
    problem(first.get(OPEN), 401)
    assert second.get(OPEN).status == 200
    assert api.request("DELETE", f"{c.path}/portal-sessions").status == 204
    problem(second.get(OPEN), 401)
    problem(opened(api, unopened), 409)
    assert api.all(f"{c.path}/portal-sessions") == []
    assert [e[0] for e in events(server, c)].count("portal.session.ended") == 3


def test_a_session_of_a_removed_organization_ends(api):
    c = Customer(api).connect()
    s = by_token(api, c)
    assert api.request("DELETE", f"{c.path}?confirm={c.slug}").status == 204
    problem(s.get(OPEN), 401)


def test_a_key_is_no_session(api):
    problem(api.get(OPEN), 403)


def test_a_replayed_link_has_no_secret(api, own):
    first, again = (api.made(f"{own.path}/portal-links", {}, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first["id"] == again["id"] and "url" in first and "url" not in again


@pytest.mark.parametrize("fields", [{"permissions": "all"}, {"screens": ["x"]}, {"return_url": "javascript:alert(1)"}, {"return_url": "http://x.example"}])
def test_wrong_fields_are_refused(api, own, fields):
    problem(api.post(f"{own.path}/portal-links", fields), 400, field=next(iter(fields)))


def test_the_command_line_does_the_same(server, api):
    c = Customer(api).connect()
    made = server.muster("portal-link", c.slug, "--permissions", "read", "--for", "it@example.com")
    session = Browser(api, made["url"]).session
    assert session["permissions"] == "read"
    assert [s["for"] for s in server.muster("session", "list", "--org", c.slug)["data"]] == ["it@example.com"]
    server.muster("session", "end", session["id"], "--org", c.slug)
    server.muster("portal-link", c.slug)
    server.muster("session", "end", "--all", "--org", c.slug)
    assert server.muster("session", "list", "--org", c.slug)["data"] == []
    assert server.muster("session", "end", "--org", c.slug, ok=False).returncode == 64


@pytest.mark.parametrize("url, ends", [("https://id.example/scim/v2", "https://id.example/portal/#/open/mpl_"),
                                       ("http://[::1]:1/scim/v2", "http://[::1]:1/portal/"),
                                       ("http://localhost:80/scim/v2", "http://localhost:80/portal/")])
def test_a_link_is_at_the_public_url(server, own, url, ends):
    assert server.muster("portal-link", own.slug, env={"MUSTER_PUBLIC_URL": url})["url"].startswith(ends)


@pytest.mark.parametrize("url", ["http://id.example/scim/v2", "http://127.evil.example/scim/v2", "http://localhost.evil.example/scim/v2"])
def test_no_link_over_http_to_another_machine(server, own, url):
    done = server.muster("portal-link", own.slug, ok=False, env={"MUSTER_PUBLIC_URL": url})
    assert done.returncode != 0 and "https" in done.stderr
