"""muster doctor: faults fail, and future problems are warnings."""
import contextlib
import json
import os
import shutil
import subprocess

import psycopg2
import pytest
from helpers import BUILD, ROOT, unique, wait_until
from webhooks import seal, settle

pytestmark = pytest.mark.usefixtures("durable")


@pytest.fixture
def doctor(server, tmp_path):
    def run(**env):
        done = subprocess.run([f"{ROOT}/{BUILD}/muster", "doctor"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db, "MUSTER_LIMITS": os.path.join(server.data, "run", "sock", "limits"),
                                   "MUSTER_SECRET_KEY_FILE": server.env["MUSTER_SECRET_KEY_FILE"], **env})
        return done.returncode, done.stdout.splitlines()
    return run


def lines(out, *words):
    return [line for line in out if all(w in line for w in words)]


@contextlib.contextmanager
def restored(server, change, back):
    server.sql(change)
    try:
        yield
    finally:
        server.sql(back)


@pytest.mark.parametrize("role", ["muster_scim", "muster_app", "muster_admin", "muster_deliver"])
def test_the_roles_are_looked_at(server, doctor, role):
    code, out = doctor()
    assert code == 0 and lines(out, "ok", role, "least rights")
    with restored(server, f"alter role {role} createrole", f"alter role {role} nocreaterole"):
        code, out = doctor()
        assert code == 1 and lines(out, "BAD", role, "more than it needs")


@pytest.mark.parametrize("name, says", [("functions_1.1.0", "those of 1.1.0"), ("functions_99.0.0", "those of 99.0.0"), (None, "another program")])
def test_functions_that_another_program_made(server, doctor, name, says):
    assert lines(doctor()[1], "ok", "functions", "this release")
    kept = server.sql("select name, checksum from muster.schema_migration where number = 0")[0]
    server.sql("update muster.schema_migration set name = %s, checksum = sha256('other') where number = 0", name or kept[0])
    try:
        code, out = doctor()
        assert code == 1 and lines(out, "BAD", "functions", says, "run muster migrate"), out
    finally:
        server.sql("update muster.schema_migration set name = %s, checksum = %s where number = 0", *kept)


def test_a_mapping_that_waits(server, doctor):
    t = server.customer()
    path = f"{server.dir}/{unique('m')}.json"
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"title": "public_metadata.job"}, f)
    server.muster("mapping", "set", path, "--org", t.slug)
    server.muster("mapping", "status", "--org", t.slug, "--wait")
    late = "update muster.attribute_mapping set version = applied_version + 1, requested_at = now() - interval '61 minutes' where organization_id = %s"
    with restored(server, "revoke update on muster.attribute_mapping from muster_deliver", "grant update on muster.attribute_mapping to muster_deliver"):
        server.sql(late.replace("61", "50"), t.org["id"])
        assert doctor()[0] == 0
        server.sql(late, t.org["id"])
        code, out = doctor()
        assert code == 1 and lines(out, "BAD", t.slug, "muster-deliver")
    server.muster("mapping", "status", "--org", t.slug, "--wait")
    code, out = doctor()
    assert code == 0 and lines(out, "ok", "attribute mappings")


def test_events_that_nobody_seals(server, doctor):
    t = server.customer()
    late = "insert into muster.audit_pending (organization_id, event_id, at, quiet) values (%s, muster.uuid7(), now() - interval '61 seconds', true)"
    with restored(server, "revoke execute on function muster.audit_seal_next(bigint, integer) from muster_deliver",
                  "grant execute on function muster.audit_seal_next(bigint, integer) to muster_deliver"):
        server.sql(late, t.org["id"])
        code, out = doctor()
        assert code == 1 and lines(out, "BAD", "sealing", "muster-deliver")
    seal(server)
    code, out = doctor()
    assert code == 0 and lines(out, "ok", "sealing")


def test_a_worker_that_is_not_there(server, doctor):
    assert not lines(doctor()[1], "warn", "muster-deliver")
    with contextlib.ExitStack() as stack:
        stack.callback(wait_until, lambda: not lines(doctor()[1], "warn", "muster-deliver"), 20, "the worker is back")
        stack.enter_context(restored(server, "alter role muster_deliver nologin", "alter role muster_deliver login"))
        with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
            cur.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'muster_deliver'")
        wait_until(lambda: lines(doctor()[1], "warn", "muster-deliver", "none is connected"), 20, "the worker is gone")
        assert doctor()[0] == 0


def test_tokens_and_keys_that_end_soon(server, doctor):
    t = server.customer()
    name = unique("soon")
    key = server.muster("key", "create", name, "--org", t.slug)
    prefixes = (t.token["prefix"], key["prefix"])
    for days, said in (("13", True), ("15", False), ("-1", False)):
        for table, prefix in zip(("token", "api_key"), prefixes):
            server.sql(f"update muster.{table} set expires_at = now() + interval '{days} days' where prefix = %s", prefix)
        code, out = doctor()
        assert code == 0, (days, said)
        assert bool(lines(out, "warn", "token", t.slug, prefixes[0])) == bool(lines(out, "warn", "key", name, prefixes[1])) == said, (days, said)
    server.muster("token", "revoke", t.token["id"])
    server.muster("key", "revoke", key["id"])


def test_organizations_near_a_cap(server, doctor):
    t = server.customer()
    for i in range(5):
        t.user()
    server.muster("org", "set", t.slug, "--max-users", "6")
    code, out = doctor()
    assert code == 0 and lines(out, "warn", t.slug, "5 of 6 users")
    server.muster("org", "set", t.slug, "--max-users", "7")
    assert not lines(doctor()[1], t.slug, "users")
    t.group("One")
    server.muster("org", "set", t.slug, "--max-groups", "1")
    assert lines(doctor()[1], "warn", t.slug, "1 of 1 groups")
    server.muster("org", "set", t.slug, "--max-groups", "none")


def test_the_limits_file(server, doctor, tmp_path):
    path = tmp_path / "limits"
    code, out = doctor(MUSTER_LIMITS=str(path))
    assert code == 0 and lines(out, "warn", "limits file", str(path), "No such file")
    path.write_text("no counters", encoding="ascii")
    code, out = doctor(MUSTER_LIMITS=str(path))
    assert code == 1 and lines(out, "BAD", "limits file", "no file of Muster's")
    path.chmod(0o666)
    assert lines(doctor(MUSTER_LIMITS=str(path))[1], "BAD", "limits file", "everybody may write")
    for setting, says in ((str(tmp_path), "no plain file"), ("", "no rate limits")):
        code, out = doctor(MUSTER_LIMITS=setting)
        assert code == 1 and lines(out, "BAD", "limits file", says), (setting, says)
    code, out = doctor()
    assert code == 0 and lines(out, "ok", "limits file", f"{server.data}/run/sock/limits", "of ")


def test_one_worker_has_no_shares(doctor):
    assert lines(doctor(MUSTER_WORKERS="8")[1], "ok", "8 workers", "4 at most for heavy requests")
    code, out = doctor(MUSTER_WORKERS="1")
    assert code == 0 and lines(out, "warn", "one worker", "no organization has a share")


def test_the_secret_key_file(server, doctor, tmp_path):
    path = tmp_path / "key"
    code, out = doctor(MUSTER_SECRET_KEY_FILE=str(path))
    assert code == 1 and lines(out, "BAD", str(path), "No such file")
    path.write_text("no key\n", encoding="ascii")
    path.chmod(0o600)
    code, out = doctor(MUSTER_SECRET_KEY_FILE=str(path))
    assert code == 1 and lines(out, "BAD", str(path), "line 1")
    shutil.copyfile(server.env["MUSTER_SECRET_KEY_FILE"], path)
    for mode, good in ((0o640, False), (0o604, False), (0o600, True), (0o400, True)):
        path.chmod(mode)
        code, out = doctor(MUSTER_SECRET_KEY_FILE=str(path))
        assert (code == 0) == good and bool(lines(out, "ok", str(path))) == good, (oct(mode), out)
    assert doctor(MUSTER_SECRET_KEY_FILE=str(tmp_path))[0] == 1
    assert not lines(doctor(MUSTER_SECRET_KEY_FILE="")[1], "ok  ", "secret key")


@pytest.mark.parametrize("change, says", [
    ("status = 'disabled', disabled_reason = 'gone'", "410"), ("status = 'disabled', disabled_reason = 'failing'", "for days"),
    ("failures = 3, failing_since = '2026-01-02T03:04:05Z'", "2026-01-02T03:04:05.000Z, 3 times")])
def test_webhooks_in_trouble(server, doctor, change, says):
    t = server.customer()
    made = server.muster("webhook", "create", f"https://hooks.invalid/{unique()}", "--org", t.slug, "--events", "webhook.test")
    code, out = doctor()
    assert code == 0 and not lines(out, made["url"])
    server.sql(f"update muster.webhook_endpoint set {change} where id = %s", made["id"])
    code, out = doctor()
    assert code == 0 and lines(out, "warn", t.slug, made["url"], says)
    server.muster("webhook", "remove", made["id"], "--confirm", made["url"])
    assert not lines(doctor()[1], made["url"])


def test_dead_deliveries(server, doctor):
    made = server.muster("webhook", "create", f"https://hooks.invalid/{unique()}")
    server.muster("webhook", "test", made["id"])
    seal(server)
    settle(server, made, "dead")
    code, out = doctor()
    assert code == 0 and lines(out, "warn", "the installation", made["url"], "dead", f"muster webhook replay {made['id']}")
    server.muster("webhook", "remove", made["id"], "--confirm", made["url"])


def test_webhooks_without_the_key_of_their_secrets(server, doctor):
    made = server.muster("webhook", "create", f"https://hooks.invalid/{unique()}")
    code, out = doctor(MUSTER_SECRET_KEY_FILE="")
    assert code == 1 and lines(out, "BAD", "secret key file", "MUSTER_SECRET_KEY_FILE") and lines(out, "ok", "attribute mappings")
    assert doctor()[0] == 0
    server.muster("webhook", "remove", made["id"], "--confirm", made["url"])


def test_records_that_no_name_server_answers_for(server, doctor):
    def claim(domain, answer, due="'infinity'"):
        server.sql(f"""insert into muster.domain_claim (organization_id, id, domain, ascii, value, claimed_by_type, checked_at, answer, next_check_at,
                                                        leased_until)
                       values (%s, gen_random_uuid(), %s, %s, 'domain-verify=x', 'operator', now(), %s, {due}, 'infinity')""", t.id, domain, domain, answer)
    server.sql("delete from muster.domain_claim")
    t = server.customer()
    assert not lines(doctor()[1], "warn", "domains")
    claim("a.example", "no_answer")
    code, out = doctor()
    assert code == 0 and lines(out, "warn", "domains", "none of the 1 records", "MUSTER_DNS"), out
    claim("b.example", "not_found")
    assert not lines(doctor()[1], "warn", "domains")
    claim("c.example", "not_found", "now() - interval '61 minutes'")
    assert lines(doctor()[1], "warn", "domains", "1 records should have been looked up", "muster-deliver")
    server.sql("delete from muster.domain_claim where organization_id = %s", t.id)


def test_statements_that_are_planned_at_every_call(server, doctor):
    """An owner who may not set it for the roles migrates all the same."""
    assert lines(doctor()[1], "ok", "plans", "once for each connection")
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        c.autocommit = True
        cur.execute("alter role muster_scim in database muster reset plan_cache_mode")
        cur.execute("alter role muster_owner nocreaterole")
        try:
            server.muster("migrate")
            code, out = doctor()
            assert code == 0 and lines(out, "warn", "plans of muster_scim", "alter role muster_scim in database muster set plan_cache_mode"), out
            assert not lines(out, "plans of muster_admin")
        finally:
            cur.execute("alter role muster_owner createrole")
    server.muster("migrate")
    assert lines(doctor()[1], "ok", "plans")


ADVISED = {"max_wal_size": "8GB", "checkpoint_timeout": "15min", "wal_compression": "pglz", "random_page_cost": "1.1"}


def configure(server, **settings):
    """Settings of the server while it runs; None: as they were."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        c.autocommit = True
        for name, value in settings.items():
            cur.execute(f"alter system reset {name}" if value is None else f"alter system set {name} = '{value}'")
        cur.execute("select pg_reload_conf()")


@pytest.mark.parametrize("name, value, says", [
    ("max_wal_size", "1GB", "8GB or more"), ("checkpoint_timeout", "5min", "15min"), ("wal_compression", "off", "lz4"), ("random_page_cost", "4", "1.1")])
def test_settings_that_would_make_it_faster_are_named_and_are_no_fault(server, doctor, name, value, says):
    configure(server, **{name: ADVISED[name]})
    try:
        wait_until(lambda: lines(doctor()[1], "ok", f"{name} = {ADVISED[name]}"), 10, "it is as advised")
        configure(server, **{name: value})
        wait_until(lambda: lines(doctor()[1], "hint", f"{name} = {value}", says), 10, "it is not")
        assert doctor()[0] == 0
    finally:
        configure(server, **{name: None})


def test_connections_are_counted_against_the_workers(doctor):
    """The server of tests has 100 connections."""
    assert lines(doctor(MUSTER_WORKERS="19")[1], "ok", "max_connections = 100", "enough for 2 hosts with 19 workers")
    assert lines(doctor(MUSTER_WORKERS="40")[1], "hint", "max_connections = 100", "needs 82")
