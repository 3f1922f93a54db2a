"""Rate limits: of an organization and of a token, across workers and programs, and of addresses with wrong tokens."""
import threading
import time

import pytest
from helpers import assert_error, made, user_body, wait_until
from server import Server

pytestmark = pytest.mark.alone
WRONG = "scim_" + "0" * 49


@pytest.fixture(scope="module")
def limited():
    s = Server("--rate", "100", "--workers", "4").start()
    yield s
    s.stop()


def limited_customer(server, org_rate, org_burst, **token):
    t = server.customer()
    server.muster("org", "set", t.slug, "--rate", str(org_rate), "--burst", str(org_burst))
    t.renew(**token)
    assert t.client.get("/Users?count=0").status == 200  # from now on its limits are known
    return t


def hammer(customer, clients, seconds):
    """(requests that were served, requests that were refused, seconds that it took)"""
    until, answers = time.monotonic() + seconds, []

    def run():
        client = customer.client_of()
        while time.monotonic() < until:
            answers.append(client.get("/Users?count=0").status)
    threads = [threading.Thread(target=run) for _ in range(clients)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 429}, set(answers)
    return answers.count(200), answers.count(429), time.monotonic() - begin


def test_the_rate_holds_within_five_percent_across_four_workers(limited):
    rate, burst = 60, 30
    served, refused, took = hammer(limited_customer(limited, rate, burst), 16, 4)
    due = burst + rate * took
    print(f"\nserved {served} of {due:.0f} that were due, refused {refused}")
    assert 0.95 * due <= served <= 1.05 * due + 1 and refused > 0


def test_a_place_that_is_free_within_a_second_is_waited_for(limited):
    t = limited_customer(limited, 5, 1)
    wait_until(lambda: t.client.get("/Users?count=0").status == 200, 5, "a place")
    begin = time.monotonic()
    assert t.client.get("/Users?count=0").status == 200
    assert time.monotonic() - begin > 0.1


def test_a_refused_request_says_when_to_come_back(limited):
    t = limited_customer(limited, 1, 1)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(t.client_of().get("/Users"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [a for a in answers if a.status != 200]
    assert len(refused) >= 5
    for answer in refused:
        assert_error(answer, 429, None, "organization")
        assert int(answer.header("Retry-After")) >= 1
        assert answer.header("RateLimit").startswith('"organization";r=0;t=') and answer.header("RateLimit-Policy") == '"organization";q=1;w=1'


def test_a_token_has_a_limit_of_its_own(limited):
    t = limited_customer(limited, 1000, 1000, rate=20, burst=10)
    served, refused, took = hammer(t, 8, 2)
    assert served <= 1.05 * (10 + 20 * took) + 1 and refused > 0
    other = t.renew()
    assert other["rate"] is None and [t.client.get("/Users?count=0").status for _ in range(60)] == [200] * 60


def test_one_floods_another_is_served(limited):
    flood, calm = limited_customer(limited, 10, 10), limited_customer(limited, 1000, 1000)
    done = []
    thread = threading.Thread(target=lambda: done.append(hammer(flood, 12, 3)))
    thread.start()
    times = []
    while thread.is_alive():
        begin = time.monotonic()
        assert calm.client.get("/Users?count=0").status == 200
        times.append(time.monotonic() - begin)
    thread.join()
    assert len(times) > 20 and sorted(times)[len(times) // 2] < 0.5, sorted(times)[-5:]


def test_a_revoked_token_is_401_also_beyond_the_limit(limited):
    t = limited_customer(limited, 1, 1)
    limited.muster("token", "revoke", t.token["id"])
    assert [t.client.get("/Users").status for _ in range(6)] == [401] * 6


def test_wrong_tokens_of_one_address_are_429_and_good_ones_are_served(limited):
    t = limited_customer(limited, 1000, 1000)
    statuses = [limited.client(WRONG).get("/Users").status for _ in range(25)]
    assert statuses == sorted(statuses) and statuses.count(401) <= 20 and statuses[-1] == 429
    answer = limited.client(WRONG).post("/Users", user_body())
    assert_error(answer, 429, None, "wrong token") and answer.header("Retry-After")
    made(t.client.post("/Users", user_body()))


def test_usage_over_four_fifths_of_a_cap_is_an_event(server):
    t = server.customer()
    server.muster("org", "set", t.slug, "--max-users", "5", "--max-groups", "2")
    for _ in range(5):
        t.user()
    t.group(), t.group()
    rows = server.sql("select data from muster.audit_event where organization_id = %s and action = 'organization.limit_near'", t.org["id"])
    assert sorted((d["limit"], d["used"], d["max"]) for d, in rows) == [("max_groups", 2, 2), ("max_users", 4, 5)]
