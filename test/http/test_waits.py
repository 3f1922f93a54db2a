"""What a lock that somebody holds costs: the writers who want it a few seconds, everybody else nothing."""
import contextlib
import threading
import time

import psycopg2
import pytest
from helpers import assert_error, op, wait_until
from locks import locked, waiting

pytestmark = pytest.mark.alone
WORKERS = 4


def timed(run):
    begin = time.monotonic()
    answer = run()
    return answer, time.monotonic() - begin


class Writers:
    """Changes of a group by several clients at once; `answers` has (answer, seconds) of each."""

    def __init__(self, customer, group, n):
        self.answers = []
        path, client = f"/Groups/{group['id']}", lambda: customer.client_of()
        self.threads = [threading.Thread(target=lambda: self.answers.append(timed(
            lambda: client().patch(path, op("replace", "displayName", f"G{time.monotonic_ns()}"))))) for _ in range(n)]

    def start(self):
        for t in self.threads:
            t.start()
        return self

    def join(self):
        for t in self.threads:
            t.join()
        return self.answers


def test_a_lock_is_waited_for_twice(own):
    customer = own.customer()
    group = customer.group()
    with locked(own, "scim_group", group) as holder:
        writers = Writers(customer, group, 1).start()
        wait_until(lambda: waiting(own) == 1, 5, "the change waits")
        time.sleep(3)
        holder.rollback()
        (answer, seconds), = writers.join()
    assert answer.status == 200 and 3 <= seconds < 4


def test_half_of_the_workers_wait_and_another_organization_is_served(own):
    customer, other = own.customer(), own.customer()
    user, group = other.user(), customer.group()  # in this order: nobody else was served since the customer came
    with locked(own, "scim_group", group):
        writers = Writers(customer, group, 8).start()
        wait_until(lambda: len(writers.answers) == 8 - WORKERS // 2, 4, "half of the workers wait, the other changes were refused")
        assert waiting(own) == WORKERS // 2
        while waiting(own) == WORKERS // 2:
            for client, path in ((other.client, f"/Users/{user['id']}"), (customer.client, f"/Groups/{group['id']}")):
                answer, seconds = timed(lambda client=client, path=path: client.get(path))
                assert answer.status == 200 and seconds < 0.5, path
        answers = writers.join()
    for answer, seconds in answers:
        assert_error(answer, 503, None, "other changes are in the way") and answer.header("Retry-After")
        assert seconds < 8  # a row that others wait for too is two locks, one after the other
    assert sum(seconds > 4 for _, seconds in answers) == WORKERS // 2
    assert [a.status for a, _ in Writers(customer, group, 1).start().join()] == [200]


def test_a_read_that_a_change_of_a_table_is_in_the_way_of_is_refused_in_time(own):
    customer = own.customer()
    with contextlib.closing(psycopg2.connect(own.db)) as c, c.cursor() as cur:
        cur.execute("lock table muster.scim_user in access exclusive mode")
        answer, seconds = timed(lambda: customer.client.get("/Users"))
        c.rollback()
    assert_error(answer, 503) and answer.header("Retry-After")
    assert 3.5 < seconds < 6
    assert customer.client.get("/Users").status == 200
