"""Webhooks as receivers see them: each event, in order for each target, with its objects."""
import itertools
import threading
import time

import pytest
from api import Api
from customer import Customer
from helpers import made, op, unique, user_body, wait_until
from server import Server
from webhooks import Endpoint, Held, RawReceiver, Receiver, sealed, unsealed, write_events

SCALE = 1000  # retries come after 5 ms, 0.3 s, 1.8 s, 7.2 s ...


@pytest.fixture(scope="module")
def server():
    s = Server(env={"MUSTER_TIME_SCALE": str(SCALE)}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server)


def test_a_joiner_a_change_and_a_leaver_arrive_in_order_with_their_snapshots(customer):
    with Receiver() as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        user = made(customer.client.post("/Users", user_body("ada@example.com")))
        customer.client.patch(f"/Users/{user['id']}", op("replace", "displayName", "Ada"))
        r.wait(2)
        customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
        r.wait(3)
        assert [h.json["type"] for h in r.hits] == ["scim.user.provisioned", "scim.user.updated", "scim.user.deactivated"]
        assert all(h.target == user["id"] for h in r.hits)
        assert r.hits[1].json["data"]["changes"]["after"] == {"displayName": "Ada"}
        assert r.hits[2].json["data"]["member"]["status"] == "deactivated"
        assert e.settled() == {"delivered": 3}


def test_the_id_is_the_events_and_the_sequence_has_no_gap(customer):
    with Receiver() as r:
        Endpoint(customer, r.url)
        for _ in range(5):
            made(customer.client.post("/Users", user_body()))
        r.wait(6)  # the endpoint's own creation too
        events = {e["id"]: e for e in customer.events()}
        assert all(h.id == h.json["data"]["id"] and events[h.id]["action"] == h.json["type"] for h in r.hits)
        numbers = sorted(h.sequence for h in r.hits)
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_only_what_the_filter_names_is_sent(customer):
    with Receiver() as r:
        Endpoint(customer, r.url, events=["scim.group.*", "scim.user.deactivated"])
        user = made(customer.client.post("/Users", user_body()))
        made(customer.client.post("/Groups", {"displayName": unique("g")}))
        customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False))
        r.wait(2)
        assert sorted(h.json["type"] for h in r.hits) == ["scim.group.created", "scim.user.deactivated"]


def test_an_endpoint_of_the_installation_hears_of_every_organization(server, api):
    with Receiver() as r:
        endpoint = api.made("/webhooks", {"url": r.url, "events": ["scim.user.provisioned"], "allow_private": True})
        customers = [Customer(api).connect() for _ in range(2)]
        for c in customers:
            made(c.client.post("/Users", user_body()))
        r.wait(2)
        assert {h.json["data"]["organization"]["id"] for h in r.hits} == {c.id for c in customers}
        assert api.delete(f"/webhooks/{endpoint['id']}").status == 204


def test_another_organizations_events_are_not_sent(api, customer):
    with Receiver() as r:
        Endpoint(customer, r.url, events=["scim.user.*"])
        other = Customer(api).connect()
        made(other.client.post("/Users", user_body()))
        made(customer.client.post("/Users", user_body("mine@example.com")))
        r.wait(1)
        wait_until(lambda: sealed(customer.server, other.id) == 4, 5, "the other's events are sealed")
        assert [h.json["data"]["user"]["userName"] for h in r.hits] == ["mine@example.com"]


def test_a_failed_delivery_is_sent_again_and_holds_up_its_own_target_alone(customer):
    server, failing = customer.server, {}

    def answer(hit):
        failing[hit.target] = failing.get(hit.target, 0) + 1
        return 500 if hit.target == first and failing[first] <= 2 else 200

    first, second = "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002"
    with Receiver(answer) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        for target in (first, first, second):
            write_events(server, customer.id, 1, target=target)
        assert e.settled() == {"delivered": 3}
        mine = [h for h in r.hits if h.target == first]
        assert [h.sequence for h in mine] == sorted(h.sequence for h in mine)
        assert len({h.id for h in mine}) == 2 and len(mine) == 4
        assert r.hits.index(next(h for h in r.hits if h.target == second)) < r.hits.index(mine[2])
        assert [d["attempts"] for d in reversed(e.deliveries())] == [3, 1, 1]


def test_a_hundred_targets_with_a_receiver_that_fails_now_and_then_arrive_in_order(customer):
    server = customer.server
    count = itertools.count()
    with Receiver(lambda hit: 503 if next(count) % 4 == 0 else 200) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        targets = [f"01900000-0000-7000-8000-{n:012d}" for n in range(20)]
        for _ in range(5):
            for target in targets:
                write_events(server, customer.id, 1, target=target)
        assert e.settled(40) == {"delivered": 100}
        assert len(r.ids()) == 100
        for target in targets:
            seen = [h.sequence for h in r.hits if h.target == target]
            assert seen == sorted(seen), "a later event came before an earlier one was delivered"


@pytest.mark.alone
def test_a_leaver_goes_first_and_what_was_undelivered_of_the_same_person_is_superseded(customer):
    server, gate = customer.server, threading.Event()

    def answer(hit):
        if hit.json["type"] != "scim.user.deactivated":
            gate.wait(20)
        return 200

    with Receiver(answer) as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        write_events(server, customer.id, 50)
        r.wait(4)  # as many as an endpoint gets at once; they wait
        leaver = "01900000-0000-7000-8000-00000000000a"
        write_events(server, customer.id, 3, target=leaver)
        start = time.monotonic()
        write_events(server, customer.id, 1, action="scim.user.deactivated", target=leaver)
        r.wait(5, 5)
        assert r.hits[-1].json["type"] == "scim.user.deactivated" and time.monotonic() - start < 1
        gate.set()
        assert e.settled() == {"delivered": 51, "superseded": 3}
        assert [h.json["type"] for h in r.hits if h.target == leaver] == ["scim.user.deactivated"]


def is_update(hit):
    return hit.json["type"] == "scim.user.updated"


def test_a_leaver_waits_for_what_is_being_sent_of_the_same_person(customer):
    server, held, leaver = customer.server, Held(is_update), "01900000-0000-7000-8000-00000000000b"
    with Receiver(held) as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        write_events(server, customer.id, 1, target=leaver)
        held.wait()
        write_events(server, customer.id, 1, action="scim.user.deprovisioned", target=leaver)
        wait_until(lambda: len(e.deliveries()) == 2, 5, "the leaver is there to be sent")
        assert len(r.hits) == 1
        held.open()
        assert e.settled() == {"delivered": 2}
        assert [h.json["type"] for h in r.hits] == ["scim.user.updated", "scim.user.deprovisioned"]


def test_what_fails_after_a_leaver_came_is_superseded(customer):
    server, held, leaver = customer.server, Held(is_update, 500), "01900000-0000-7000-8000-00000000000c"
    with Receiver(held) as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        write_events(server, customer.id, 1, target=leaver)
        held.wait()
        write_events(server, customer.id, 1, action="scim.user.deactivated", target=leaver)
        wait_until(lambda: len(e.deliveries()) == 2, 5, "the leaver is there to be sent")
        held.open()
        assert e.settled() == {"delivered": 1, "superseded": 1}
        assert len(r.hits) == 2


def test_the_table_of_retries_is_kept_and_then_the_delivery_is_dead(customer):
    with Receiver(lambda hit: 500) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(customer.server, customer.id, 1)
        r.wait(5, 60)
        gaps = [b.at - a.at for a, b in zip(r.hits, r.hits[1:])]
        for gap, wanted in zip(gaps, (5, 300, 1800, 7200)):
            assert 0.9 * wanted / SCALE - 0.01 <= gap <= 1.1 * wanted / SCALE + 0.5, gaps
        assert len(r.ids()) == 1
        # The rest of the table takes days, so the test reads the due time from the database and moves it.
        for _ in range(5):
            n = len(r.hits)
            wait_until(lambda n=n: e.deliveries()[0]["attempts"] == n, 5, "the attempt is written down")
            row = customer.server.sql("""select extract(epoch from next_at - now()) from muster.webhook_queue where endpoint_id = %s""", e.id)
            assert row[0][0] > 10
            customer.server.sql("update muster.webhook_queue set next_at = now() where endpoint_id = %s", e.id)
            r.wait(n + 1)
        assert e.settled() == {"dead": 1}
        assert len(r.hits) == 10
        assert "webhook.delivery_dead" in customer.actions()
        one = e.deliveries()[0]
        assert one["attempts"] == 10 and one["status"] == 500 and len(one["log"]) == 10
        r.answer = lambda hit: 200
        assert e.api.post(f"{e.path}/replay", {"state": "dead"}).json["replayed"] == 1
        assert e.settled() == {"delivered": 1}
        assert len(r.ids()) == 1


def test_an_answer_is_kept_with_its_status_and_its_beginning(customer):
    with Receiver(lambda hit: (422, {}, b"what is \xff this" + b"x" * 5000)) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(customer.server, customer.id, 1)
        r.wait(1)
        wait_until(lambda: e.deliveries()[0]["attempts"] >= 1, 5, "the attempt is written down")
        one = e.deliveries()[0]
        assert one["status"] == 422 and one["response"].startswith("what is ? this") and len(one["response"]) == 4096
        assert one["log"][0]["status"] == 422 and one["duration_ms"] >= 0


def test_retry_after_is_honoured_for_the_whole_endpoint(customer):
    with Receiver(lambda hit: (429, {"Retry-After": "2"}, b"") if len(r.hits) == 1 else 200) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(customer.server, customer.id, 1)
        r.wait(1)
        wait_until(lambda: e.deliveries()[0]["attempts"] == 1, 5, "the attempt is written down")
        write_events(customer.server, customer.id, 5)
        assert e.settled() == {"delivered": 6}
        assert all(2 <= h.at - r.hits[0].at < 4 for h in r.hits[1:])


def test_gone_disables_the_endpoint_and_is_told(customer):
    with Receiver(lambda hit: 410) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(customer.server, customer.id, 1)
        wait_until(lambda: e.show()["status"] == "disabled", 5, "the endpoint is disabled")
        assert e.show()["disabled_reason"] == "gone"
        wait_until(lambda: "webhook.disabled" in customer.actions(), 5, "it is in the audit log")
        r.answer = lambda hit: 200
        assert e.api.patch(e.path, {"status": "enabled"}).status == 200
        assert e.settled() == {"delivered": 1}


def failed_days_ago(e, failures):
    """So many attempts in a row failed, the first of them six days ago as the server counts, and then there were none."""
    e.customer.server.sql("update muster.webhook_endpoint set failures = %s, failing_since = now() - make_interval(secs => %s) where id = %s",
                          failures, 6 * 86400 / SCALE, e.id)


def test_an_endpoint_that_fails_for_days_is_disabled_and_told(customer):
    with Receiver(lambda hit: 500) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        failed_days_ago(e, 4)
        write_events(customer.server, customer.id, 1)
        wait_until(lambda: e.show()["status"] == "disabled", 5, "the endpoint is disabled")
        assert e.show()["disabled_reason"] == "failing"
        wait_until(lambda: "webhook.disabled" in customer.actions(), 5, "it is in the audit log")


def test_an_endpoint_is_not_given_up_for_the_days_in_which_nothing_was_sent(customer):
    with Receiver(lambda hit: 500 if len(r.hits) == 1 else 200) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        failed_days_ago(e, 1)
        write_events(customer.server, customer.id, 1)
        assert e.settled() == {"delivered": 1}
        assert e.show()["status"] == "enabled"


def test_a_redirect_is_not_followed(customer):
    with Receiver() as inside, Receiver(lambda hit: (302, {"Location": inside.url}, b"")) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(customer.server, customer.id, 1)
        r.wait(2)
        wait_until(lambda: e.deliveries()[0]["attempts"] >= 1, 5, "the attempt is written down")
        assert "redirect" in e.deliveries()[0]["error"]
        assert not inside.hits


def test_a_receiver_that_is_down_gets_everything_in_order_when_it_is_back(customer):
    with RawReceiver() as gone:
        url = gone.url
    e = Endpoint(customer, url, events=["scim.user.updated"])
    targets = [f"01900000-0000-7000-8000-{n:012d}" for n in range(5)]
    for target in targets * 4:
        write_events(customer.server, customer.id, 1, target=target)
    wait_until(lambda: any(d["attempts"] for d in e.deliveries()), 5, "it was tried")
    with Receiver() as r:
        assert e.api.patch(e.path, {"url": r.url}).status == 200
        assert e.settled(40) == {"delivered": 20}
        for target in targets:
            seen = [h.sequence for h in r.hits if h.target == target]
            assert len(seen) == 4 and seen == sorted(seen)


def test_the_circuit_opens_and_a_leaver_is_tried_all_the_same(customer):
    with Receiver(lambda hit: 500) as r:
        e = Endpoint(customer, r.url, events=["scim.user.*"])
        write_events(customer.server, customer.id, 30)
        wait_until(lambda: e.show()["failures"] >= 5, 10, "the circuit is open")
        customer.server.sql("update muster.webhook_endpoint set open_until = now() + interval '1 hour' where id = %s", e.id)
        wait_until(lambda: customer.server.sql("select count(*) from muster.webhook_queue where endpoint_id = %s and lease is not null", e.id)[0][0] == 0,
                   5, "nothing is in hand")
        before = len(r.hits)
        write_events(customer.server, customer.id, 1, action="scim.user.deactivated")
        r.wait(before + 1, 5)
        assert {h.json["type"] for h in r.hits[before:]} == {"scim.user.deactivated"}


@pytest.mark.alone
def test_sealing_follows_within_a_fifth_of_a_second(customer):
    for _ in range(30):
        made(customer.client.post("/Users", user_body()))
    wait_until(lambda: not unsealed(customer.server, customer.id), 5, "all is sealed")
    behind = customer.server.sql("""select extract(epoch from percentile_disc(0.9) within group (order by sealed_at - at))
                                    from muster.audit_seal where organization_id = %s""", customer.id)[0][0]
    assert behind < 0.2, behind
