"""No customer sees another's people: with both layers, and with row-level security alone."""
import fcntl
import os
import subprocess

import pytest
from helpers import ENTERPRISE, ROOT, digest, group_body, made, op, unique, user_body
from server import Server

NOBODY = "01a20db4-3e9d-72d7-82e9-f673093deb64"


@pytest.fixture(scope="module", params=["both layers", "row-level security alone"])
def world(request, server):
    if request.param == "both layers":
        yield server
        return
    with open(f"{ROOT}/build/no-tenant.lock", "w", encoding="ascii") as lock:  # two runs of the suite may want it at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        plain = {k: v for k, v in os.environ.items() if k not in ("BUILD", "SANITIZE")}  # one build serves both runs of the suite
        subprocess.run(["make", "-s", "-j2", "no-tenant"], cwd=ROOT, env=plain, check=True, stdout=subprocess.DEVNULL, timeout=600)
    s = Server(env={"MUSTER_SCIM_BIN": f"{ROOT}/build-rls/muster-scim.fcgi"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def sides(world):
    """A asks, B is asked for."""
    a, b = world.customer(), world.customer()
    a.mine = a.user("a@example.com", externalId="a")
    b.victim = b.user("secret@example.com", externalId="b", displayName="Secret Name")
    b.crew = b.group("Secret Crew", [b.victim["id"]])
    a.crew = a.group("Crew", [a.mine["id"]])
    return a, b


def test_the_layer_that_is_left_out_is_left_out(world):
    if world.extra:
        text = subprocess.run(["strings", f"{ROOT}/build-rls/muster-scim.fcgi"], stdout=subprocess.PIPE, text=True, check=True).stdout
        assert "and u.organization_id = muster.organization_id()" not in text and "u.organization_id = muster.organization_id() and" not in text


def test_ids_of_another_tenant_answer_like_ids_of_nobody(sides):
    a, b = sides
    before = digest(b.server, b.org["id"])
    for endpoint, theirs in (("Users", b.victim["id"]), ("Groups", b.crew["id"])):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            def ask(id, method=method, endpoint=endpoint):
                body = {"PUT": {"displayName": "x", **user_body("z@example.com", schemas=...)}}.get(method)
                path = f"/{endpoint}/{id}"
                return a.client.patch(path, op("replace", "externalId", "x")) if method == "PATCH" else a.client.request(method, path, body)
            answer, nobody = ask(theirs), ask(NOBODY)
            assert (answer.status, answer.text) == (nobody.status, nobody.text) and answer.status == 404, (method, endpoint)
    assert digest(b.server, b.org["id"]) == before


@pytest.mark.parametrize("form", ["add", "value", "replace", "remove", "post", "put"])
def test_members_of_another_tenant_are_unknown(sides, form):
    a, b = sides
    before = digest(b.server, b.org["id"]), digest(a.server, a.org["id"])
    for id in (b.victim["id"], b.crew["id"]):
        path = f"/Groups/{a.crew['id']}"
        ask = {"add": lambda i: a.client.patch(path, op("add", "members", [{"value": i}])),
               "value": lambda i: a.client.patch(path, op("add", value={"members": [i]})),
               "replace": lambda i: a.client.patch(path, op("replace", "members", [{"value": i}])),
               "remove": lambda i: a.client.patch(path, op("remove", f'members[value eq "{i}"]')),
               "post": lambda i: a.client.post("/Groups", group_body("X", [i])), "put": lambda i: a.client.put(path, group_body("Crew", [i]))}[form]
        answer, nobody = ask(id), ask(NOBODY)
        assert answer.status == nobody.status == (200 if form == "remove" else 400), id
        assert answer.text.replace(id, NOBODY) == nobody.text, id
    assert (digest(b.server, b.org["id"]), digest(a.server, a.org["id"])) == before


@pytest.mark.parametrize("text", ['userName eq "secret@example.com"', 'externalId eq "b"', 'displayName eq "Secret Name"', 'emails.value sw "secret"',
                                  'userName pr', 'id eq "{victim}"', 'meta.created gt "2000-01-01T00:00:00Z"', 'groups.value eq "{crew}"',
                                  'not (userName eq "a@example.com")', 'groups.display co "secret"'])
def test_filters_find_only_ones_own(sides, text):
    a, b = sides
    found = made(a.client.find("Users", text.format(victim=b.victim["id"], crew=b.crew["id"])), 200)
    assert {u["id"] for u in found["Resources"]} <= {a.mine["id"]} and found["totalResults"] == len(found["Resources"])


@pytest.mark.parametrize("text", ['displayName sw "Secret"', 'members.value eq "{victim}"', 'members pr', 'members.display eq "secret name"'])
def test_group_filters_find_only_ones_own(sides, text):
    a, b = sides
    found = made(a.client.find("Groups", text.format(victim=b.victim["id"])), 200)
    assert {g["id"] for g in found["Resources"]} <= {a.crew["id"]}


def test_uniqueness_is_each_tenants_own(sides):
    a, b = sides
    for t in sides:
        user = t.user("same@example.com", externalId="same")
        assert t.client.delete(f"/Users/{user['id']}").status == 204
        t.client.delete(f"/Groups/{t.group('Same')['id']}")
    assert b.victim["id"] in b.client.get("/Users").text


def test_a_manager_of_another_tenant_has_no_name(sides):
    a, b = sides
    user = a.user(unique(), **{ENTERPRISE: {"manager": b.victim["id"]}})
    shown = a.client.get(f"/Users/{user['id']}")
    assert shown.json[ENTERPRISE]["manager"] == {"value": b.victim["id"]} and "Secret" not in shown.text


def test_a_removed_user_of_another_tenant_is_not_revived(sides):
    a, b = sides
    gone = b.user("gone@example.com", externalId="gone")
    b.client.delete(f"/Users/{gone['id']}")
    assert a.user("gone@example.com", externalId="gone")["id"] != gone["id"]


def test_without_a_tenant_no_row_is_seen(server):
    """The role that faces the internet, on its own: nothing without a token, and no token at all."""
    import contextlib

    import psycopg2
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_scim"))) as c, c.cursor() as cur:
        tables = [r[0] for r in server.sql("select tablename from pg_tables where schemaname = 'muster' and tablename not like 'audit_event_%%'")]
        seen = {}
        for table in tables:
            try:
                cur.execute(f"select count(*) from muster.{table}")
                seen[table] = cur.fetchone()[0]
            except psycopg2.errors.InsufficientPrivilege:
                seen[table] = None
            c.rollback()
    assert seen["scim_user"] == 0 and seen["token"] is None and not any(seen.values()), seen
    assert server.sql("select count(*) from muster.scim_user")[0][0] > 0


def test_the_audit_log_can_only_be_added_to(server):
    import psycopg2
    server.customer().user()
    for statement in ("update muster.audit_event set action = 'x'", "delete from muster.audit_event", "truncate muster.audit_event"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            server.sql(statement)


def test_every_key_and_reference_has_the_organization(server):
    """So that the schema can be sharded by organization without changes."""
    reference = "('organization', 'token', 'api_key', 'schema_migration', 'secret', 'signing_key', 'sealer')"
    rows = server.sql(f"""
        select c.conrelid::regclass::text, c.conname from pg_constraint c join pg_class t on t.oid = c.conrelid
        where t.relnamespace = 'muster'::regnamespace and c.contype in ('p', 'u', 'f') and t.relname not in {reference}
              and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'organization_id' and a.attnum = any (c.conkey))
        union all
        select i.indrelid::regclass::text, i.indexrelid::regclass::text from pg_index i join pg_class t on t.oid = i.indrelid
        where t.relnamespace = 'muster'::regnamespace and i.indisunique and t.relname not in {reference}
              and not exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'organization_id' and a.attnum = any (i.indkey))""")
    assert rows == []
