"""Security event tokens (RFC 9967): what happened as claims, verified by another implementation with the keys that the server publishes."""
import concurrent.futures
import contextlib
import json
import subprocess
import time
import uuid

import jwt
import psycopg2
import pytest
from api import Api
from helpers import BUILD, BULK, ENTERPRISE, ROOT, Client, made, op, user_body
from server import Server
from webhooks import Endpoint, Receiver, seal

PROV = "urn:ietf:params:scim:event:prov:"
CREATE, NOTICE, DELETE, ACTIVATE, DEACTIVATE = (PROV + e for e in ("create:full", "patch:notice", "delete", "activate", "deactivate"))
RECEIVER = "https://receiver.example.net/feeds/1"
KEYS = "/.well-known/jwks.json"


@pytest.fixture(scope="module")
def own():
    """A server with webhooks of the format, made at once, and so with a signing key."""
    s = Server(env={"MUSTER_TIME_SCALE": "1000"}).start()
    s.key_file, s.first_keys = s.env["MUSTER_SECRET_KEY_FILE"], [json_of(s, KEYS)]
    path = f"/organizations/{s.customer().slug}/webhooks"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for made_one in [pool.submit(Api(s).made, path, {"url": RECEIVER, "format": "set", "events": ["team.*"]}) for _ in range(4)]:
            made_one.result()
    s.first_keys.append(json_of(s, KEYS))
    yield s
    s.stop()


@pytest.fixture
def customer(own):
    return own.customer()


def json_of(server, path):
    client = Client(server.url.replace("/scim/v2", ""))
    answer = client.get(path)
    client.close()
    return made(answer, 200)


def key_set(server):
    return jwt.PyJWKSet.from_dict(json_of(server, KEYS))


def events(server, organization):
    """The event objects of an organization, oldest first."""
    seal(server)
    # With the rights of the worker.
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_deliver"))) as c, c, c.cursor() as cur:
        cur.execute("select set_config('muster.organization', %s, true)", (organization,))
        cur.execute("select muster.event_object(s, e) from muster.audit_seal s join muster.audit_event e on e.organization_id = s.organization_id"
                    " and e.id = s.event_id and e.at = s.at where s.organization_id = %s order by s.sequence", (organization,))
        return [row[0] for row in cur.fetchall()]


def render(server, event, audience=None, delivery=None):
    """The message of the format "set": headers and body; None: there is none."""
    key = server.sql("select id::text, public_key, private_key::text from muster.signing_key where retired_at is null"
                     " order by created_at desc, id desc limit 1")[0]
    asked = {"key_file": server.key_file, "key": key, "event": event, "delivery_id": delivery or str(uuid.uuid4()), "now": int(time.time()),
             "base_url": server.url, "audience": audience, "url": RECEIVER}
    done = subprocess.run([f"{ROOT}/{BUILD}/unit/set_dump"], input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


def verified(server, message, audience=RECEIVER):
    token = message["body"]
    key = key_set(server)[jwt.get_unverified_header(token)["kid"]].key
    issuer = server.url.replace("/scim/v2", "")
    return jwt.decode(token, key, algorithms=["ES256"], audience=audience, issuer=issuer, options={"require": ["iss", "iat", "jti", "aud"]})


def told(server, organization):
    """The claims of all tokens of an organization, oldest first."""
    messages = [render(server, e) for e in events(server, organization)]
    return [verified(server, m) for m in messages if m]


def last(customer):
    """The claims of the newest token."""
    server = customer.server
    return next(verified(server, m) for m in (render(server, e) for e in reversed(events(server, customer.org["id"]))) if m)


def test_the_key_set_is_public_and_has_no_secret(own):
    api = Api(own, "")
    for method in ("GET", "HEAD"):
        answer = api.request(method, KEYS, absolute=True)
        assert answer.status == 200 and answer.header("Content-Type") == "application/jwk-set+json", method
        assert answer.header("Cache-Control") == "public, max-age=300", method
    keys = api.get(KEYS, absolute=True).json["keys"]
    assert keys and all(set(k) == {"kty", "crv", "x", "y", "use", "alg", "kid"} for k in keys)


def test_the_first_webhook_makes_the_first_key(own):
    assert [len(k["keys"]) for k in own.first_keys] == [0, 1]


def test_the_message_is_one_signed_token(own, customer):
    customer.user()
    message = render(own, events(own, customer.org["id"])[-1])
    assert message["headers"] == ["Content-Type: application/secevent+jwt", "Accept: application/json"]
    header = jwt.get_unverified_header(message["body"])
    assert header == {"alg": "ES256", "typ": "secevent+jwt", "kid": own.muster("signing-key", "list")["data"][-1]["kid"]}
    head, claims, signature = message["body"].split(".")
    assert len(signature) == 86
    forged = {"body": ".".join((head, claims[:-4] + ("AAAA" if claims[-4:] != "AAAA" else "BBBB"), signature))}
    with pytest.raises(jwt.InvalidSignatureError):
        verified(own, forged)


def test_the_claims_of_a_created_user(own, customer):
    before = int(time.time())
    user = customer.user(externalId="HR-1001", name={"givenName": "Ann"}, **{ENTERPRISE: {"department": "Sales"}})
    event = events(own, customer.org["id"])[-1]
    claims = verified(own, render(own, event, delivery="01a20db4-3e9d-72d7-82e9-f673093deb64"))
    assert before <= claims.pop("toe") <= claims.pop("iat") <= time.time()
    shown = customer.client.get(f"/Users/{user['id']}").json
    shown.pop("groups", None)
    assert claims == {
        "iss": own.url.replace("/scim/v2", ""), "aud": [RECEIVER], "jti": "01a20db4-3e9d-72d7-82e9-f673093deb64", "txn": event["data"]["request_id"],
        "organization_id": customer.org["id"], "sub_id": {"format": "scim", "uri": f"/Users/{user['id']}", "externalId": "HR-1001", "id": user["id"]},
        "events": {CREATE: {"version": user["meta"]["version"], "data": shown}}}


def test_the_audience_may_be_named(own, customer):
    customer.user()
    message = render(own, events(own, customer.org["id"])[-1], audience="https://app.example.com")
    assert verified(own, message, audience="https://app.example.com")["aud"] == ["https://app.example.com"]


def test_a_linked_user_is_a_new_one_to_the_receiver(own, customer):
    customer.api.made(f"/organizations/{customer.slug}/members", {"email": "ann@example.com"})
    user = customer.user("ann@example.com")
    assert "scim.user.linked" in customer.actions()
    assert last(customer)["events"][CREATE]["data"]["id"] == user["id"]


def test_an_update_names_what_changed_and_no_value(customer):
    user = customer.user(externalId="E1", title="Clerk", name={"givenName": "Ann", "familyName": "Lee"},
                         **{ENTERPRISE: {"department": "Sales", "division": "D"}})
    path = f"/Users/{user['id']}"
    answer = customer.client.patch(path, op("replace", "title", "Secret title"), op("replace", "name.familyName", "Hidden"),
                                   op("replace", f"{ENTERPRISE}:department", "Covert"),
                                   op("add", "phoneNumbers", [{"value": "+1 555 0100", "type": "work"}]), op("remove", f"{ENTERPRISE}:division"))
    claims = last(customer)
    payload = claims["events"][NOTICE]
    assert set(payload) == {"version", "attributes"} and payload["version"] == answer.header("ETag")
    assert sorted(payload["attributes"]) == sorted(["title", "name.familyName", f"{ENTERPRISE}:department", f"{ENTERPRISE}:division", "phoneNumbers"])
    assert list(claims["events"]) == [NOTICE] and not any(word in json.dumps(claims) for word in ("Secret", "Hidden", "Covert", "555 0100"))
    made(customer.client.put(path, user_body(user["userName"], title="Clerk")), 200)
    assert sorted(last(customer)["events"][NOTICE]["attributes"]) == sorted(["externalId", "name", "phoneNumbers", "title", ENTERPRISE])


def test_active_has_events_of_its_own(customer):
    path = f"/Users/{customer.user()['id']}"
    customer.client.patch(path, op("replace", "active", False))
    assert last(customer)["events"] == {DEACTIVATE: {}}
    answer = customer.client.patch(path, op("replace", "active", True), op("add", "title", "Back"))
    claims = last(customer)
    assert claims["events"] == {ACTIVATE: {}, NOTICE: {"version": answer.header("ETag"), "attributes": ["active", "title"]}}
    customer.client.patch(path, op("replace", "active", False), op("remove", "title"))
    claims = last(customer)
    assert claims["events"][DEACTIVATE] == {} and sorted(claims["events"][NOTICE]["attributes"]) == ["active", "title"] and len(claims["events"]) == 2


def test_a_removed_user_is_deleted_and_comes_back_as_new(customer):
    user = customer.user(externalId="E2")
    customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
    assert customer.client.delete(f"/Users/{user['id']}").status == 204
    gone = last(customer)
    assert gone["events"] == {DELETE: {}} and gone["sub_id"] == {"format": "scim", "uri": f"/Users/{user['id']}", "externalId": "E2", "id": user["id"]}
    back = customer.user(user["userName"], externalId="E2", active=True)
    assert back["id"] == user["id"] and customer.actions(user["id"])[-1] == "scim.user.reactivated"
    events_told = last(customer)["events"]
    assert list(events_told) == [CREATE] and events_told[CREATE]["data"]["active"] is True and events_told[CREATE]["version"] == back["meta"]["version"]


def test_a_group_is_told_without_members_which_follow_as_notices(own, customer):
    users = [customer.user()["id"] for _ in range(2)]
    skip = len(told(own, customer.org["id"]))
    group = customer.group("Sales", users, externalId="G1")
    claims = told(own, customer.org["id"])[skip:]
    created, *members = [c["events"] for c in claims]
    shown = customer.client.get(f"/Groups/{group['id']}?excludedAttributes=members").json
    assert created == {CREATE: {"version": shown["meta"]["version"], "data": shown}}
    assert members == [{NOTICE: {"version": shown["meta"]["version"], "attributes": ["members"]}}] * 2
    assert all(c["sub_id"] == {"format": "scim", "uri": f"/Groups/{group['id']}", "externalId": "G1", "id": group["id"]} for c in claims)
    assert len({c["txn"] for c in claims}) == 1 and len({c["jti"] for c in claims}) == 3


def test_changes_of_a_group(own, customer):
    user, group = customer.user()["id"], customer.group("Old", externalId="G2")
    path = f"/Groups/{group['id']}"
    renamed = customer.client.patch(path, op("replace", "displayName", "New"))
    assert last(customer)["events"] == {NOTICE: {"version": renamed.header("ETag"), "attributes": ["displayName"]}}
    for operation in (op("add", "members", [{"value": user}]), op("remove", f'members[value eq "{user}"]')):
        answer = customer.client.patch(path, operation)
        events_told = told(own, customer.org["id"])[-1]["events"]
        assert events_told == {NOTICE: {"version": answer.header("ETag"), "attributes": ["members"]}}, operation
    assert customer.client.delete(path).status == 204
    gone = last(customer)
    assert gone["events"] == {DELETE: {}} and gone["sub_id"]["externalId"] == "G2"
    # It cannot be sent whole any more.
    assert not any(CREATE in c["events"] for c in told(own, customer.org["id"]) if c["sub_id"]["uri"] == path)


def test_all_tokens_of_one_request_have_one_txn(own, customer):
    users = [customer.user()["id"] for _ in range(3)]
    group = customer.group()["id"]
    skip = len(told(own, customer.org["id"]))
    answer = customer.client.patch(f"/Groups/{group}", op("replace", "displayName", "Both"), op("add", "members", [{"value": u} for u in users]))
    claims = told(own, customer.org["id"])[skip:]
    assert len(claims) == 4 and {c["txn"] for c in claims} == {answer.header("X-Request-Id")} and len({c["jti"] for c in claims}) == 4


def test_secrets_are_in_no_token(own, customer, tmp_path):
    urn, path = "urn:example:Vault", tmp_path / "schema.json"
    path.write_text(json.dumps({"id": urn, "attributes": [{"name": "pin", "returned": "never"},
                                                          {"name": "code", "mutability": "writeOnly", "returned": "never"}, {"name": "shelf"}]}),
                    encoding="utf-8")
    own.muster("schema", "add", str(path), "--org", customer.slug)
    user = customer.user(password="Tr0ub4dor", **{urn: {"pin": "4711-pin", "code": "0815-code", "shelf": "top"}})
    created = last(customer)
    assert created["events"][CREATE]["data"][urn] == {"shelf": "top"}
    assert customer.client.patch(f"/Users/{user['id']}", op("replace", "password", "C0rrect"), op("replace", f"{urn}:pin", "4712-pin"),
                                 op("replace", f"{urn}:shelf", "low")).status == 200
    assert last(customer)["events"][NOTICE]["attributes"] == [f"{urn}:shelf"]
    text = json.dumps([told(own, customer.org["id"]), events(own, customer.org["id"])])
    assert not any(secret in text for secret in ("Tr0ub4dor", "C0rrect", "4711-pin", "4712-pin", "0815-code"))


def test_of_an_erased_person_only_the_end_is_told(own, customer):
    user = customer.user("erased@example.com", externalId="E3")
    customer.client.patch(f"/Users/{user['id']}", op("replace", "title", "T"))
    customer.client.delete(f"/Users/{user['id']}")
    own.muster("erase", "erased@example.com", "--org", customer.slug, "--confirm", "erased@example.com")
    mine = [c for c in told(own, customer.org["id"]) if c["sub_id"]["id"] == user["id"]]
    assert [c["events"] for c in mine] == [{DELETE: {}}] and mine[0]["sub_id"] == {"format": "scim", "uri": f"/Users/{user['id']}", "id": user["id"]}


def test_what_is_not_of_scim_is_no_token(own, customer):
    customer.user()
    other = [e for e in events(own, customer.org["id"]) if not e["type"].startswith(("scim.user.", "scim.group."))]
    assert {e["type"] for e in other} >= {"scim.connection.created", "scim.token.issued"} and all(render(own, e) is None for e in other)


def test_a_test_of_an_endpoint_is_the_verification_event(own, customer):
    endpoint = str(uuid.uuid4())
    own.sql("select muster.webhook_tell(%s, 'webhook.test', 'webhook', %s, '{}')", customer.org["id"], endpoint)
    claims = last(customer)
    assert claims["events"] == {"https://schemas.openid.net/secevent/ssf/event-type/verification": {}} and claims["sub_id"] == {"format": "opaque",
                                                                                                                                "id": endpoint}


def test_the_service_announces_what_it_tells(own, customer):
    users = [customer.user() for _ in range(2)]
    for value in (False, True):
        customer.client.patch(f"/Users/{users[0]['id']}", op("replace", "active", value))
    customer.client.patch(f"/Users/{users[1]['id']}", op("add", "title", "T"))
    customer.client.delete(f"/Users/{users[1]['id']}")
    assert "securityEvents" not in customer.client.get("/ServiceProviderConfig").json  # it gets nothing of another organization's webhooks
    path = f"/organizations/{customer.slug}/webhooks"
    customer.api.made(path, {"url": RECEIVER, "events": ["team.*"]})
    assert "securityEvents" not in customer.client.get("/ServiceProviderConfig").json
    hook = customer.api.made(path, {"url": RECEIVER, "format": "set", "events": ["team.*"]})
    assert "securityEvents" not in customer.client.with_token(None).get("/ServiceProviderConfig").json
    config = made(customer.client.get("/ServiceProviderConfig"), 200)["securityEvents"]
    own.sql("update muster.webhook_endpoint set removed_at = now() where id = %s", hook["id"])
    assert "securityEvents" not in customer.client.get("/ServiceProviderConfig").json
    assert config["asyncRequest"] == "none" and set(config) == {"asyncRequest", "eventUris"}
    assert set(config["eventUris"]) == {uri for c in told(own, customer.org["id"]) for uri in c["events"]} == {CREATE, NOTICE, DELETE, ACTIVATE, DEACTIVATE}
    assert len(config["eventUris"]) == 5


def test_asynchronous_requests_are_answered_at_once(customer):
    headers = {"Prefer": "respond-async"}
    answer = customer.client.post("/Users", user_body(), headers=headers)
    bulk = customer.client.post("/Bulk", {"schemas": [BULK], "Operations": [{"method": "POST", "path": "/Users", "bulkId": "1", "data": user_body()}]},
                                headers=headers)
    assert (answer.status, bulk.status) == (201, 200)
    for a in (answer, bulk):
        assert a.header("Preference-Applied") is None and a.header("Set-Txn") is None and a.json, a


def test_rotation(own, customer):
    customer.user()
    event = events(own, customer.org["id"])[-1]
    before = render(own, event)
    new = own.muster("signing-key", "rotate")
    after = render(own, event)
    assert jwt.get_unverified_header(after["body"])["kid"] == new["kid"] != jwt.get_unverified_header(before["body"])["kid"]
    assert verified(own, before)["txn"] == verified(own, after)["txn"]
    listed = {k["kid"]: k for k in own.muster("signing-key", "list")["data"]}
    old = listed[jwt.get_unverified_header(before["body"])["kid"]]
    days = own.sql("select extract(epoch from %s::timestamptz - now()) / 86400", old["retired_at"])[0][0]
    assert 6.9 < days <= 7 and listed[new["kid"]] == {"id": new["id"], "kid": new["kid"], "created_at": new["created_at"], "retired_at": None}


def test_rotation_at_once(own, customer):
    customer.user()
    before = render(own, events(own, customer.org["id"])[-1])
    own.muster("signing-key", "rotate")
    new = own.muster("signing-key", "rotate", "--now")
    assert [k.key_id for k in key_set(own).keys] == [new["kid"]]
    with pytest.raises(KeyError):
        verified(own, before)


def test_of_rotations_at_once_one_key_is_left_to_sign(own):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        rotated = [f.result() for f in [pool.submit(own.muster, "signing-key", "rotate") for _ in range(4)]]
    signing = [k["id"] for k in own.muster("signing-key", "list")["data"] if k["retired_at"] is None]
    assert len(signing) == 1 and signing[0] in [k["id"] for k in rotated]


def test_the_private_key_is_encrypted(own):
    (sealed,), *_ = own.sql("select private_key from muster.signing_key")
    # An ECPrivateKey names its curve, and this does not.
    assert bytes.fromhex("06082a8648ce3d030107") not in bytes(sealed)


def test_without_a_secret_key_file_there_is_no_rotation(own):
    env = {**own.environment(), "MUSTER_DB": own.db, "MUSTER_SECRET_KEY_FILE": ""}
    before = own.muster("signing-key", "list")
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "signing-key", "rotate"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          check=False)
    assert done.returncode == 1 and "MUSTER_SECRET_KEY_FILE" in done.stderr and own.muster("signing-key", "list") == before


def test_tokens_are_pushed_to_a_webhook(own):
    customer = own.customer()
    with Receiver(lambda hit: 202) as r:
        e = Endpoint(customer, r.url, format="set", events=["scim.*"], audience="https://app.example.com")
        user = made(customer.client.post("/Users", user_body()))
        r.wait(1)  # a leaver would overtake it
        assert customer.client.delete(f"/Users/{user['id']}").status == 204
        r.wait(2)
        e.settled()
        claims = [verified(own, {"body": h.body.decode()}, audience="https://app.example.com") for h in r.hits]
        assert [list(c["events"]) for c in claims] == [[CREATE], [DELETE]] and all(c["sub_id"]["id"] == user["id"] for c in claims)
        assert all(h.headers["content-type"] == "application/secevent+jwt" and h.headers["accept"] == "application/json" for h in r.hits)
        assert {c["jti"] for c in claims} == {d["id"] for d in e.deliveries() if d["state"] == "delivered"}


def test_a_token_that_comes_again_has_its_jti(own):
    customer, answers = own.customer(), iter((500,))
    with Receiver(lambda hit: next(answers, 202)) as first, Receiver() as second:
        Endpoint(customer, first.url, format="set", events=["scim.user.*"])
        Endpoint(customer, second.url, format="set", events=["scim.user.*"])
        made(customer.client.post("/Users", user_body()))
        one, two = (verified(own, {"body": h.body.decode()}, audience=first.url)["jti"] for h in first.wait(2))
        other, = (verified(own, {"body": h.body.decode()}, audience=second.url)["jti"] for h in second.wait(1))
        assert one == two != other
