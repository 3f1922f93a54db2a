"""Tokens: authentication comes before everything else."""

import pytest
from helpers import assert_error, digest, op, unique, user_body, wait_until
from server import Server

ENDPOINTS = ["/Users", "/Groups", "/Users/x", "/Schemas", "/ResourceTypes", "/ResourceTypes/User", "/Nope", "/Me"]


@pytest.mark.parametrize("path", ENDPOINTS)
def test_without_credentials_every_endpoint_is_401(customer, path):
    answer = customer.server.client("").request("GET", path, headers={"Authorization": ""})
    assert_error(answer, 401)
    assert answer.header("WWW-Authenticate") == 'Bearer realm="scim"'


def test_service_provider_config_is_open(server):
    assert server.client("").request("GET", "/ServiceProviderConfig", headers={"Authorization": ""}).status == 200


@pytest.mark.parametrize("path", ENDPOINTS + ["/ServiceProviderConfig"])
def test_a_wrong_token_is_401_everywhere(customer, path):
    wrong = customer.token["token"][:-1] + ("a" if customer.token["token"][-1] != "a" else "b")
    for token in ("wrong", wrong, "msk_" + customer.token["token"][5:]):
        answer = customer.server.client(token).get(path)
        assert_error(answer, 401)
        assert 'error="invalid_token"' in answer.header("WWW-Authenticate"), token


@pytest.mark.parametrize("value, hint", [
    ("Bearer Bearer {token}", "twice"), ("bearer bearer {token}", "twice"), ('Bearer "{token}"', "quotes"), ("Bearer '{token}'", "quotes"),
    ("Bearer <{token}>", "brackets"),
    ("Bearer msk_{rest}", "begins with scim_"), ("Bearer {key}", "begins with scim_"), ("Bearer whsec_{rest}", "begins with scim_"),
    ("Bearer {part}", "not complete"),
    ("Bearer {token}x", "not complete"), ("Bearer scim_ {rest}", "a blank"), ("{token}", "Bearer, a space, and the token"),
    ("Basic {token}", "Bearer, a space, and the token"),
    ("Bearer nothing", "unknown, expired or revoked")])
def test_401_says_what_was_pasted_instead_of_a_token(client, server, value, hint):
    token = client.token
    value = value.format(token=token, rest=token[5:], part=token[:-3], key=server.env["MUSTER_API_KEY"])
    answer = client.get("/Users", headers={"Authorization": value})
    detail = assert_error(answer, 401, None, hint)["detail"]
    assert token not in detail and 'error="invalid_token"' in answer.header("WWW-Authenticate")
    assert client.get("/Users").status == 200


def test_a_well_formed_token_of_nobody_is_401(server):
    other = server.customer()
    server.sql("delete from muster.token where id = %s", other.token["id"])
    assert_error(other.client.get("/Users"), 401)


def test_401_wins_over_what_else_is_wrong(customer):
    other = customer.server.client("scim_nothing")
    for answer in (other.post("/Users", "{"), other.request("DELETE", "/Users"), other.get("/Users?count=x"),
                   other.post("/Users", b"x" * 6_000_000), other.post("/Users", "x", headers={"Content-Type": "text/plain"}),
                   other.get("/Users?filter=(((")):
        assert_error(answer, 401)


def test_the_scheme_ignores_case(client):
    assert client.get("/Users", headers={"Authorization": f"bearer {client.token}"}).status == 200
    assert_error(client.get("/Users", headers={"Authorization": f"Basic {client.token}"}), 401)


def test_a_token_in_the_query_is_not_taken(server, client):
    assert_error(server.client("").request("GET", f"/Users?access_token={client.token}", headers={"Authorization": ""}), 401)


def test_a_revoked_token_is_refused_on_the_very_next_request(customer):
    assert customer.client.get("/Users").status == 200
    customer.server.muster("token", "revoke", customer.token["id"])
    for _ in range(20):
        customer.client.close()
        assert_error(customer.client.get("/Users"), 401)


def test_an_expired_token_is_refused(customer):
    customer.server.sql("update muster.token set expires_at = '2020-01-01T00:00:00Z' where id = %s", customer.renew()["id"])
    assert_error(customer.client.get("/Users"), 401)


def test_a_token_without_the_right_is_403(customer):
    user, group = customer.user(), customer.group()

    def refused(answer, detail):
        assert_error(answer, 403, None, detail)
        assert 'error="insufficient_scope"' in answer.header("WWW-Authenticate")
    customer.renew(scope="read")
    before = digest(customer.server, customer.org["id"])
    for read in ("/Users", f"/Groups/{group['id']}", "/Schemas"):
        assert customer.client.get(read).status == 200, read
    for answer in (customer.client.post("/Users", user_body()), customer.client.patch(f"/Users/{user['id']}", op("add", "title", "T")),
                   customer.client.delete(f"/Groups/{group['id']}")):
        refused(answer, "only read")
    assert digest(customer.server, customer.org["id"]) == before
    customer.renew(scope="users")
    assert customer.client.patch(f"/Users/{user['id']}", op("add", "title", "T")).status == 200
    for answer in (customer.client.get("/Groups"), customer.client.post("/Groups", {"displayName": "G"}), customer.client.delete(f"/Groups/{group['id']}")):
        refused(answer, "not for groups")


def test_a_paused_connection_is_503_with_retry_after(customer):
    customer.server.muster("connection", "set", customer.connection["id"], "--status", "paused")
    before = digest(customer.server, customer.org["id"])
    for answer in (customer.client.get("/Users"), customer.client.post("/Users", user_body())):
        assert_error(answer, 503)
        assert int(answer.header("Retry-After")) > 0, answer
    assert digest(customer.server, customer.org["id"]) == before


def test_the_url_may_name_the_connection(customer):
    mine = customer.connection["id"]
    customer.user("ann@example.com")
    assert customer.client.get(f"/connections/{mine}/Users").json["totalResults"] == 1


def test_another_connection_in_the_url_is_404(customer):
    second, other = customer.second(), customer.server.customer()
    for id in (second.connection["id"], other.connection["id"], "01a20db4-3e9d-72d7-82e9-f673093deb64", "x"):
        assert_error(customer.client.get(f"/connections/{id}/Users"), 404)
        assert_error(customer.client.post(f"/connections/{id}/Users", user_body()), 404)
    assert customer.client.get("/Users").json["totalResults"] == 0


def test_last_use_is_written_at_most_every_five_minutes(customer):
    customer.client.get("/Users")
    first = customer.server.sql("select last_used_at from muster.token where id = %s", customer.token["id"])
    assert first[0][0] is not None
    customer.client.get("/Users")
    assert customer.server.sql("select last_used_at from muster.token where id = %s", customer.token["id"]) == first


def test_tokens_are_not_in_the_database(customer):
    rows = customer.server.sql("select t::text from muster.token t where id = %s", customer.token["id"])
    assert customer.token["token"] not in rows[0][0]
    assert customer.token["prefix"] in customer.token["token"]


def test_tokens_and_emails_are_not_in_the_log(customer):
    name = unique("secretive")
    customer.user(name)
    customer.client.find("Users", f'userName eq "{name}@example.com"')
    log_line(customer, customer.client.post("/Users", user_body(name)))
    with open(f"{customer.server.data}/log/scim.log", encoding="utf-8") as f:
        log = f.read()
    assert name not in log and customer.token["token"] not in log
    assert "route=/Users status=201" in log


def test_debug_logs_bodies_without_their_values():
    s = Server(env={"MUSTER_LOG": "debug"}).start()
    try:
        t = s.customer()
        user = t.user("hidden@example.com", displayName="Hidden", active=True)
        t.client.patch(f"/Users/{user['id']}", op("replace", 'emails[value eq "hidden@example.com"].display', "Hidden"))
        with open(f"{s.data}/log/scim.log", encoding="utf-8") as f:
            bodies = [line for line in f if "event=body" in line]
        assert len(bodies) == 2 and "displayName" in bodies[0] and "op" in bodies[1] and "emails" in bodies[1]
        t.client.post("/Users", {"schemas": ["hidden@example.com"], "hidden@example.com": {"urn:x:hidden": 1}, "name": {"hidden": "x"}})
        t.client.patch(f"/Users/{user['id']}", op("hidden", "hidden@example.com", "x"), op("add", "urn:hidden:y", "x"))
        with open(f"{s.data}/log/scim.log", encoding="utf-8") as f:
            bodies = [line for line in f if "event=body" in line]
        assert len(bodies) == 4 and "name" in bodies[2] and "Operations" in bodies[3]
        assert "idden" not in "".join(bodies)
    finally:
        s.stop()


def log_line(customer, answer):
    """Of the request of an answer, which may be there before it."""
    def lines():
        with open(f"{customer.server.data}/log/scim.log", encoding="utf-8") as f:
            return [line for line in f if f" request={answer.header('X-Request-Id')} " in line and "event=request" in line]
    wait_until(lines, 5, "the line of the request")
    (line,) = lines()
    return line


def test_what_a_client_writes_does_not_push_the_rest_out_of_the_log(customer):
    mark = unique("mark")
    answer = customer.client.get("/Users/nothing", headers={"X-Request-Id": mark + "\\" * 4000})
    assert answer.status == 404
    line = log_line(customer, answer)
    assert "status=404 error=" in line and f"token={customer.token['id']}" in line and f'client_request="{mark}' in line and len(line) < 1500


@pytest.mark.parametrize("reason, change", [("revoked", "revoked_at = now()"), ("expired", "expires_at = now() - interval '1 day'"),
                                            ("address", "allowed_addresses = '{192.0.2.0/24}'")])
def test_a_denied_use_of_a_token_leaves_a_trace(customer, reason, change):
    customer.server.sql(f"update muster.token set {change} where id = %s", customer.token["id"])
    answers = [customer.client.get("/Users") for _ in range(14)]
    assert {a.status for a in answers} == {403 if reason == "address" else 401}
    line = log_line(customer, answers[0])
    assert f"reason={reason}" in line and f"token={customer.token['id']}" in line and f"organization={customer.org['id']}" in line
    rows = customer.server.sql("""select data ->> 'reason', target_id::text, connection_id::text, request_id::text from muster.audit_event
                                where organization_id = %s and action = 'scim.token.denied' order by at, id""", customer.org["id"])
    assert rows[0] == (reason, customer.token["id"], customer.connection["id"], answers[0].header("X-Request-Id")) and len(rows) == 10


def test_a_scope_that_does_not_fit_is_in_the_log(customer):
    customer.renew(scope="users")
    answer = customer.client.get("/Groups")
    assert answer.status == 403
    line = log_line(customer, answer)
    assert "reason=scope" in line and f"token={customer.token['id']}" in line


def test_a_token_that_never_was_leaves_no_event(customer):
    before = customer.server.sql("select count(*) from muster.audit_event where action = 'scim.token.denied'")
    assert customer.server.client("scim_" + "0" * 49).get("/Users").status == 401
    assert customer.server.sql("select count(*) from muster.audit_event where action = 'scim.token.denied'") == before
