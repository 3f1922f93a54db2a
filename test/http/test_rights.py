"""Rights in the database: the catalogue of the migrated schema compared with the needs of each role."""
import contextlib
import os
import subprocess

import psycopg2
import psycopg2.errors
import pytest
from helpers import BUILD, ROOT, unique, wait_until
from webhooks import seal

READ, ADD, CHANGE, DELETE = "SELECT", "INSERT", "UPDATE", "DELETE"
# Every right on a table, view or sequence that somebody has beside the owner. A new one belongs here, with a reason to be.
GRANTS = {
    "muster_app": {
        (READ,): "active_member member organization team team_member team_roster"},
    "muster_scim": {
        (READ,): "attribute_mapping connection extension_schema organization organization_domain scim_group_member scim_user_group",
        (ADD,): "mapping_again",
        (READ, ADD): "audit_event",
        (READ, DELETE): "member_word",
        (READ, ADD, CHANGE): "connection_request connection_usage link_request member organization_usage scim_user team",
        (READ, ADD, DELETE): "left_behind scim_group_group scim_group_user scim_unique_value scim_user_email team_member_parked",
        (READ, ADD, CHANGE, DELETE): "connection_problem scim_group scim_modified team_member"},
    "muster_admin": {
        (READ,): "audit_seal schema_migration webhook_delivery",
        (ADD,): "signing_key",
        (DELETE,): "team",
        (READ, DELETE): "webhook_queue",
        (READ, ADD, CHANGE): "attribute_mapping connection organization portal_session token webhook_endpoint",
        (READ, ADD, CHANGE, DELETE): "domain_claim extension_schema idempotency_key organization_domain"},
    "muster_deliver": {
        (READ,): "audit_seal signing_key",
        (ADD,): "organization_domain",
        (CHANGE,): "left_behind",
        (READ, DELETE): "mapping_again",
        (READ, CHANGE): "attribute_mapping domain_claim webhook_endpoint",
        (READ, CHANGE, DELETE): "webhook_delivery",
        (READ, ADD, CHANGE, DELETE): "webhook_queue"},
}
COLUMNS = {("muster_admin", "signing_key", READ): {"id", "public_key", "created_at", "retired_at"},
           ("muster_admin", "webhook_delivery", CHANGE): {"state", "finished_at"},
           ("muster_admin", "webhook_queue", CHANGE): {"next_at"},
           ("muster_scim", "connection", CHANGE): {"troubled"},
           ("muster_scim", "webhook_endpoint", READ): {"organization_id", "format", "removed_at"}}
# Functions that work with the owner's rights, and who may call them; the rest is for the owner and for triggers.
DEFINERS = {
    "muster_scim": {"admit", "authenticate", "authenticate_token", "denied_token", "known_token", "settle_statistics", "standby_waits"},
    "muster_admin": {"authenticate_key", "authenticate_session", "durability", "hold_sealer", "metrics", "standby_waits", "webhook_enqueue"},
    "muster_deliver": {"audit_partitions_ahead", "audit_pending_settle", "audit_seal_next", "file_members", "standby_waits", "webhook_make_kept",
                       "webhook_tell"},
    "muster_owner": {"audit_written", "erase_events", "keep_settings", "pass_settings", "standby_waits_since"},
}


def test_definer_functions_are_safe_and_for_those_named(server):
    rows = server.sql("""select p.proname, p.proowner = n.nspowner, p.proconfig, coalesce(array_agg(a.grantee::regrole::text) filter (where a.grantee <>
                         p.proowner), '{}'),
                                p.proacl is null
                         from pg_proc p join pg_namespace n on n.oid = p.pronamespace left join lateral aclexplode(p.proacl) a on true
                         where n.nspname = 'muster' and p.prosecdef group by p.oid, n.nspowner""")
    callers = {}
    for name, owned, config, grantees, everybody in rows:
        assert owned and config == ["search_path=pg_catalog, pg_temp"] and not everybody, name
        for role in grantees or ["muster_owner"]:
            callers.setdefault(role, set()).add(name)
    assert callers == DEFINERS


def test_grants_are_those_that_are_needed(server):
    rows = server.sql("""select a.grantee::regrole::text, c.relname, array_agg(a.privilege_type::text) from pg_class c cross join lateral aclexplode(c.relacl) a
                         where c.relnamespace = 'muster'::regnamespace and a.grantee <> c.relowner group by a.grantee, c.relname""")
    wanted = {(role, table): set(rights) for role, of in GRANTS.items() for rights, tables in of.items() for table in tables.split()}
    assert {(role, table): set(rights) for role, table, rights in rows} == wanted
    rows = server.sql("""select a.grantee::regrole::text, c.relname, a.privilege_type::text, array_agg(t.attname::text) from pg_class c
                         join pg_attribute t on t.attrelid = c.oid cross join lateral aclexplode(t.attacl) a
                         where c.relnamespace = 'muster'::regnamespace group by a.grantee, c.relname, a.privilege_type""")
    assert {(role, table, right): set(columns) for role, table, right, columns in rows} == COLUMNS


def test_rights_that_no_release_grants_do_not_stay(server):
    """Rights that an older release or an operator granted, and rights that were revoked."""
    rights = """select x.name, a.grantee::regrole::text, a.privilege_type from (
                    select c.relname::text, c.relacl from pg_class c where c.relnamespace = 'muster'::regnamespace
                    union all select t.attname, t.attacl from pg_attribute t join pg_class c on c.oid = t.attrelid and c.relnamespace = 'muster'::regnamespace
                    union all select p.proname, p.proacl from pg_proc p where p.pronamespace = 'muster'::regnamespace
                    union all select n.nspname, n.nspacl from pg_namespace n where n.nspname = 'muster') x (name, acl)
                cross join lateral aclexplode(x.acl) a where a.grantee <> 'muster_owner'::regrole order by 1, 2, 3"""
    server.muster("migrate")
    kept = server.sql(rights)
    for change in ("grant delete, truncate on muster.member to muster_scim", "grant update (email) on muster.member to muster_app",
                   "grant execute on function muster.erase_events to muster_admin", "grant create on schema muster to muster_deliver",
                   "grant select on muster.secret to muster_deliver", "revoke select on muster.member from muster_app",
                   "revoke execute on function muster.authenticate from muster_scim"):
        server.sql(change)
    server.sql("grant references on muster.member to muster_app")
    assert server.sql(rights) != kept
    server.muster("migrate")
    assert server.sql("select has_table_privilege('muster_app', 'muster.member', 'references')") == [(True,)]
    server.sql("revoke references on muster.member from muster_app")
    assert server.sql(rights) == kept


def test_rights_that_a_role_passed_on_go_with_its_own(server):
    """A role that the owner granted a right keeps it; one that got it from muster_app does not."""
    for statement in ("create role report_of_owner", "create role report_of_app", "grant muster_app to muster_owner",
                      "grant select on muster.team to report_of_owner", "grant select on muster.team to muster_app with grant option",
                      "set role muster_app; grant select on muster.team to report_of_app; reset role"):
        server.sql(statement)
    server.muster("migrate")
    roles = ["report_of_owner", "report_of_app", "muster_app"]
    may = dict(server.sql("select r, has_table_privilege(r, 'muster.team', 'select') from unnest(%s) r", roles))
    for statement in ("revoke muster_app from muster_owner", "revoke select on muster.team from report_of_owner",
                      "drop role report_of_owner, report_of_app"):
        server.sql(statement)
    assert may == {"report_of_owner": True, "report_of_app": False, "muster_app": True}


@pytest.mark.parametrize("role", ["muster_scim", "muster_admin", "muster_deliver"])
@pytest.mark.parametrize("when, so", [("now()", True), ("now() - interval '40 days'", False), ("now() + interval '2 hours'", False)])
def test_an_event_is_of_now(server, role, when, so):
    t = server.customer()
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", role))) as c, c.cursor() as cur:
        cur.execute("select set_config('muster.organization', %s, false)", (t.id,))
        with contextlib.nullcontext() if so else pytest.raises(psycopg2.errors.InsufficientPrivilege, match="row-level security"):
            cur.execute(f"""insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, request_id)
                            select muster.organization_id(), i, {when}, 'x', 'token', 'x', i, i from gen_random_uuid() i""")


def test_nothing_is_granted_to_what_will_be_made(server):
    assert server.sql("select d.defaclacl::text from pg_default_acl d") == []


def test_row_level_security_is_forced_on_every_table(server):
    rows = server.sql("""select c.relname from pg_class c where c.relnamespace = 'muster'::regnamespace and c.relkind in ('r', 'p')
                         and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))""")
    assert rows == [("schema_migration",)]
    views = server.sql("select c.relname from pg_class c where c.relnamespace = 'muster'::regnamespace and c.relkind = 'v' and c.reloptions is distinct from "
                       "'{security_invoker=true}'")
    assert views == []


@contextlib.contextmanager
def somebody(server, *granted):
    """A role that is not ours, as a URI of the database."""
    name, admin = unique("somebody"), server.db.replace("muster_owner", "postgres")

    def run(text):
        with contextlib.closing(psycopg2.connect(admin)) as c, c, c.cursor() as cur:
            cur.execute(text)
    run(f"create role {name} login")
    try:
        for role in granted:
            run(f"grant {role} to {name}")
        yield server.db.replace("muster_owner", name)
    finally:
        run(f"drop role {name}")


def test_a_role_that_is_none_of_ours_does_not_come_in(server):
    with somebody(server) as uri, pytest.raises(psycopg2.OperationalError, match="CONNECT"):
        psycopg2.connect(uri)


def test_the_application_comes_in_and_reads(server):
    with somebody(server, "muster_app") as uri, contextlib.closing(psycopg2.connect(uri)) as c, c.cursor() as cur:
        cur.execute("select count(*) from muster.active_member")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("create temporary table t (i integer)")


@pytest.mark.parametrize("role", ["muster_scim", "muster_app", "muster_admin", "muster_deliver"])
@pytest.mark.parametrize("text", ["select from muster.sealer for update", "lock table muster.sealer", "create temporary table t (i integer)",
                                  "create table muster.t (i integer)"])
def test_what_none_of_the_roles_may(server, role, text):
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute(f"set role {role}")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute(text)


def test_the_application_cannot_send_events_again(server):
    """The trigger of the outbox is a function with the owner's rights: on a table of one's own it would fill the outbox."""
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "postgres"))) as c, c.cursor() as cur:
        cur.execute("select has_function_privilege('muster_app', 'muster.audit_written()', 'execute')")
        assert cur.fetchone() == (False,)


def test_no_lock_with_a_guessable_name_stops_the_sealer(server):
    t = server.customer()
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_scim"))) as c, c.cursor() as cur:
        cur.execute("select pg_advisory_lock(hashtextextended('muster.audit_seal', 0)), pg_advisory_lock(hashtextextended(%s, 0))", (t.connection["id"],))
        t.user()
        seal(server)
    texts = server.sql("select p.proname from pg_proc p where p.pronamespace = 'muster'::regnamespace and p.prosrc like '%%muster.audit_seal''%%'")
    assert texts == []


def doctor(server):
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "doctor"], env={"PATH": os.environ["PATH"], **server.operator()},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("change, back, says", [
    ("grant execute on function muster.audit_written() to public", None, "everybody may execute it"),
    ("alter function muster.metrics() reset search_path", "alter function muster.metrics() set search_path = pg_catalog, pg_temp", "search_path"),
    ("alter default privileges in schema muster grant select on tables to public",
     "alter default privileges in schema muster revoke select on tables from public", "granted to everybody"),
    ("grant select on muster.member to public", "revoke select on muster.member from public", "everybody may select"),
    ("grant update on muster.member to muster_app", "revoke update on muster.member from muster_app", "muster_app may update"),
    ("alter table muster.member no force row level security", "alter table muster.member force row level security", "not forced here"),
    ("grant connect on database muster to public", None, "everybody may connect"),
    ("grant temporary on database muster to public", None, "temporary tables"),
    ("revoke connect on database muster from muster_scim", None, "muster_scim may not connect")])
def test_doctor_sees_and_migrate_mends(server, durable, change, back, says):
    server.sql(change)
    try:
        code, out = doctor(server)
        assert code == 1 and [line for line in out.splitlines() if line.startswith("BAD") and says in line], out
    finally:
        if back:
            server.sql(back)
        else:
            server.muster("migrate")
    assert "ok   rights" in doctor(server)[1]
    wait_until(lambda: doctor(server)[0] == 0, 10, "all is well")


def test_everything_that_is_read_says_what_it_is(server):
    """Every table and view has a comment, and so has every column of what the application reads (what muster_app may)."""
    without = server.sql("""select c.relname from pg_class c where c.relnamespace = 'muster'::regnamespace and c.relkind in ('r', 'p', 'v') and not
                            c.relispartition
                            and obj_description(c.oid, 'pg_class') is null""")
    assert without == []
    columns = server.sql("""select c.relname || '.' || a.attname, col_description(c.oid, a.attnum) from pg_class c join pg_attribute a on a.attrelid = c.oid
                            and a.attnum > 0 and not a.attisdropped
                            where c.relnamespace = 'muster'::regnamespace and has_table_privilege('muster_app', c.oid, 'select')""")
    assert {name.split(".")[0] for name, _ in columns} == set(GRANTS["muster_app"][(READ,)].split())
    assert [name for name, comment in columns if not comment] == []
