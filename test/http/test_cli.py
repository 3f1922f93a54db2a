"""The command line: what operators type, what scripts read, and what it says when something is wrong."""
import json
import os
import subprocess

import pytest
from helpers import BUILD, ROOT, unique


def run(server, *args, **env):
    return subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                          env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db, **env}, check=False)


def test_help_names_every_command_and_setting(server):
    text = run(server, "help").stdout
    for words in ("migrate", "org create NAME", "key create NAME", "rotation complete CONNECTION", "link-request approve", "connection adopt",
                  "token revoke TOKEN", "member show EMAIL", "team add", "audit list", "doctor"):
        assert words in text, words
    config = run(server, "help", "config").stdout
    for name in ("MUSTER_DB", "MUSTER_PUBLIC_URL", "MUSTER_TRUSTED_PROXIES", "MUSTER_DEADLINE_MS", "MUSTER_PREPARE"):
        assert name in config, name
    assert run(server).stdout == run(server, "--help").stdout == text


def test_help_needs_no_database(server):
    assert run(server, "help", MUSTER_DB="").returncode == 0


def test_migrating_twice_is_harmless(server):
    before = server.sql("select * from muster.schema_migration order by 1")
    assert run(server, "migrate").returncode == 0
    assert server.sql("select * from muster.schema_migration order by 1") == before


def test_doctor_says_what_is_promised(server, durable):
    done = run(server, "doctor", MUSTER_SECRET_KEY_FILE=server.env["MUSTER_SECRET_KEY_FILE"])
    assert done.returncode == 0, done
    for words in ("row-level security", "synchronous_commit", "an acknowledged write survives", "least rights", "can only be added to"):
        assert words in done.stdout, words
    assert "BAD" not in done.stdout


def test_doctor_finds_a_missing_policy(server):
    server.sql("alter table muster.team no force row level security")
    try:
        done = run(server, "doctor")
        assert done.returncode == 1 and "BAD  team" in done.stdout
    finally:
        server.sql("alter table muster.team force row level security")


def test_tables_for_people_and_json_for_machines(server):
    slug = unique("cli")
    created = json.loads(run(server, "org", "create", "Acme & Sons", "--slug", slug, "--json").stdout)
    assert created["name"] == "Acme & Sons" and created["max_users"] == 10000
    table = run(server, "org", "list").stdout.splitlines()
    assert table[0].split()[:3] == ["slug", "id", "name"] and any(line.startswith(slug) for line in table)
    assert any(o["slug"] == slug for o in json.loads(run(server, "org", "list", "--json").stdout)["data"])
    assert "name: Acme & Sons" in run(server, "org", "show", slug).stdout
    changed = server.muster("org", "set", slug, "--max-users", "none", "--rate", "off", "--verified-domains", "b.example,A.example")
    assert (changed["max_users"], changed["rate"], changed["verified_domains"]) == (None, None, ["a.example", "b.example"])


def test_a_token_is_shown_once(server):
    t = server.customer()
    listed = server.muster("token", "list", "--org", t.slug)["data"]
    assert [x["id"] for x in listed] == [t.token["id"]] and "token" not in listed[0] and t.token["token"].startswith(listed[0]["prefix"])
    revoked = server.muster("token", "revoke", t.token["id"])
    assert revoked["revoked_at"] and server.muster("token", "revoke", t.token["id"])["revoked_at"] == revoked["revoked_at"]


def test_audit_list(server):
    t = server.customer()
    server.muster("org", "set", t.slug, "--name", "Another")
    user = t.user()
    events = server.muster("audit", "list", "--org", t.slug, "--action", "scim.user.*")["data"]
    assert [(e["action"], e["target_id"], e["actor_type"], e["actor_id"]) for e in events] == [
        ("scim.user.provisioned", user["id"], "token", t.token["id"])]
    assert {e["action"] for e in server.muster("audit", "list", "--org", t.slug)["data"]} == {
        "organization.created", "organization.updated", "scim.connection.created", "scim.token.issued", "scim.user.provisioned"}
    assert len(server.muster("audit", "list", "--org", t.slug, "--limit", "1")["data"]) == 1


def test_the_audit_log_of_the_installation(server, api):
    t = server.customer()
    hooks = [server.muster("webhook", "create", "https://hooks.invalid/", *place)["id"] for place in ((), ("--org", t.slug))]
    for events in (server.muster("audit", "list")["data"], server.muster("audit", "list", "--action", "webhook.*", "--target", hooks[0])["data"],
                   api.all(f"/audit-logs?target={hooks[0]}"), api.all("/audit-logs?action=webhook.created")):
        assert hooks[0] in {e["target_id"] for e in events if e["action"] == "webhook.created"}, events
        assert hooks[1] not in {e["target_id"] for e in events}, events
    assert server.muster("audit", "list", "--target", hooks[1])["data"] == api.read(f"/audit-logs?target={hooks[1]}")["data"] == []
    server.muster("webhook", "remove", hooks[0], "--confirm", "https://hooks.invalid/")


def test_a_connection_shows_and_changes(server):
    t = server.customer(identity_provider="entra")
    changed = server.muster("connection", "set", t.connection["id"], "--dialect", "strict", "--name", "New")
    assert changed == server.muster("connection", "show", t.connection["id"])
    assert (changed["dialect"], changed["name"], changed["identity_provider"]) == ("strict", "New", "entra")
    assert t.actions(t.connection["id"])[-1] == "scim.connection.updated"


def test_names_cannot_be_made_unique_when_they_are_not(server):
    t = server.customer(group_names="any")
    t.group("Same"), t.group("Same")
    done = server.muster("connection", "set", t.connection["id"], "--group-names", "unique", ok=False)
    assert done.returncode == 1 and "several groups" in done.stderr
    assert server.muster("connection", "show", t.connection["id"])["group_names"] == "any"


@pytest.mark.parametrize("args, code, words", [
    (["bogus"], 64, "muster help"), (["org"], 64, "muster help"), (["org", "create"], 64, "takes NAME"), (["org", "show", "nobody"], 1, "muster org list"),
    (["org", "create", "X", "--slug", "Not A Slug"], 64, "--slug"), (["org", "set", "x", "--max-users", "many"], 64, "--max-users"),
    (["org", "set", "x", "--bogus", "1"], 64, "--bogus"), (["org", "set", "x", "--name"], 64, "needs a value"),
    (["org", "set", "x"], 64, "something to change"),
    (["member", "list"], 64, "--org"), (["member", "list", "--org", "nobody"], 1, "nobody"),
    (["connection", "set", "nope", "--name", "x"], 1, "muster connection list"),
    (["connection", "create", "--org", "demo", "--dialect", "loose"], 64, "lenient|strict"), (["token", "revoke", "nope"], 1, "muster token list"),
    (["connection", "create", "--org", "demo", "--dialect", ""], 64, "lenient|strict"),
    (["token", "issue", "--org", "demo", "--expires-at", "tomorrow"], 64, "--expires-at"),
    (["member", "add", "no address", "--org", "demo"], 64, "email address"),
    (["team", "show", "None", "--org", "demo"], 1, "muster team list"), (["help", "me"], 64, "config")])
def test_errors_say_what_to_do(server, args, code, words):
    done = run(server, *args)
    assert done.returncode == code and words in done.stderr and done.stdout == "", done


def test_a_database_that_is_not_there(server):
    done = run(server, "org", "list", MUSTER_DB="postgresql:///muster?host=/nowhere")
    assert done.returncode == 69 and "database" in done.stderr
    done = run(server, "org", "list", MUSTER_DB="")
    assert done.returncode == 64 and "MUSTER_DB" in done.stderr
    assert "MUSTER_PREPARE" in run(server, "org", "list", MUSTER_PREPARE="perhaps").stderr


def test_twice_the_same_is_refused(server):
    t = server.customer()
    for args in (["org", "create", "x", "--slug", t.slug], ["member", "add", "a@x.example", "--org", t.slug], ["team", "add", "T", "--org", t.slug]):
        if args[0] != "org":
            server.muster(*args)
        done = server.muster(*args, ok=False)
        assert done.returncode == 1 and "already" in done.stderr, args


def test_a_deactivated_member_joins_no_team(server):
    t = server.customer()
    t.user("x@example.com", active=False)
    server.muster("team", "add", "T", "--org", t.slug)
    done = server.muster("team", "add", "T", "--member", "x@example.com", "--org", t.slug, ok=False)
    assert done.returncode == 1 and "deactivated" in done.stderr and t.people("T") == []


def test_the_application_reads_its_tables(server):
    """Through the role that the operator grants to the application."""
    t = server.customer()
    t.group("Crew", [t.user("x@example.com", displayName="X")["id"]])
    server.sql("grant muster_app to muster_owner")
    try:
        import contextlib

        import psycopg2
        with contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
            cur.execute("set role muster_app")
            cur.execute("select team_name, email, display_name from muster.team_roster where organization_id = %s", (t.org["id"],))
            assert cur.fetchall() == [("Crew", "x@example.com", "X")]
            cur.execute("select count(*) from muster.active_member where organization_id = %s", (t.org["id"],))
            assert cur.fetchone() == (1,)
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cur.execute("select * from muster.scim_user")
    finally:
        server.sql("revoke muster_app from muster_owner")
