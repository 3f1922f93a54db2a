"""Nobody waits for stopped or killed workers."""
import os
import random
import signal
import time

import pytest
from helpers import wait_until
from load import Load

pytestmark = pytest.mark.alone
WORKERS = 4


class Readers(Load):
    """Two clients that read all the time; `answers` has (status, seconds)."""

    def __init__(self, customer):
        super().__init__(self.read, self.read)
        self.customer, self.path, self.answers = customer, f"/Users/{customer.user()['id']}", []

    def read(self):
        client = self.customer.client_of()
        while not self.stop_now.is_set():
            begin = time.monotonic()
            self.answers.append((client.get(self.path).status, time.monotonic() - begin))

    def __enter__(self):
        super().__enter__()
        wait_until(lambda: len(self.answers) > 10, 10, "the load runs")
        return self


def stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "T"


def test_a_worker_that_is_stopped_holds_nobody_up(own):
    with Readers(own.customer()) as load:
        for i in range(40):
            os.kill(own.workers()[i % WORKERS], signal.SIGSTOP)
            time.sleep(0.05)
    wait_until(lambda: not any(stopped(p) for p in own.workers()), 2, "all workers go on")
    assert {s for s, _ in load.answers} == {200} and max(t for _, t in load.answers) < 1


def test_a_worker_that_is_killed_holds_nobody_up(own):
    with Readers(own.customer()) as load:
        for _ in range(10):
            wait_until(lambda: len(own.workers()) == WORKERS, 5, "the workers are there")
            os.kill(random.choice(own.workers()), signal.SIGKILL)
            time.sleep(0.1)
    assert max(t for _, t in load.answers) < 1
    assert sum(s != 200 for s, _ in load.answers) <= 10  # those that had a request in hand


def switches(pid):
    """How often a process has waited so far."""
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("voluntary_ctxt_switches"))


def test_a_connection_wakes_one_worker(own):
    customer, n = own.customer(), 200
    path, client = f"/Users/{customer.user()['id']}", customer.client_of()
    for _ in range(20):
        assert client.get(path).status == 200
    workers, begin = own.workers(), time.monotonic()
    before = sum(map(switches, workers))
    for _ in range(n):
        assert client.get(path).status == 200
    waits = sum(map(switches, workers)) - before
    ticks = WORKERS * 12 * (time.monotonic() - begin)
    # One for a connection, one for its request, one for the database. Woken all, four workers would wait six times.
    print(f"waits a request: {(waits - ticks) / n:.2f}")
    assert waits < 4.5 * n + ticks
