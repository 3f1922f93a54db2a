"""What a round of sealing reads, counted in pages: as much as it seals, whatever was sealed before."""
import contextlib

import psycopg2
import pytest
from chains import owner, verify
from server import Server
from webhooks import end_worker


@pytest.fixture(scope="module", name="own")
def server_without_worker():
    s = Server().start()
    end_worker(s)
    yield s
    s.stop()


class Rounds:
    """The rounds of one connection of the worker's role."""

    def __init__(self, server, org):
        self.server, self.org, self.place = server, org, 0
        self.connection = psycopg2.connect(server.db.replace("muster_owner", "muster_deliver"))
        self.connection.autocommit = True
        self.cursor = self.connection.cursor()

    def __enter__(self):
        for n in (0, 1, 1):  # now its statements are planned
            self.seal(n)
        return self

    def __exit__(self, *exc):
        self.connection.close()

    def write(self, n):
        """Writes events; gives the pages that were touched."""
        return self.pages(self.server.sql(f"""
            explain (analyze, buffers, format json)
            insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, request_id)
            select '{self.org}', gen_random_uuid(), now(), 'scim.user.updated', 'operator', 'scim_user', gen_random_uuid(), gen_random_uuid()
            from generate_series(1, {n})""")[0][0][0])

    def seal(self, n=1):
        """Writes events and seals them; gives the pages that the round touched."""
        self.write(n)
        self.cursor.execute("explain (analyze, buffers, format json) select muster.audit_seal_next(%s, 100000)", (self.place,))
        touched = self.pages(self.cursor.fetchone()[0][0])
        self.cursor.execute("select clear from muster.audit_seal_next(%s, 100000)", (self.place,))
        self.place = self.cursor.fetchone()[0] or self.place
        return touched

    @staticmethod
    def pages(explained):
        return sum(part.get(f"Shared {how} Blocks", 0) for part in (explained["Plan"], explained.get("Planning", {})) for how in ("Hit", "Read"))


def test_past_months_cost_a_round_and_a_write_nothing(own):
    t = own.customer()
    with Rounds(own, t.org["id"]) as rounds:
        few = rounds.write(1), rounds.seal()
        with owner(own) as c, c, c.cursor() as k:
            k.execute("select muster.audit_partition((date_trunc('month', now() at time zone 'UTC') - make_interval(months => n))::date) "
                      "from generate_series(1, 57) n")
        rounds.seal()  # all connections plan anew
        many = rounds.write(1), rounds.seal()
    assert many[0] <= 1.1 * few[0] + 5 and many[1] <= 1.1 * few[1] + 5, (few, many)


def test_what_was_sealed_beside_an_old_snapshot_is_not_read_again(own):
    """Its deleted rows stay, for as long as somebody could still see them."""
    t = own.customer()
    with Rounds(own, t.org["id"]) as rounds, contextlib.closing(psycopg2.connect(own.db)) as old, old.cursor() as k:
        k.execute("set transaction isolation level repeatable read")
        k.execute("select count(*) from muster.audit_pending")
        before = rounds.seal()
        for _ in range(5):
            rounds.seal(1000)
        after = rounds.seal()
        assert after <= 1.5 * before + 5, (before, after)
    assert verify(own, "--org", t.slug)["problem_count"] == 0


def test_a_round_with_nothing_to_seal_reads_next_to_nothing(own):
    with Rounds(own, own.customer().org["id"]) as rounds:
        rounds.seal(100)
        assert rounds.seal(0) <= 5
