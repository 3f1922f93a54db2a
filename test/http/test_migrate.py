"""muster migrate and related commands with a wrong database, role or schema: nothing is applied, and the message says why."""
import contextlib
import glob
import os
import re
import subprocess

import psycopg2
import pytest
from helpers import BUILD, ROOT, unique, user_body, wait_until
from partitions import partitions, write_event


class Database:
    """A database of its own in the server's cluster."""

    def __init__(self, server, options=""):
        self.server, self.name, self.role = server, unique("db"), unique("owner")
        self.admin = server.db.replace("muster_owner", "postgres")
        self.run(f"create role {self.role} login createrole")
        self.run(f"create database {self.name} owner {self.role} {options}")
        self.uri = server.db.replace("muster_owner", self.role).replace("/muster?", f"/{self.name}?")

    def run(self, text, uri=None):
        with contextlib.closing(psycopg2.connect(uri or self.admin)) as c:
            c.autocommit = True
            with c.cursor() as cur:
                cur.execute(text)
                return cur.fetchall() if cur.description else None

    def inside(self, text):
        return self.run(text, self.admin.replace("/muster?", f"/{self.name}?"))

    def muster(self, *args, user=None, **env):
        uri = self.uri.replace(self.role, user) if user else self.uri
        done = subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "MUSTER_DB": uri, **env})
        return done.returncode, done.stderr

    def is_empty(self):
        return self.inside("select to_regnamespace('muster') is null") == [(True,)]

    def drop(self):
        self.run(f"drop database {self.name} with (force)")
        self.run(f"drop role {self.role}")


@contextlib.contextmanager
def database(server, options=""):
    d = Database(server, options)
    try:
        yield d
    finally:
        d.drop()


def assert_refused(answer, code, *words):
    assert answer[0] == code, answer
    assert all(w in answer[1] for w in words), answer
    assert "internal error" not in answer[1]


def test_a_database_that_is_not_unicode(server):
    with database(server, "encoding 'LATIN1' locale 'C' template template0") as d:
        assert_refused(d.muster("migrate"), 1, "LATIN1", "UTF8")
        assert d.is_empty()


def test_a_role_that_does_not_own_the_database(server):
    with database(server) as d:
        d.run(f"grant connect on database {d.name} to muster_scim")
        assert_refused(d.muster("migrate", user="muster_scim"), 1, "muster_scim", "does not own")
        assert d.is_empty()
        assert_refused(d.muster("org", "list", user="muster_scim"), 1, "muster_scim", "does not own")


def test_a_role_that_may_not_create_the_roles(server):
    with database(server) as d:
        d.run(f"alter role {d.role} nocreaterole")
        d.run("alter role muster_app rename to muster_elsewhere")
        try:
            assert_refused(d.muster("migrate"), 1, d.role, "createrole")
            assert d.is_empty()
        finally:
            d.run("alter role muster_elsewhere rename to muster_app")


def test_a_role_that_may_not_set_up_the_roles_that_are_there(server):
    with database(server) as d:
        d.run(f"alter role {d.role} nocreaterole")
        assert_refused(d.muster("migrate"), 1, d.role, "set up the roles", "createrole")
        assert d.is_empty()
        d.run(f"alter role {d.role} createrole")
        assert d.muster("migrate")[0] == 0
        d.run(f"alter role {d.role} nocreaterole")
        d.inside("delete from muster.schema_migration where number = 17")
        assert d.muster("migrate")[0] == 0


def test_a_server_that_is_too_old(server):
    """Replaces the server's version."""
    with database(server) as d:
        d.inside("""create schema old; grant usage on schema old to public;
                    create function old.current_setting(name text) returns text language sql as
                    $$ select case when name like 'server_version%' then replace(pg_catalog.current_setting(name), '15', '14') else
                    pg_catalog.current_setting(name) end $$""")
        d.run(f"alter role {d.role} in database {d.name} set search_path = old, pg_catalog")
        assert_refused(d.muster("migrate"), 1, "PostgreSQL 14", "15 or newer")
        assert d.is_empty()


def test_a_database_without_our_schema(server):
    with database(server) as d:
        for args in (("org", "list"), ("audit", "verify"), ("key", "list"), ("erase", "x", "--org", "o", "--confirm", "x")):
            assert_refused(d.muster(*args), 69, "muster migrate", "MUSTER_DB")
        assert_refused(d.muster("doctor"), 1, "missing")


@contextlib.contextmanager
def forgotten(server):
    """The newest migration was not applied."""
    row = server.sql("delete from muster.schema_migration where number = (select max(number) from muster.schema_migration) returning number, name, "
                     "applied_at, checksum")[0]
    try:
        yield
    finally:
        server.sql("insert into muster.schema_migration (number, name, applied_at, checksum) values (%s, %s, %s, %s)", *row)


def command(server, *args):
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                          env=server.operator())
    return done.returncode, done.stderr


def test_what_a_superuser_migrates_belongs_to_the_owner(server):
    with database(server) as d:
        assert d.muster("migrate")[0] == 0
        d.inside("drop function muster.webhook_wants")
        assert d.muster("migrate", user="postgres")[0] == 0
        assert d.inside(f"select count(*) from pg_proc where pronamespace = 'muster'::regnamespace and proowner <> '{d.role}'::regrole") == [(0,)]
        assert d.muster("migrate")[0] == 0


def test_an_event_in_the_way_of_a_partition_is_in_the_way_of_no_upgrade(server):
    with database(server) as d:
        assert d.muster("migrate")[0] == 0
        last = partitions(d.inside)[-1]
        d.inside(f"drop table muster.{last}")
        write_event(d.inside, f"to_date('{last[-7:]}', 'YYYY_MM') + 1")
        d.inside("drop function muster.webhook_wants")
        code, text = d.muster("migrate")
        assert code == 0 and "muster audit partitions --repair" in text
        assert d.inside("select count(*) from pg_proc where proname = 'webhook_wants'") == [(1,)]


def test_empty_partitions_of_more_than_three_months_ahead_go(server):
    with database(server) as d:
        assert d.muster("migrate")[0] == 0
        kept = partitions(d.inside)
        d.inside("delete from muster.schema_migration where name = '0018_partitions'")
        d.run("select muster.audit_partition((date_trunc('month', now() at time zone 'UTC') + make_interval(months => n))::date) "
              "from generate_series(4, 24) n", d.uri)
        assert len(partitions(d.inside)) == 25
        write_event(d.inside, "now() + interval '400 days'")
        code, said = d.muster("migrate")
        assert code == 0, said
        left = partitions(d.inside)
        assert left[:4] == kept and len(left) == 5 and d.inside(f"select count(*) from muster.{left[4]}") == [(1,)]


@contextlib.contextmanager
def migrate_lock(d):
    """Somebody holds what every migrate takes; gives how they are named."""
    with contextlib.closing(psycopg2.connect(d.admin.replace("/muster?", f"/{d.name}?"))) as c, c.cursor() as cur:
        cur.execute("select pg_advisory_lock(hashtextextended('muster.migrate', 0))")
        yield f'the process {c.info.backend_pid} of the role "postgres"'


def test_a_migrate_that_waits_says_for_whom_and_goes_on(server):
    with database(server) as d:
        with migrate_lock(d) as holder:
            with subprocess.Popen([f"{ROOT}/{BUILD}/muster", "migrate"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env={"PATH": os.environ["PATH"], "MUSTER_DB": d.uri}) as waiting:
                said = waiting.stderr.readline()
                assert "another muster migrate" in said and holder in said
                assert d.is_empty() and waiting.poll() is None
                d.inside(f"select pg_terminate_backend({holder.split()[2]})")
                assert waiting.wait(60) == 0 and waiting.stderr.read() == ""
        assert not d.is_empty()


def test_a_migrate_does_not_wait_for_ever(server):
    with database(server) as d, migrate_lock(d) as holder:
        d.run(f"alter role {d.role} set lock_timeout = '2s'")
        assert_refused(d.muster("migrate"), 1, holder, "more than 2 seconds", "another muster migrate", "run this again")
        assert d.is_empty()


def test_a_migration_of_a_table_that_is_read_stops_no_writes(server):
    """Whoever writes would wait behind a migrate that waits for a dump."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute("delete from muster.schema_migration where name = '0017_event_time'")
        c.commit()
        cur.execute("select from muster.audit_event limit 1")
        with subprocess.Popen([f"{ROOT}/{BUILD}/muster", "migrate"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=server.operator()) as waiting:
            assert "in use: trying again" in waiting.stderr.readline()
            client = server.customer().client
            assert {client.post("/Users", user_body()).status for _ in range(10)} == {201} and waiting.poll() is None
            c.rollback()
            assert waiting.wait(60) == 0 and waiting.stderr.read() == ""
    assert server.sql("select count(*) from muster.schema_migration where number = 17") == [(1,)]


def test_a_migration_waits_for_requests_before_it_has_what_they_need(server):
    with database(server) as d:
        assert d.muster("migrate")[0] == 0
        d.inside("delete from muster.schema_migration where name = '0018_partitions'")
        d.run("select muster.audit_partition((date_trunc('month', now() at time zone 'UTC') + interval '4 months')::date)", d.uri)
        with contextlib.closing(psycopg2.connect(d.admin.replace("/muster?", f"/{d.name}?"))) as c, c.cursor() as cur:
            cur.execute("select count(*) from muster.organization")
            with subprocess.Popen([f"{ROOT}/{BUILD}/muster", "migrate"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env={"PATH": os.environ["PATH"], "MUSTER_DB": d.uri}) as waiting:
                wait_until(lambda: d.inside("select pid from pg_locks where not granted and relation = 'muster.organization'::regclass"), 10, "it waits")
                cur.execute("set local lock_timeout = '100ms'; lock table muster.audit_event in row exclusive mode")
                c.rollback()
                assert waiting.wait(60) == 0


def test_a_migration_that_meets_writers_in_a_deadlock_is_tried_again(server):
    """It has what a writer waits for, and waits for what the writer has."""
    with database(server) as d:
        assert d.muster("migrate")[0] == 0
        d.inside("""alter table muster.audit_pending drop head, drop salt, drop commitment, drop action, drop target_type, drop target_id;
                    delete from muster.schema_migration where name = '0019_pending'""")
        d.run(f"alter database {d.name} set deadlock_timeout = '500ms'")
        with contextlib.closing(psycopg2.connect(d.admin.replace("/muster?", f"/{d.name}?"))) as c, c.cursor() as cur:
            cur.execute("set deadlock_timeout = '60s'; lock table muster.scim_user in share update exclusive mode")
            with subprocess.Popen([f"{ROOT}/{BUILD}/muster", "migrate"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env={"PATH": os.environ["PATH"], "MUSTER_DB": d.uri}) as waiting:
                wait_until(lambda: d.inside("select pid from pg_locks where not granted and relation = 'muster.scim_user'::regclass"), 10, "it waits")
                cur.execute("lock table muster.audit_pending in row exclusive mode")
                c.rollback()
                assert waiting.wait(60) == 0 and "in use: trying again" in waiting.stderr.read()


def test_a_schema_that_is_too_old(server):
    with forgotten(server):
        assert_refused(command(server, "org", "list"), 69, "older than this program", "muster migrate")
    assert command(server, "org", "list")[0] == 0


def test_a_schema_of_a_newer_program(server):
    server.sql("insert into muster.schema_migration (number, name) values (9999, '9999_later')")
    try:
        assert_refused(command(server, "migrate"), 1, "newer than this program", "9999_later")
        assert command(server, "org", "list")[0] == 0
    finally:
        server.sql("delete from muster.schema_migration where number = 9999")


def test_a_migration_that_is_another_one_now(server):
    kept = server.sql("select checksum from muster.schema_migration where name = '0015_baseline'")[0][0]
    assert len(kept) == 32
    assert server.sql("select count(*) from muster.schema_migration where checksum is null") == [(0,)]
    server.sql("update muster.schema_migration set checksum = sha256('other') where name = '0015_baseline'")
    try:
        assert_refused(command(server, "migrate"), 1, "0015_baseline", "another one")
    finally:
        server.sql("update muster.schema_migration set checksum = %s where name = '0015_baseline'", kept)
    assert command(server, "migrate")[0] == 0


def replaced():
    """The migrations that the baseline replaces."""
    with open(f"{ROOT}/sql/schema/0015_baseline.sql", encoding="utf-8") as f:
        return " ".join(re.findall("(?m)^-- replaces: (.*)$", f.read())).split()


def test_a_database_with_all_that_the_baseline_stands_for_is_at_it(server):
    names = replaced()
    assert (names[0], names[-1], len(names)) == ("0001_base", "0015_display", 14)
    with database(server) as d:
        assert d.muster("migrate")[0] == 0
        d.inside("delete from muster.schema_migration where number between 1 and 15")
        for name in names:
            d.inside(f"insert into muster.schema_migration (number, name) values ({int(name[:4])}, '{name}')")
        assert d.muster("org", "list")[0] == 0
        assert d.muster("migrate")[0] == 0
        assert d.inside("select name from muster.schema_migration where number between 1 and 15 order by number") == [(n,) for n in names]
        d.inside("delete from muster.schema_migration where number >= 15")
        assert_refused(d.muster("migrate"), 1, "at the migration 0014_rights", "0015_display", "Muster 1.1.0 first")
        assert d.inside("select count(*) from muster.schema_migration where number > 0") == [(13,)]


def test_it_is_applied_whole_or_not_at_all(server):
    with database(server) as d:
        d.inside(f"create schema muster authorization {d.role}")
        d.inside(f"create function muster.webhook_lane(action text) returns text language sql as 'select action'; alter function muster.webhook_lane(text) "
                 f"owner to {d.role}")
        code, said = d.muster("migrate")
        assert code != 0 and "webhook_lane: " in said, said
        assert d.inside("select relname from pg_class where relnamespace = 'muster'::regnamespace") == []


def test_functions_are_made_anew(server):
    kept = server.sql("select prosrc from pg_proc where oid = 'muster.time_text(timestamptz)'::regprocedure")
    server.sql("create or replace function muster.time_text(t timestamptz) returns text language sql immutable parallel safe as 'select null::text'")
    assert command(server, "migrate")[0] == 0
    assert server.sql("select prosrc from pg_proc where oid = 'muster.time_text(timestamptz)'::regprocedure") == kept


@contextlib.contextmanager
def functions_of(server, release):
    """Another release made the functions, as far as the database says."""
    kept = server.sql("select name, checksum from muster.schema_migration where number = 0")[0]
    server.sql("update muster.schema_migration set name = 'functions_' || %s, checksum = sha256('other') where number = 0", release)
    try:
        yield
    finally:
        server.sql("update muster.schema_migration set name = %s, checksum = %s where number = 0", *kept)


def test_functions_of_a_newer_release_are_not_replaced(server):
    text = "select prosrc from pg_proc where oid = 'muster.time_text(timestamptz)'::regprocedure"
    with functions_of(server, "1.10.0"):
        kept = server.sql(text)
        server.sql("create or replace function muster.time_text(t timestamptz) returns text language sql immutable parallel safe as "
                   "'select ''of a newer release''::text'")
        newer = server.sql(text)
        assert_refused(command(server, "migrate"), 1, "functions of the database are those of Muster 1.10.0", "or a newer one")
        assert server.sql(text) == newer != kept
        assert command(server, "org", "list")[0] == 0
        assert_refused(command(server, "doctor"), 1)
    assert command(server, "migrate")[0] == 0 and server.sql(text) == kept


def test_functions_of_an_older_release_are_missed(server):
    with functions_of(server, "1.1.9"):
        assert_refused(command(server, "org", "list"), 69, "functions", "older than this program", "muster migrate")
        assert command(server, "migrate")[0] == 0
        assert command(server, "org", "list")[0] == 0


def make_baseline(d):
    """The baseline alone, with the functions that it needs."""
    files = [open(p, encoding="utf-8").read() for p in sorted(glob.glob(f"{ROOT}/sql/functions/*.sql")) + [f"{ROOT}/sql/schema/0015_baseline.sql"]]
    d.run("create schema muster", d.uri)
    for text in files:
        if text.startswith("-- first: ") or "-- replaces: " in text:
            d.run(text, d.uri)


def catalogue(d):
    """The output of pg_dump for the schema in a fixed order, without functions (each migrate makes them anew) and partitions (their names have the date)."""
    text = subprocess.run(["pg_dump", "--schema-only", "--no-owner", "-d", d.admin.replace("/muster?", f"/{d.name}?")], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    text = re.sub(r"(?s)CREATE FUNCTION .*?(\$\w*\$).*?\1;\n", "", text)
    text = re.sub(r"COMMENT ON (FUNCTION|AGGREGATE) [^']*'([^']|'')*';\n", "", text)
    text = re.sub(r"(?m)^(--|SET |SELECT pg_catalog|\\).*\n", "", text).replace(d.role, "the_owner")
    statements = {re.sub(r"\s+", " ", s).strip() for s in text.split(";\n")}
    return sorted(s for s in statements if s and not re.search(r"audit_event_\d|^[A-Z]+ (ALL )?ON (FUNCTION|AGGREGATE)|^CREATE AGGREGATE", s))


def settings(server):
    return [f"{role}: {' '.join(sorted(s))}" for role, s in server.sql("""select r.rolname::text, s.setconfig from pg_db_role_setting s join pg_roles r on
                                                                          r.oid = s.setrole
                                                                          where r.rolname like 'muster%%' and s.setdatabase = 0 order by 1""")]


def test_the_baseline_is_what_the_migrations_before_it_made(server):
    """test/data/schema-0015.txt was made from a database with all of them."""
    with open(f"{ROOT}/test/data/schema-0015.txt", encoding="utf-8") as f:
        recorded = f.read().splitlines()
    with database(server) as d:
        make_baseline(d)
        assert catalogue(d) + settings(server) == recorded


@pytest.mark.parametrize("program, role", [("muster-scim.fcgi", "muster_scim"), ("muster-admin.fcgi", "muster_admin")])
def test_the_services_on_a_database_without_our_schema(server, program, role):
    token = server.env["MUSTER_TOKEN"] if role == "muster_scim" else server.env["MUSTER_API_KEY"]
    path = "/scim/v2/Users" if role == "muster_scim" else "/v1/organizations"
    with database(server) as d:
        d.run(f"grant connect on database {d.name} to {role}")

        def get(uri):
            env = {"PATH": os.environ["PATH"], "MUSTER_DB": d.uri.replace(d.role, role), "MUSTER_PUBLIC_URL": "http://localhost/scim/v2", "MUSTER_LIMITS": "",
                   "REQUEST_METHOD": "GET", "REQUEST_URI": uri, "SCRIPT_NAME": "", "HTTP_AUTHORIZATION": f"Bearer {token}", "REMOTE_ADDR": "127.0.0.1",
                   "SERVER_PROTOCOL": "HTTP/1.1", "GATEWAY_INTERFACE": "CGI/1.1"}
            return subprocess.run([f"{ROOT}/{BUILD}/{program}"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  timeout=30, check=False)
        done = get(path)
        assert "Status: 503" in done.stdout and "older than this program" in done.stdout, done
        assert "muster migrate" in done.stderr, done
        if role == "muster_admin":
            ready = get("/readyz")
            assert "Status: 503" in ready.stdout and "older than this program" in ready.stdout, ready
