"""Receivers of webhooks that answer endlessly, partly, slowly or not at all."""
import contextlib
import threading
import time

import pytest
from api import Api
from customer import Customer
from helpers import wait_until
from server import Server
from webhooks import Endpoint, RawReceiver, Receiver, read_request, write_events


@pytest.fixture(scope="module")
def server():
    s = Server(env={"MUSTER_TIME_SCALE": "1000"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server)


def endless(c):
    read_request(c)
    c.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        c.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def huge(c):
    read_request(c)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    while True:
        c.sendall(b"x" * 65536)


def reset(c):
    read_request(c)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")


def mute(c):
    read_request(c)


def interim(c):
    read_request(c)
    for _ in range(2000):
        c.sendall(b"HTTP/1.1 102 Processing\r\n\r\n")
    c.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def bare(c):
    read_request(c)
    c.sendall(b"HTTP/1.1 200 OK\nContent-Length: 0\n\n")


@pytest.mark.parametrize("talk, good", [(endless, True), (huge, True), (reset, True), (interim, True), (bare, True), (mute, False)])
def test_the_head_of_an_answer_decides_and_no_body_is_read_without_an_end(customer, talk, good):
    with RawReceiver(talk) as r:
        e = Endpoint(customer, r.url, events=["scim.user.updated"])
        write_events(customer.server, customer.id, 1)
        wait_until(lambda: e.deliveries()[0]["attempts"] >= 1 if e.deliveries() else False, 10, "the attempt is written down")
        one = e.deliveries()[0]
        assert (one["state"] == "delivered") == good, one
        assert good or one["status"] is None


@pytest.mark.alone
def test_one_slow_endpoint_holds_up_no_other_and_is_cut_off(customer):
    """Four that never end, and one that answers at once: its events are sent as if it were alone."""
    done = threading.Event()

    def drip(c):
        read_request(c)
        c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not done.is_set():
            c.sendall(b"x")
            done.wait(0.2)

    def silent(c):
        read_request(c)
        done.wait(30)

    with contextlib.ExitStack() as stack:
        slow = [Endpoint(customer, stack.enter_context(RawReceiver(drip if n % 2 else silent)).url, events=["scim.user.updated"])
                for n in range(4)]
        write_events(customer.server, customer.id, 20)
        quick = stack.enter_context(Receiver())
        e = Endpoint(customer, quick.url, events=["scim.user.provisioned"])
        waits = []
        for n in range(20):
            start = time.monotonic()
            write_events(customer.server, customer.id, 1, action="scim.user.provisioned")
            quick.wait(n + 1)
            waits.append(quick.hits[n].at - start)
        assert sorted(waits)[18] < 1, waits
        assert e.settled() == {"delivered": 20}
        wait_until(lambda: all(x.deliveries()[-1]["attempts"] for x in slow), 25, "the slow ones are given up")
        done.set()
        for n, x in enumerate(slow):
            first = x.deliveries()[-1]
            assert 14000 < first["duration_ms"] < 17000
            assert (first["state"] == "delivered") == bool(n % 2), first


def test_each_endpoint_has_its_turn_however_many_older_ones_are_slow(api):
    """More than can be at work at once, of several organizations, each with a backlog of six seconds."""
    def slow(c):
        read_request(c)
        time.sleep(1)
        c.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    slow_ones, other = [Customer(api).connect() for _ in range(5)], Customer(api).connect()
    with RawReceiver(slow) as crowd, Receiver() as quick:
        older = [Endpoint(c, crowd.url, events=["scim.user.updated"]) for c in slow_ones for _ in range(20)]
        Endpoint(other, quick.url, events=["scim.user.updated"])
        for c in slow_ones:
            write_events(c.server, c.id, 24)
        wait_until(lambda: crowd.connections >= 200, 10, "hands are full")
        write_events(other.server, other.id, 1)
        quick.wait(1, 4)
        for e in older:
            e.api.delete(e.path)
