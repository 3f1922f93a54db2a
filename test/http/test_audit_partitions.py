"""The partitions of the audit log: made ahead, and what came where none was."""
import contextlib
import subprocess

import psycopg2
import pytest
from helpers import BUILD, ROOT, user_body, wait_until
from partitions import partitions, write_event
from webhooks import Worker

MONTH = "date_trunc('month', now() at time zone 'UTC') + interval '{} months'"


def month_of(own, ahead):
    return own.sql(f"select 'audit_event_' || to_char({MONTH.format(ahead)}, 'YYYY_MM')")[0][0]


@pytest.fixture(name="lost")
def lost_partition(own):
    """The last month has no partition; it gets one at the end."""
    name = month_of(own, 3)
    own.sql(f"drop table muster.{name}")
    yield name
    own.muster("audit", "partitions", "--repair")
    assert name in partitions(own.sql)


def work(server):
    """A muster-deliver that ends when there is nothing left to do; gives its log."""
    w = Worker(server)
    w.arguments = ["--once"]
    with w:
        assert w.process.wait(60) == 0
    with open(w.log, encoding="utf-8") as f:
        return f.read()


def test_this_month_and_the_next_three(own):
    assert partitions(own.sql) == [month_of(own, n) for n in range(4)]


def test_the_worker_makes_what_is_missing(own, lost):
    work(own)
    assert lost in partitions(own.sql)
    indexes = "select count(*) from pg_index i where i.indrelid = %s::regclass"
    parent, part = (own.sql(indexes, f"muster.{table}")[0][0] for table in ("audit_event", lost))
    assert parent == part == 3
    assert own.sql("select count(*) from pg_trigger where tgrelid = %s::regclass and tgname = 'insert_only'", f"muster.{lost}") == [(1,)]
    assert own.sql("select reloptions from pg_class where oid = %s::regclass", f"muster.{lost}") == own.sql(
        "select reloptions from pg_class where relname = 'audit_event_default'") != [(None,)]
    assert own.sql("select relrowsecurity and relforcerowsecurity from pg_class where oid = %s::regclass", f"muster.{lost}") == [(True,)]


def test_whoever_reads_the_log_is_not_waited_for(own, lost):
    """The worker goes on sealing, and those who write do not wait either."""
    with contextlib.closing(psycopg2.connect(own.db)) as c, c.cursor() as cur:
        cur.execute("select from muster.audit_event limit 1")
        t = own.customer()
        assert t.client.post("/Users", user_body()).status == 201
        work(own)
        assert lost not in partitions(own.sql)
        assert own.sql("select count(*) from muster.audit_pending where organization_id = %s", t.id) == [(0,)]
        assert "in use" in own.muster("audit", "partitions", ok=False).stderr
    work(own)
    assert lost in partitions(own.sql)


def test_what_cannot_be_made_is_not_tried_all_the_time(own):
    own.sql("revoke execute on function muster.audit_partitions_ahead from muster_deliver")
    rounds = set()
    with Worker(own) as w:
        def count_rounds():
            rounds.update(own.sql("select query_start from pg_stat_activity where application_name = 'muster-deliver' order by backend_start desc limit 1"))
            return len(rounds) > 20
        wait_until(count_rounds, 20, "some rounds")
    own.sql("grant execute on function muster.audit_partitions_ahead to muster_deliver")
    with open(w.log, encoding="utf-8") as f:
        assert f.read().count("sqlstate=42501") == 1


def test_a_month_of_which_the_default_partition_has_events_stays_there_until_the_repair(own, lost):
    write_event(own.sql, MONTH.format(3))
    write_event(own.sql, MONTH.format(-30))
    assert own.muster("audit", "partitions") == {"made": 0, "moved": 0, "kept": 1}
    assert "event=partitions months=1" in work(own) and lost not in partitions(own.sql)
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "doctor"], env=own.operator(), stdout=subprocess.PIPE, text=True, timeout=60, check=False)
    assert "warn audit partitions: 2 events or more" in done.stdout
    count = "select count(*) from muster.audit_event union all select count(*) from muster.audit_seal"
    there = own.sql(count)
    assert own.muster("audit", "partitions", "--repair") == {"made": 2, "moved": 2, "kept": 0}
    assert own.sql(f"select count(*) from muster.{lost}") == [(1,)] and own.sql("select count(*) from muster.audit_event_default") == [(0,)]
    assert own.sql(count) == there and own.sql("select count(*) from muster.audit_pending") == [(0,)]
    assert own.muster("audit", "verify")
    assert own.sql("select tgenabled from pg_trigger where tgname = 'insert_only' and tgrelid = 'muster.audit_event_default'::regclass") == [("O",)]
    assert own.muster("audit", "partitions", "--repair") == {"made": 0, "moved": 0, "kept": 0}
