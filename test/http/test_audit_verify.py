"""The chain of the audit log: every change in it is found; what is exported."""
import contextlib
import csv
import io
import json
import os
import subprocess

import psycopg2
import pytest
from chains import ZEROS, Sealer, busy_customer, insert_event, muster, order, owner, seal, verify
from helpers import BUILD, ROOT, unique, user_body, wait_until
from test_audit_seal import DATA, GONE, UNFIT


def test_verify_and_head_for_people(server):
    t = busy_customer(server)
    head = muster(server, "audit", "head", "--org", t.slug).stdout.decode().split()
    n, hashed = head[0].split(":")
    done = muster(server, "audit", "verify", "--org", t.slug)
    assert done.returncode == 0 and done.stdout.decode() == f"ok   {t.slug}: {n} events, 1 to {n}, head {head[0]}\n"
    assert json.loads(muster(server, "audit", "head", "--org", t.slug, "--json").stdout) == {
        "organization_id": t.org["id"], "slug": t.slug, "sequence": int(n), "hash": hashed, "at": head[1]}
    assert muster(server, "audit", "verify", "--org", t.slug, "--head", head[0]).returncode == 0
    server.fill(("update muster.audit_event set action = 'x' where organization_id = %s and action = 'scim.group.created'", t.org["id"]))
    done = muster(server, "audit", "verify", "--org", t.slug)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 1 and b"1 problem" in done.stderr and len(lines) == 2
    assert lines[0].startswith(f"BAD  {t.slug} ") and "the chain does not fit here" in lines[0] and lines[1].startswith(f"BAD  {t.slug}: {n} events")


def test_a_part_of_the_chain(server):
    t = busy_customer(server)
    n = len(order(server, t.org["id"]))
    part = verify(server, "--org", t.slug, "--from", "3", "--to", str(n - 1))
    assert (part["from"], part["to"], part["events"], part["problem_count"]) == (3, n - 1, n - 3, 0)
    server.fill(("update muster.audit_seal set commitment = sha256('') where organization_id = %s and sequence = 2", t.org["id"]))
    assert verify(server, "--org", t.slug, "--from", "3")["problem_count"] == 0
    bad = verify(server, "--org", t.slug, "--to", "2", ok=False)
    assert {p["sequence"] for p in bad["problems"]} == {2}
    server.fill(("delete from muster.audit_seal where organization_id = %s and sequence = 2", t.org["id"]))
    assert [p["problem"] for p in verify(server, "--org", t.slug, "--from", "3", ok=False)["problems"]] == [
        "this place is missing, or its hash is none: nothing can follow it"]


def test_the_installation_has_a_chain_too(server):
    with owner(server) as c, c.cursor() as cur:
        insert_event(cur, ZEROS, ZEROS)
        c.commit()
    seal(server, ZEROS)
    assert verify(server, "--org", ZEROS)["events"] > 0
    assert ZEROS in [o["organization_id"] for o in server.muster("audit", "head")["data"]]


@pytest.mark.parametrize("args, code, words", [
    (["verify", "--org", "nobody"], 1, "muster org list"), (["head", "--org", "nobody"], 1, "muster org list"),
    (["verify", "--head", "1:" + "0" * 64], 64, "--org"), (["verify", "--org", "x", "--head", "1:zz"], 64, "--head"),
    (["verify", "--org", "x", "--from", "0"], 64, "--from"), (["verify", "--org", "x", "--to", "1x"], 64, "--to"),
    (["verify", "--heads", "/nowhere"], 64, "/nowhere"), (["verify", "--heads", "/dev/stdin"], 1, "line 1"),
    (["export", "--org", "nobody", "--format", "csv"], 1, "muster org list"), (["export", "--format", "csv"], 64, "--org"),
    (["export", "--org", "x"], 64, "--format"), (["export", "--org", "x", "--format", "csv", "--from", "soon"], 64, "--from"),
    (["export", "--org", "x", "--format", "csv", "--json"], 64, "--output")])
def test_what_is_refused(server, args, code, words):
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "audit", *args], input=b"{}\n", stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                          check=False, env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db})
    assert done.returncode == code and words in done.stderr.decode(), done


# The changes: {o} is the organization, {n} a place of its chain, and {m} another one. And the problem that verify must report.
EVENT = "update muster.audit_event e set {set} from muster.audit_seal s where s.organization_id = '{o}' and s.sequence = {n} and " \
        "e.organization_id = s.organization_id and e.id = s.event_id"
SEAL = "update muster.audit_seal set {set} where organization_id = '{o}' and sequence = {n}"
DELETE = "delete from muster.audit_event e using muster.audit_seal s where s.organization_id = '{o}' and s.sequence {which} and " \
         "e.organization_id = s.organization_id and e.id = s.event_id"
LAST = 7


def tamperings():
    for change in ("action = action || 'x'", "actor_type = 'key'", "actor_id = gen_random_uuid()", "actor_id = null", "connection_id = gen_random_uuid()",
                   "connection_id = null", "target_type = 'team'", "target_id = gen_random_uuid()", "request_id = gen_random_uuid()",
                   "client_address = '192.0.2.99'", "client_address = null", "action = '', actor_type = 'key'"):
        yield EVENT.replace("{set}", change), UNFIT
    for change in ("id = gen_random_uuid()", "at = e.at + interval '1 ms'", "at = 'infinity'", "at = e.at - interval '40 days'",
                   "organization_id = gen_random_uuid()"):
        yield EVENT.replace("{set}", change), GONE
    for change in ("""data = e.data || '{{"x": 1}}'""", "data = '{{}}'"):
        yield EVENT.replace("{set}", change), DATA
    yield EVENT.replace("{set}", "erased_at = now()"), "is marked as erased, but has data"
    yield EVENT.replace("{set}", """data = '{{"erased": true}}'"""), "is gone, but it is not marked"
    yield EVENT.replace("{set}", """data = '{{"erased": true}}', erased_at = now()"""), DATA
    for change, what in (("event_id = gen_random_uuid()", GONE), ("at = at + interval '1 ms'", GONE), ("salt = sha256(salt)", DATA),
                         ("salt = null", "the salt is gone"), ("commitment = sha256(commitment)", UNFIT), ("hash = sha256(hash)", UNFIT),
                         ("organization_id = gen_random_uuid()", "no place in the chain"), ("sequence = sequence + 100", "missing")):
        yield SEAL.replace("{set}", change), what
    yield DELETE.replace("{which}", "= {n}"), GONE
    yield "delete from muster.audit_seal where organization_id = '{o}' and sequence = {n}", "no place in the chain"
    yield DELETE.replace("{which}", "= {n}") + "; delete from muster.audit_seal where organization_id = '{o}' and sequence = {n}", "missing|cut off"
    yield ("insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, request_id) "
           "values ('{o}', gen_random_uuid(), now(), 'x', 'operator', 'team', '{o}', '{o}')"), "no place in the chain"
    yield ("insert into muster.audit_seal (organization_id, sequence, event_id, at, salt, commitment, hash) select organization_id, 8, "
           "gen_random_uuid(), at, salt, commitment, hash from muster.audit_seal where organization_id = '{o}' and sequence = {n}"), GONE
    swap = "update muster.audit_seal set sequence = {b} where organization_id = '{{o}}' and sequence = {a}"
    yield "; ".join(swap.format(a=a, b=b) for a, b in (("{n}", "1000"), ("{m}", "{n}"), ("1000", "{m}"))), UNFIT
    yield ("update muster.audit_event e set data = f.data from muster.audit_seal s, muster.audit_seal t, muster.audit_event f where "
           "s.organization_id = '{o}' and t.organization_id = '{o}' and (s.sequence, t.sequence) in (({n}, {m}), ({m}, {n})) and "
           "e.organization_id = '{o}' and e.id = s.event_id and f.organization_id = '{o}' and f.id = t.event_id"), DATA
    yield ("update muster.audit_seal s set event_id = t.event_id, at = t.at from muster.audit_seal t where s.organization_id = '{o}' and "
           "t.organization_id = '{o}' and s.sequence = {n} and t.sequence = {m}"), UNFIT  # without its unique key
    yield DELETE.replace("{which}", ">= {n}") + "; delete from muster.audit_seal where organization_id = '{o}' and sequence >= {n}", "cut off"
    yield "delete from muster.audit_seal where organization_id = '{o}' and sequence >= {n}", "no place in the chain"
    # Somebody who knows how makes the whole chain anew: only a head that was kept elsewhere reveals it.
    yield (EVENT.replace("{set}", "action = 'forged'") + """;
           update muster.audit_seal s set hash = c.hash
           from (select t.sequence, muster.chain(decode(repeat('00', 32), 'hex'), convert_to(muster.audit_head_text(e, t.sequence), 'UTF8') || t.commitment)
                                    over (order by t.sequence) as hash
                 from muster.audit_seal t
                 join muster.audit_event e on e.organization_id = t.organization_id and e.id = t.event_id
                 where t.organization_id = '{o}') c
           where s.organization_id = '{o}' and s.sequence = c.sequence"""), "the chain is another one"


def make_chains(server, organizations):
    """Organizations with a chain of seven events each."""
    server.fill(("insert into muster.organization (id, slug, name) select o, 'seal-' || o, 'x' from unnest(%s::uuid[]) o", organizations),
                ("""insert into muster.audit_event (organization_id, id, at, action, actor_type, actor_id, connection_id, target_type, target_id, data,
                                                    request_id, client_address)
                    select o, gen_random_uuid(), now() - n * interval '1 hour', 'scim.user.updated', 'token', gen_random_uuid(), gen_random_uuid(),
                           'scim_user', gen_random_uuid(), jsonb_build_object('n', n, 'name', 'Ü "q" 🙂'), gen_random_uuid(), '192.0.2.' || n
                    from unnest(%s::uuid[]) o, generate_series(1, 7) n""", organizations),
                ("""insert into muster.audit_pending (organization_id, event_id, at, quiet)
                    select e.organization_id, e.id, e.at, true from muster.audit_event e where e.organization_id = any(%s::uuid[])""", organizations))
    sealer = Sealer(server)

    def sealed():
        sealer.round()
        return server.sql("select count(*) from muster.audit_pending where organization_id = any(%s::uuid[])", organizations) == [(0,)]
    wait_until(sealed, 30, "the chains are sealed")


@pytest.fixture
def chains(server):
    ids = [r[0] for r in server.sql("select gen_random_uuid()::text from generate_series(1, 1100)")]
    superuser = server.db.replace("muster_owner", "postgres")
    make_chains(server, ids)
    # A superuser can do this: no trigger, key or unique constraint stops them.
    with contextlib.closing(psycopg2.connect(superuser)) as c, c.cursor() as cur:
        cur.execute("alter table muster.audit_seal drop constraint audit_seal_event")
        cur.execute("create index audit_seal_event on muster.audit_seal (organization_id, event_id)")
        c.commit()
    yield ids
    server.fill(("delete from muster.audit_event where organization_id = any(%s::uuid[])", ids),
                ("delete from muster.audit_event where not exists (select from muster.organization o where o.id = organization_id)",),
                ("delete from muster.audit_seal where organization_id = any(%s::uuid[])", ids),
                ("delete from muster.audit_seal s where not exists (select from muster.organization o where o.id = s.organization_id)",),
                ("delete from muster.organization where id = any(%s::uuid[])", ids))
    server.sql("drop index muster.audit_seal_event")
    server.sql("alter table muster.audit_seal add constraint audit_seal_event unique (organization_id, event_id)")


def tamper(server, organizations):
    """One change in each; {organization: what verify has to say}."""
    ways, said = list(tamperings()), {}
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c, c.cursor() as cur:
        cur.execute("set session_replication_role = replica")
        for i, o in enumerate(organizations):
            statement, words = ways[i % len(ways)]
            n = 1 + i // len(ways) % LAST
            for one in statement.format(o=o, n=n, m=n % LAST + 1).split("; "):
                cur.execute(one)
                assert cur.rowcount > 0, one
            said[o] = words
    return said


def test_a_thousand_changes_are_found_and_nothing_else(server, chains):
    """Each in an organization of its own, as somebody makes them who owns the database; a hundred organizations are left alone."""
    path = f"{server.dir}/{unique('heads')}"
    with open(path, "wb") as f:
        f.write(muster(server, "audit", "head", "--json").stdout)
    changed, control = chains[:1000], set(chains[1000:])
    said = tamper(server, changed)
    found = {o["organization_id"]: o for o in verify(server, "--heads", path, ok=False)["data"]}
    assert {o for o in control if found[o]["problem_count"] or found[o]["events"] != LAST} == set()
    for o, words in said.items():
        problems = found[o]["problems"]
        assert any(w in p["problem"] for w in words.split("|") for p in problems), (words, problems)
        assert found[o]["problem_count"] == len(problems) <= 2 * LAST + 2


def test_an_organization_that_is_gone_altogether_is_missed(server):
    (o,) = server.sql("select gen_random_uuid()::text")[0]
    make_chains(server, [o])
    path = f"{server.dir}/{unique('heads')}"
    with open(path, "wb") as f:
        f.write(muster(server, "audit", "head", "--org", o, "--json").stdout * 2)
    assert muster(server, "audit", "verify", "--org", o, "--heads", path).returncode == 0
    server.fill(*[(f"delete from muster.{t} where organization_id = %s", o) for t in ("audit_event", "audit_seal")],
                ("delete from muster.organization where id = %s", o))
    (found,) = [x for x in verify(server, "--heads", path, ok=False)["data"] if x["organization_id"] == o]
    assert found["slug"] is None and [p["sequence"] for p in found["problems"]] == [LAST] and "cut off" in found["problems"][0]["problem"]


def test_more_than_a_hundred_problems_are_counted(server):
    t = server.customer()
    with owner(server) as c, c.cursor() as cur:
        for _ in range(130):
            insert_event(cur, t.org["id"], t.org["id"])
        c.commit()
    seal(server, t.org["id"])
    server.fill(("update muster.audit_event set action = 'x' where organization_id = %s and action = 'test.happened'", t.org["id"]))
    bad = verify(server, "--org", t.slug, ok=False)
    assert bad["problem_count"] == 130 and len(bad["problems"]) == 100
    assert b"30 problems more" in muster(server, "audit", "verify", "--org", t.slug).stdout


def test_export(server):
    t = server.customer()
    org = t.org["id"]
    with owner(server) as c, c.cursor() as cur:
        for n in range(250):  # more than a page
            insert_event(cur, org, org, data={"n": n, "text": 'a,"b"\r\nÜ 🙂'})
        insert_event(cur, org, org, action="=cmd|' /C calc'!A1")
        c.commit()
    seal(server, org)
    places = order(server, org)
    lines = muster(server, "audit", "export", "--org", t.slug, "--format", "jsonl").stdout.decode().splitlines()
    events = [json.loads(line) for line in lines]
    assert [(e["sequence"], e["id"], e["action"]) for e in events] == places
    assert f"{events[-1]['sequence']}:{events[-1]['hash']}" == muster(server, "audit", "head", "--org", org).stdout.decode().split()[0]
    text = muster(server, "audit", "export", "--org", t.slug, "--format", "csv").stdout.decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert text.endswith("\r\n") and list(rows[0]) == list(events[0]) and len(rows) == len(events)
    for row, event in zip(rows, events):
        formula = event["action"].startswith("=")
        assert row["action"] == ("'" if formula else "") + event["action"] and json.loads(row["data"]) == event["data"]
        assert {k: v or None for k, v in row.items() if k not in ("action", "data", "sequence")} == {
            k: v for k, v in event.items() if k not in ("action", "data", "sequence")}
    api = server.muster("audit", "list", "--org", t.slug, "--limit", "1000")["data"]
    assert {e["id"]: {k: v for k, v in e.items() if k not in ("sequence", "hash")} for e in events} == {
        e["id"]: {k: v for k, v in e.items() if k not in ("sequence", "hash", "actor_for")} for e in api}


def test_an_export_of_some(server):
    t = server.customer()
    org, path = t.org["id"], f"{server.dir}/{unique('events')}"
    t.client.post("/Users", user_body())
    seal(server, org)

    def some(*args):
        done = muster(server, "audit", "export", "--org", t.slug, "--format", "jsonl", *args)
        assert done.returncode == 0, done
        return [json.loads(line) for line in done.stdout.decode().splitlines()]
    everything = some()
    assert some("--action", "scim.user.*") == [e for e in everything if e["action"].startswith("scim.user.")] != []
    assert some("--action", "organization.created") == everything[:1]
    at = everything[-1]["at"]
    assert some("--from", at) == [e for e in everything if e["at"] >= at] and some("--to", at) == [e for e in everything if e["at"] < at]
    done = muster(server, "audit", "export", "--org", t.slug, "--format", "csv", "--output", path, "--json")
    assert json.loads(done.stdout) == {"events": len(everything)}
    assert os.stat(path).st_mode & 0o777 == 0o600 and not os.path.exists(path + ".part")
    with open(path, encoding="utf-8", newline="") as f:
        assert len(list(csv.reader(f))) == len(everything) + 1
    for bad in ("/nowhere/x", "/dev/full"):
        assert muster(server, "audit", "export", "--org", t.slug, "--format", "csv", "--output", bad).returncode == 1, bad


def test_what_is_not_sealed_is_not_exported(server):
    t = server.customer()
    seal(server, t.org["id"])

    def exported():
        return b"test.waiting" in muster(server, "audit", "export", "--org", t.slug, "--format", "jsonl").stdout
    with owner(server) as holder, owner(server) as c, holder.cursor() as hold, c.cursor() as cur:
        hold.execute("select muster.hold_sealer()")  # nobody seals meanwhile
        insert_event(cur, t.org["id"], t.org["id"], action="test.waiting")
        c.commit()
        assert not exported() and verify(server, "--org", t.slug)["waiting"] == 1
    seal(server, t.org["id"])
    assert exported()
