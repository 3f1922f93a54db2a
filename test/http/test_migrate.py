"""muster migrate and its neighbours where the database, the role or the schema are not what they should be: nothing is applied, and it is said."""
import contextlib
import os
import subprocess

import psycopg2
import pytest
from helpers import BUILD, ROOT, unique


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


def test_a_server_that_is_too_old(server):
    """What the server says of itself is replaced."""
    with database(server) as d:
        d.inside("""create schema old; grant usage on schema old to public;
                    create function old.current_setting(name text) returns text language sql as
                    $$ select case when name like 'server_version%' then replace(pg_catalog.current_setting(name), '15', '14') else pg_catalog.current_setting(name) end $$""")
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
    row = server.sql("delete from muster.schema_migration where number = (select max(number) from muster.schema_migration) returning number, name, applied_at, checksum")[0]
    try:
        yield
    finally:
        server.sql("insert into muster.schema_migration (number, name, applied_at, checksum) values (%s, %s, %s, %s)", *row)


def command(server, *args):
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False, env=server.operator())
    return done.returncode, done.stderr


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
    kept = server.sql("select checksum from muster.schema_migration where number = 3")[0][0]
    assert len(kept) == 32
    assert server.sql("select count(*) from muster.schema_migration where checksum is null") == [(0,)]
    server.sql("update muster.schema_migration set checksum = sha256('other') where number = 3")
    try:
        assert_refused(command(server, "migrate"), 1, "0003_scim", "another one")
    finally:
        server.sql("update muster.schema_migration set checksum = %s where number = 3", kept)
    assert command(server, "migrate")[0] == 0


def test_functions_are_made_anew(server):
    kept = server.sql("select prosrc from pg_proc where oid = 'muster.time_text(timestamptz)'::regprocedure")
    server.sql("create or replace function muster.time_text(t timestamptz) returns text language sql immutable parallel safe as 'select null::text'")
    assert command(server, "migrate")[0] == 0
    assert server.sql("select prosrc from pg_proc where oid = 'muster.time_text(timestamptz)'::regprocedure") == kept


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
            return subprocess.run([f"{ROOT}/{BUILD}/{program}"], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        done = get(path)
        assert "Status: 503" in done.stdout and "older than this program" in done.stdout, done
        assert "muster migrate" in done.stderr, done
        if role == "muster_admin":
            ready = get("/readyz")
            assert "Status: 503" in ready.stdout and "older than this program" in ready.stdout, ready
