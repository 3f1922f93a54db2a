"""A server of its own, behind a proxy that it trusts: allowed addresses of tokens; and the API without its database."""
import threading
import time

import pytest
from api import problem
from helpers import assert_error, wait_until
from server import Server


@pytest.fixture(scope="module")
def behind():
    s = Server("--workers", "2", env={"MUSTER_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def own(behind):
    return behind.customer()


@pytest.mark.parametrize("ranges, good, bad", [
    (["192.0.2.0/24"], ["192.0.2.0", "192.0.2.255", "10.1.1.1, 192.0.2.7", "6.6.6.6, 192.0.2.7", "192.0.2.7, 10.9.9.9"],
     ["192.0.3.0", "2001:db8::1", "192.0.2.7, 6.6.6.6", "nonsense", "::ffff:192.0.3.1", "10.1.1.1"]),
    (["198.51.100.7", "203.0.113.0/31"], ["198.51.100.7", "203.0.113.1"], ["198.51.100.8", "203.0.113.2"]),
    (["2001:db8::/32"], ["2001:db8::1", "2001:DB8:ffff::"], ["2001:db9::1", "192.0.2.1"]),
    (["2001:db8::7"], ["2001:db8::7", "2001:db8:0:0:0:0:0:7"], ["2001:db8::8"]),
    (["0.0.0.0/0"], ["8.8.8.8"], ["2001:db8::1"]),
    (["127.0.0.0/8"], [None], ["192.0.2.1"])])
def test_a_token_is_for_some_addresses(own, ranges, good, bad):
    scim = own.client_of(own.issue(allowed_addresses=ranges))
    for address in good:
        assert scim.get("/Users", headers={"X-Forwarded-For": address} if address else {}).status == 200, address
    for address in bad:
        assert_error(scim.get("/Users", headers={"X-Forwarded-For": address}), 403)
        assert_error(scim.post("/Bulk", "{", headers={"X-Forwarded-For": address}), 403)


def test_without_a_trusted_proxy_the_header_means_nothing(customer):
    assert_error(customer.client_of(customer.issue(allowed_addresses=["192.0.2.0/24"])).get("/Users", headers={"X-Forwarded-For": "192.0.2.7"}), 403)


def test_the_address_is_kept(own):
    scim = own.client_of(own.issue())
    assert scim.get("/Users", headers={"X-Forwarded-For": "192.0.2.7"}).status == 200
    assert "192.0.2.7" in {t["last_used_address"] for t in own.api.all(f"{own.path}/scim/tokens")}
    own.api.made(f"{own.path}/teams", {"name": "T"}, headers={"X-Forwarded-For": "2001:db8::9"})
    assert own.events("&action=team.created")[0]["client_address"] == "2001:db8::9"


def test_without_its_database_the_api_is_503(behind, own):
    api = own.api
    behind.database("stop")
    try:
        for answer in (api.get("/organizations"), api.get(own.path), api.post(f"{own.path}/teams", {"name": "Lost"}), api.patch(own.path, {"name": "Lost"}),
                       api.delete(f"{own.path}?confirm={own.slug}"), api.get("/nothing"), api.get("/readyz", absolute=True)):
            problem(answer, 503, "unavailable")
            assert answer.header("Retry-After") and "muster_" not in answer.text and "socket" not in answer.text, answer
        assert api.get("/healthz", absolute=True).status == 200
        assert api.get("/organizations", headers={"Authorization": ""}).status == 401
    finally:
        behind.database("start")
    wait_until(lambda: api.get("/readyz", absolute=True).status == 200, 10, "the database is back")
    assert api.read(own.path)["name"] == "Customer" and "Lost" not in {t["name"] for t in api.all(f"{own.path}/teams")}


def test_a_restart_of_the_database_loses_no_acknowledged_post(behind, own):
    made, stop = [], threading.Event()

    def work(n):
        api = own.api.with_key(own.api.token)
        for i in range(10000):
            if stop.is_set():
                break
            answer = api.post(f"{own.path}/members", {"email": f"{n}-{i}@example.com"}, headers={"Idempotency-Key": f"{n}-{i}"})
            made.append((answer.status, f"{n}-{i}@example.com"))
    threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
    [t.start() for t in threads]
    wait_until(lambda: len(made) > 10, 10, "members are made")
    behind.database("stop")
    time.sleep(0.1)
    behind.database("start")
    before = len(made)
    wait_until(lambda: sum(s == 201 for s, _ in made[before:]) > 10, 20, "members are made again")
    stop.set()
    [t.join() for t in threads]
    there = {m["email"] for m in own.api.all(f"{own.path}/members")}
    assert {s for s, _ in made} <= {201, 503} and {e for s, e in made if s == 201} <= there
    assert len(own.api.all(f"{own.path}/audit-logs?action=member.added")) == len(there)
