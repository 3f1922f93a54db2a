"""The sealed audit log: one order without gaps."""
import contextlib
import os
import threading

from chains import Sealer, busy_customer, insert_event, order, owner, seal, verify
from helpers import wait_until


@contextlib.contextmanager
def held_back(server):
    """Nothing is sealed."""
    with owner(server) as c, c.cursor() as k:
        k.execute("select from muster.sealer for update")
        yield


def test_every_organization_counts_from_one_without_a_gap(server):
    tenants = [busy_customer(server), busy_customer(server)]
    tenants[0].user()
    seal(server, tenants[0].org["id"])
    for t in tenants:
        events = server.sql("select id::text from muster.audit_event where organization_id = %s", t.org["id"])
        places = order(server, t.org["id"])
        assert [p[0] for p in places] == list(range(1, len(events) + 1))
        assert sorted(p[1] for p in places) == sorted(e[0] for e in events)
        assert verify(server, "--org", t.slug)["events"] == len(events)


def test_changes_of_one_user_stand_in_their_order_also_if_the_later_one_began_first(server):
    t = server.customer()
    user, org, sealer = t.user(), t.org["id"], Sealer(server)
    lock = "select from muster.scim_user where id = %s for update"
    with owner(server) as early, owner(server) as quick, early.cursor() as a, quick.cursor() as b:
        a.execute("select now()")
        b.execute(lock, (user["id"],))
        first = insert_event(b, org, user["id"])
        quick.commit()
        a.execute(lock, (user["id"],))
        second = insert_event(a, org, user["id"])
        early.commit()
    sealer.until_sealed(org)
    times = dict(server.sql("select id::text, at from muster.audit_event where id in (%s, %s)", first, second))
    assert times[second] <= times[first]
    assert [p[1] for p in order(server, org)][-2:] == [first, second]


def test_another_table_s_open_transaction_holds_nothing_up(server):
    t = server.customer()
    sealer = Sealer(server)
    with owner(server) as other, other.cursor() as c:
        c.execute("update muster.member set display_name = 'x' where organization_id = %s", (t.org["id"],))
        user = t.user()
        sealer.until_sealed(t.org["id"])
        assert order(server, t.org["id"])[-1][1] in [r[0] for r in server.sql("select id::text from muster.audit_event where target_id = %s", user["id"])]


def test_an_open_transaction_with_an_event_holds_nobody_up_and_is_not_lost(server):
    t = server.customer()
    org, sealer = t.org["id"], Sealer(server)
    sealer.until_sealed(org)
    with owner(server) as slow, slow.cursor() as c:
        late = insert_event(c, org, org)
        early = []
        for _ in range(3):
            with owner(server) as quick, quick.cursor() as q:
                early.append(insert_event(q, org, org))
                quick.commit()
            sealer.until_sealed(org)
        assert [p[1] for p in order(server, org)][-3:] == early
        assert verify(server, "--org", t.slug)["waiting"] == 0
        slow.commit()
    assert verify(server, "--org", t.slug)["problem_count"] == 0
    sealer.until_sealed(org)
    assert [p[1] for p in order(server, org)][-4:] == [*early, late]


def test_a_full_round_passes_over_no_open_transaction(server):
    """A round that is full of later events does not say that nothing will come below them."""
    t = server.customer()
    answers = []
    seal(server, t.org["id"])
    with owner(server) as late, owner(server) as full, late.cursor() as a, full.cursor() as b:
        insert_event(a, t.org["id"], t.org["id"])
        for _ in range(3):
            insert_event(b, t.org["id"], t.org["id"])

        def full_round():
            b.execute("select busy, clear from muster.audit_seal_next(0, 3)")
            answers.append(b.fetchone())
            return not answers[-1][0]
        wait_until(full_round, 10, "a round")
        assert answers[-1][1] is None
        full.rollback()
        late.rollback()


def test_an_event_that_waits_twice_holds_up_nobody(server):
    t = server.customer()
    seal(server, t.org["id"])
    with owner(server) as c, c.cursor() as k:
        event = insert_event(k, t.org["id"], t.org["id"])
        k.execute("insert into muster.audit_pending (organization_id, event_id, at) select organization_id, event_id, at "
                  "from muster.audit_pending where event_id = %s", (event,))
        c.commit()
    seal(server, t.org["id"])
    assert [p[1] for p in order(server, t.org["id"])].count(event) == 1 and verify(server, "--org", t.slug)["problem_count"] == 0


def test_what_waits_for_an_event_that_is_not_there_leaves_no_hole_and_is_told(server):
    t = server.customer()
    seal(server, t.org["id"])
    with owner(server) as c, c.cursor() as k:
        for _ in range(2):
            insert_event(k, t.org["id"], t.org["id"])
            k.execute("insert into muster.audit_pending (organization_id, event_id, at) values (%s, muster.uuid7(), now())", (t.org["id"],))
        first = insert_event(k, t.org["id"], t.org["id"])
        c.commit()
    seal(server, t.org["id"])
    sequences = [s for s, i, _ in order(server, t.org["id"])]
    assert sequences == list(range(1, len(sequences) + 1)) and order(server, t.org["id"])[-1][1] == first
    assert verify(server, "--org", t.slug)["problem_count"] == 0

    def told():
        logs = [os.path.join(server.data, "log", name) for name in ("postgresql.log", "deliver.log")]
        return sum(f"organization {t.org['id']}: 2 audit events" in line for name in logs for line in open(name, encoding="utf-8"))
    wait_until(told, 5, "a warning says so")


def test_a_round_reads_no_event(server):
    """All that the chain needs is written beside the event, so nothing of the log is opened, however long it is."""
    t = server.customer()
    seal(server, t.org["id"])
    with held_back(server):
        user = t.user()
    with owner(server) as other, other.cursor() as c:
        c.execute("lock table muster.audit_event in access exclusive mode")
        seal(server, t.org["id"])
    assert order(server, t.org["id"])[-1][2] in ("member.added", "scim.user.provisioned") and user["id"]
    assert verify(server, "--org", t.slug)["problem_count"] == 0


def test_what_an_older_program_left_to_seal_verifies_too(server):
    t = server.customer()
    with held_back(server):
        t.user()
        server.sql("update muster.audit_pending set head = null, salt = null, commitment = null, action = null, target_type = null, target_id = null "
                   "where organization_id = %s", t.org["id"])
    seal(server, t.org["id"])
    done = verify(server, "--org", t.slug)
    assert done["problem_count"] == 0 and done["events"] == len(order(server, t.org["id"])) > 1


def test_what_is_erased_before_it_is_sealed_verifies_too(server):
    t = server.customer()
    with held_back(server):
        user = t.user()
        assert t.client.delete(f"/Users/{user['id']}").status == 204
        erase = threading.Thread(target=server.muster, args=("erase", user["userName"], "--org", t.slug, "--confirm", user["userName"]))
        erase.start()
        wait_until(lambda: server.sql("select count(*) from pg_locks where locktype in ('transactionid', 'tuple') and not granted") != [(0,)], 10,
                   "erase waits")
    erase.join()
    seal(server, t.org["id"])
    assert verify(server, "--org", t.slug)["problem_count"] == 0
    assert server.sql("select count(*) from muster.audit_seal s join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id "
                      "where s.organization_id = %s and e.erased_at is not null and s.salt is not null", t.org["id"]) == [(0,)]


def test_erasing_leaves_the_chain_whole_and_no_salt(server):
    t = server.customer()
    before, after = t.user(), t.user()
    seal(server, t.org["id"])
    assert t.client.delete(f"/Users/{before['id']}").status == t.client.delete(f"/Users/{after['id']}").status == 204
    email = before["userName"]
    server.muster("erase", email, "--org", t.slug, "--confirm", email)  # some of its events are sealed by now, some maybe not
    seal(server, t.org["id"])
    assert verify(server, "--org", t.slug)["problem_count"] == 0
    rows = server.sql("""select e.target_id::text, e.erased_at is not null, s.salt is null from muster.audit_seal s
                         join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at
                         where s.organization_id = %s and e.action = 'scim.user.provisioned' order by s.sequence""", t.org["id"])
    assert sorted(rows) == sorted([(before["id"], True, True), (after["id"], False, False)])


def test_what_is_erased_while_it_is_sealed_verifies_too(server):
    t = server.customer()
    user, org = t.user(), t.org["id"]
    assert t.client.delete(f"/Users/{user['id']}").status == 204
    done = []
    with owner(server) as sealing, sealing.cursor() as c:
        def sealed():
            c.execute("select * from muster.audit_seal_next(0, 10000)")
            return not c.fetchone()[0]
        wait_until(sealed, 10, "the sealing lock")
        thread = threading.Thread(target=lambda: done.append(server.muster("erase", user["userName"], "--org", t.slug, "--confirm", user["userName"])))
        thread.start()
        wait_until(lambda: server.sql("select count(*) from pg_locks where locktype in ('transactionid', 'tuple') and not granted") != [(0,)], 10,
                   "erase waits")
        sealing.commit()
    thread.join()
    assert done[0]["audit_events"] > 0
    seal(server, org)
    assert verify(server, "--org", t.slug)["problem_count"] == 0


GONE, UNFIT, DATA = "the event is not there", "the chain does not fit here", "the event's data, or the salt"


def test_the_worker_seals_together_what_comes_within_ten_milliseconds(server, customer):
    for _ in range(20):
        customer.user()
    org = customer.org["id"]
    wait_until(lambda: server.sql("select 1 from muster.audit_pending where organization_id = %s limit 1", org) == [], 10, "all is sealed")
    # A row's xmin is the round that wrote it.
    rounds = server.sql("""select min(sealed_at), max(sealed_at) from muster.audit_seal where organization_id = %s
                           group by xmin::text order by 1""", org)
    assert all((later - ended).total_seconds() >= 0.008 for (_, ended), (later, _) in zip(rounds, rounds[1:]))
