"""GET /metrics: has Prometheus' format, counts correctly, and is not for everybody."""
import contextlib
import os
import re
import subprocess
import threading

import openapi
import psycopg2
import pytest
from api import Api, new_key, problem
from customer import Customer
from exposition import Page, scrape
from helpers import BUILD, ROOT, Client, made, unique, user_body, wait_until
from server import Server
from webhooks import Endpoint, Receiver, end_worker

FOREIGN = {"X-Forwarded-For": "203.0.113.9"}
NOBODY = "msk_" + "0" * 49
REQUESTS = "muster_http_requests_total"


@pytest.fixture(scope="module")
def watched():
    s = Server("--rate", "1000", "--workers", "2", env={"MUSTER_TRUSTED_PROXIES": "127.0.0.1", "MUSTER_WORKER_REQUESTS": "60"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def admin(watched):
    """A client of the admin API without a key."""
    return Api(watched, "")


@pytest.fixture
def page(admin):
    return lambda: scrape(admin, headers={"Authorization": ""})


@pytest.fixture
def rises(page):
    """Waits until samples have grown by the given numbers since the test began; a count may come after its answer."""
    before = page()

    def check(*samples):
        seen = []

        def done():
            now = page()
            seen[:] = [now.value(name, **labels) - before.value(name, **labels) for name, labels, _ in samples]
            return seen == [n for _, _, n in samples]
        wait_until(done, 5, f"{samples}, seen: {seen}")
    return check


@contextlib.contextmanager
def holding(server, text, *params):
    """A transaction of the owner that has run this, until the block ends."""
    with contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
        cur.execute(text, params)
        yield


def test_every_metric_is_explained(page):
    with open(os.path.join(ROOT, "doc", "metrics.md"), encoding="utf-8") as f:
        text = f.read()
    tables = "\n".join(line for line in text.split("\n") if line.startswith("|")) + text[text.index("Two more describe the program"):text.index("## Alerts")]
    assert set(re.findall(r"`(muster_\w+)`", tables)) == set(page().metrics)


def test_the_version_is_that_of_the_document(page):
    assert page().value("muster_build_info", version=openapi.DOCUMENT["info"]["version"]) == 1


def test_head_tells_no_more_than_the_length(admin):
    answer = admin.head("/metrics", absolute=True, headers={"Authorization": ""})
    assert answer.status == 200 and answer.raw == b"" and int(answer.header("Content-Length")) > 1000


def test_requests_are_counted_by_route_and_status(watched, rises):
    customer = watched.customer()
    user = customer.user()
    for _ in range(3):
        assert customer.client.get(f"/Users/{user['id']}").status == 200
    assert customer.client.get(f"/Users/{unique()}").status == 404
    assert customer.client.get("/Nothing").status == 404
    assert watched.client("scim_" + "0" * 49).get("/Groups").status == 401
    one = {"service": "scim", "route": "/Users/{id}", "method": "GET"}
    rises((REQUESTS, {**one, "status": "200"}, 3), (REQUESTS, {**one, "status": "404"}, 1),
          (REQUESTS, {"service": "scim", "route": "/Users", "method": "POST", "status": "201"}, 1),
          (REQUESTS, {"service": "scim", "route": "/Groups", "status": "401"}, 1),
          (REQUESTS, {"service": "admin", "route": "/v1/organizations", "method": "POST", "status": "201"}, 1),
          ("muster_http_request_duration_seconds_count", {"service": "scim", "class": "read"}, 4),
          ("muster_http_request_duration_seconds_count", {"service": "scim", "class": "write"}, 1))


def test_what_a_client_makes_up_is_no_label(watched, page, rises):
    client = watched.customer().client
    path = f"/{unique()}"
    assert client.get(path).status == 404
    assert client.request("PROPFIND", "/Users").status in (405, 501)
    rises((REQUESTS, {"service": "scim", "route": "-", "status": "404"}, 1), (REQUESTS, {"service": "scim", "method": "other"}, 1))
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "other"}
    assert {dict(labels)["method"] for _, labels in page().metrics[REQUESTS].samples} <= known


def test_each_request_is_in_the_histogram_once(watched, page):
    watched.customer().user()
    for service in ("scim", "admin"):
        def same(of={"service": service}):
            now = page()
            return now.value(REQUESTS, **of) == now.value("muster_http_request_duration_seconds_count", **of) > 0
        wait_until(same, 5, f"as many durations as requests of {service}")


def test_what_waits_on_purpose_is_in_a_class_of_its_own(watched, rises):
    customer = Customer(Api(watched))
    customer.api.read(f"{customer.path}/events")
    rises(("muster_http_request_duration_seconds_count", {"service": "admin", "class": "poll"}, 1))


def test_refusals_of_a_rate_are_counted(watched, rises):
    customer = watched.customer()
    watched.muster("org", "set", customer.slug, "--rate", "1", "--burst", "2")
    customer.renew()
    statuses = []

    def run():
        client = customer.client_of()
        statuses.extend(client.get("/Users?count=0").status for _ in range(4))
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = statuses.count(429)
    assert refused
    rises(("muster_rate_limited_total", {"service": "scim", "limit": "organization"}, refused),
          (REQUESTS, {"service": "scim", "route": "/Users", "status": "429"}, refused))


def test_lost_connections_are_counted(watched, page):
    before = page().value("muster_database_errors_total", service="scim", kind="lost")
    client = watched.customer().client

    def lost():
        watched.hang_up("muster-scim")
        assert client.get("/Users?count=0").status == 200
        return page().value("muster_database_errors_total", service="scim", kind="lost") > before
    wait_until(lost, 10, "a lost connection is counted")


def test_workers_are_counted(watched, page, rises):
    before = page()
    client = watched.customer().client
    for _ in range(130):
        client.get("/ServiceProviderConfig")

    def replaced():
        now = page()
        return (now.value("muster_worker_recycles_total", service="scim", reason="requests") > before.value("muster_worker_recycles_total")
                and now.value("muster_worker_starts_total", service="scim") > before.value("muster_worker_starts_total", service="scim"))
    wait_until(replaced, 10, "a worker that has served enough is replaced")


def test_the_sealers_lag_is_told(watched, page):
    customer = watched.customer()
    with holding(watched, "select muster.hold_sealer()"):
        customer.user()
        wait_until(lambda: page().value("muster_sealer_lag_seconds") > 0.05, 5, "an event is not sealed")
        assert page().value("muster_sealer_pending_events") >= 1

    def sealed():
        watched.sql("select * from muster.audit_seal_next(0, 1000)")
        now = page()
        return now.value("muster_sealer_pending_events") == now.value("muster_sealer_lag_seconds") == 0
    wait_until(sealed, 10, "all events are sealed")


@pytest.fixture
def endpoint(watched):
    """An endpoint with a leaver that is due since half a minute, and something else that is due in an hour; no worker takes them."""
    customer, ids = watched.customer(), []
    ids[:] = watched.sql("""insert into muster.webhook_endpoint (organization_id, id, url, events, format, secret)
                            values (%s, gen_random_uuid(), 'https://example.com', '{none}', 'muster', '\\x00')
                            returning id::text""", customer.org["id"])[0]
    with holding(watched, "select from muster.webhook_endpoint where id = %s for update", *ids):
        watched.sql("""insert into muster.webhook_queue (organization_id, owner_id, endpoint_id, target_id, lane, next_at)
                       select w.organization_id, w.organization_id, w.id, gen_random_uuid(), q.lane, now() + q.wait
                       from muster.webhook_endpoint w, (values (0, interval '-30 s'), (2, interval '1 h')) q (lane, wait)
                       where w.id = %s""", *ids)
        yield
        watched.sql("delete from muster.webhook_queue where endpoint_id = %s", *ids)
    watched.sql("update muster.webhook_endpoint set removed_at = now() where id = %s", *ids)


def test_the_outboxes_lag_is_told_by_lane(page, endpoint):
    now = page()
    assert 30 <= now.value("muster_outbox_lag_seconds", lane="leaver") < 90
    assert now.value("muster_outbox_lag_seconds", lane="rest") == 0
    assert now.value("muster_outbox_waiting_targets", lane="leaver") == now.value("muster_outbox_waiting_targets", lane="rest") == 1


@pytest.mark.parametrize("state, lag, change", [
    ("enabled", 30, "open_until = now() + interval '1 h'"), ("enabled", 0, "paused_until = now() + interval '1 h'"),
    ("disabled", 0, "status = 'disabled', failing_since = now()"), ("failing", 30, "failing_since = now()")])
def test_endpoints_are_told_by_state(watched, page, state, lag, change):
    customer = watched.customer()
    before = page()
    endpoint = watched.sql("""insert into muster.webhook_endpoint (organization_id, id, url, events, format, secret, removed_at)
                               values (%s, gen_random_uuid(), 'https://example.com', '{none}', 'muster', '\\x00', now())
                               returning id::text""", customer.org["id"])[0][0]
    watched.sql(f"update muster.webhook_endpoint set removed_at = null, {change} where id = %s", endpoint)
    with holding(watched, "select from muster.webhook_endpoint where id = %s for update", endpoint):
        watched.sql("insert into muster.webhook_queue (organization_id, owner_id, endpoint_id, target_id, lane, next_at) "
                    "values (%s, %s, %s, gen_random_uuid(), 0, now() - interval '30 s')", *[customer.org["id"]] * 2, endpoint)
        now = page()
        watched.sql("delete from muster.webhook_queue where endpoint_id = %s", endpoint)
    watched.sql("update muster.webhook_endpoint set removed_at = now() where id = %s", endpoint)
    assert lag <= now.value("muster_outbox_lag_seconds", lane="leaver") <= lag * 3
    gained = {s: now.value("muster_webhook_endpoints", state=s) - before.value("muster_webhook_endpoints", state=s)
              for s in ("enabled", "failing", "disabled")}
    assert gained == {"enabled": 0, "failing": 0, "disabled": 0, state: 1}


def test_mappings_that_wait_are_told(watched, page):
    api = Api(watched)
    customer = Customer(api).connect()
    user = made(customer.client.post("/Users", user_body()))
    with holding(watched, "select from muster.scim_user where id = %s for update", user["id"]):
        api.request("PUT", f"{customer.path}/scim/attribute-mappings", {"mapping": {"title": "public_metadata.title"}})
        assert page().value("muster_mappings_pending") == 1
    wait_until(lambda: page().value("muster_mappings_pending") == 0, 30, "the mapping is applied")


@pytest.mark.parametrize("headers", [FOREIGN, {"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"X-Real-IP": "127.0.0.1"},
                                     {"Via": "1.1 proxy"}], ids=" ".join)
def test_who_comes_by_a_proxy_needs_a_key(admin, headers):
    assert problem(admin.get("/metrics", absolute=True, headers={**headers, "Authorization": ""}), 401, "unauthorized")
    assert problem(admin.with_key(NOBODY).get("/metrics", absolute=True, headers=headers), 401, "unauthorized")


def test_a_foreign_address_needs_the_right_key(watched, admin):
    org = watched.customer().slug
    for scopes, bound, status in ((["audit:read"], False, 200), (["audit:read"], True, 403),
                                  (["provisioning:manage", "organizations:manage", "webhooks:manage"], False, 403)):
        key = new_key(watched, *scopes, org=org if bound else None)["key"]
        answer = admin.with_key(key).get("/metrics", absolute=True, headers=FOREIGN)
        assert answer.status == status and (status == 200 or problem(answer, 403, "forbidden")), answer


def test_wrong_keys_are_limited_by_address(watched, rises):
    client = Client(watched.env["MUSTER_ADMIN_URL"], NOBODY)
    answers = [client.get("/metrics", absolute=True, headers={"X-Forwarded-For": "203.0.113.77"}).status for _ in range(25)]
    assert answers[:20] == [401] * 20 and 429 in answers[20:]
    rises(("muster_rate_limited_total", {"service": "admin", "limit": "address"}, answers.count(429)))


def test_attempts_are_counted_by_how_they_ended(watched, page):
    before, name = page(), "muster_webhook_attempts_total"
    with Receiver() as good, Receiver(lambda hit: 500) as bad:
        customer = watched.customer()
        endpoints = [Endpoint(customer, url, events=["scim.user.provisioned"]) for url in (good.url, bad.url, "https://127.0.0.1:9/")]
        watched.sql("update muster.webhook_endpoint set allow_private = false where id = %s", endpoints[2].id)
        made(customer.client.post("/Users", user_body()))
        for outcome in ("delivered", "failed", "blocked"):
            wait_until(lambda o=outcome: page().value(name, outcome=o) > before.value(name, outcome=o), 10, outcome)
        for e in endpoints:
            customer.api.delete(e.path)
    now = page()
    assert now.value(name, outcome="dead") == 0
    assert now.value("muster_webhook_attempt_duration_seconds_count") - before.value("muster_webhook_attempt_duration_seconds_count") >= 2


def test_what_a_worker_does_is_counted(watched, tmp_path):
    """With a file of counters of its own, read by the admin program as CGI. The endpoint's secret cannot be read: nothing leaves this host."""
    end_worker(watched)  # the last test that could want it is over
    watched.sql("select * from muster.audit_seal_next(0, 100000)")
    customer = watched.customer()
    watched.sql("""insert into muster.webhook_endpoint (organization_id, id, url, events, format, secret)
                   values (%s, gen_random_uuid(), 'https://example.com', '{scim.user.*}', 'muster', 'none'::bytea)""", customer.org["id"])
    customer.user()
    waiting = watched.sql("select count(*) from muster.audit_pending")[0][0]
    key = tmp_path / "key"
    key.write_text("A" * 43 + "=\n", encoding="utf-8")
    key.chmod(0o600)
    env = {**watched.environment(), "MUSTER_LIMITS": str(tmp_path / "limits"), "MUSTER_SECRET_KEY_FILE": str(key)}

    def run(program, role, *args, **more):
        return subprocess.run([f"{ROOT}/{BUILD}/{program}", *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=60, check=True,
                              env={**env, "MUSTER_DB": watched.db.replace("muster_owner", role), **more}).stdout
    run("muster-deliver", "muster_deliver", "--once")
    text = run("muster-admin.fcgi", "muster_admin", REQUEST_METHOD="GET", REQUEST_URI="/metrics", REMOTE_ADDR="127.0.0.1")
    now = Page(text.replace("\r\n", "\n").split("\n\n", 1)[1])
    assert now.value("muster_events_sealed_total") == waiting > 0
    assert {o: now.value("muster_webhook_attempts_total", outcome=o) for o in ("delivered", "failed", "dead", "blocked")} == \
        {"delivered": 0, "failed": 1, "dead": 0, "blocked": 0}
    assert now.value("muster_webhook_attempt_duration_seconds_count") == 0
    assert now.value("muster_database_errors_total", service="deliver") == 0
