"""muster webhook: of an organization and, without --org, of the installation."""
import json
import os
import re
import subprocess

import pytest
from helpers import BUILD, ROOT, unique
from webhooks import NOWHERE, Receiver, seal, settle, states


def run(server, *args, **env):
    return subprocess.run([f"{ROOT}/{BUILD}/muster", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
                          env={"PATH": os.environ["PATH"], "MUSTER_DB": server.db, "MUSTER_SECRET_KEY_FILE": server.env["MUSTER_SECRET_KEY_FILE"], **env})


@pytest.fixture
def org(server):
    slug = unique("h")
    return server.muster("org", "create", slug, "--slug", slug)


@pytest.fixture(params=["organization", "installation"])
def place(request, org):
    """The options that say whose webhooks are meant."""
    return ("--org", org["slug"]) if request.param == "organization" else ()


def listed(server, *place):
    return {w["id"]: w for w in server.muster("webhook", "list", *place)["data"]}


def test_from_create_to_remove(server, place, org):
    made = server.muster("webhook", "create", NOWHERE, *place, "--name", "CRM", "--events", "scim.*,team.created", "--format", "jackson", "--audience", "me")
    assert re.fullmatch(r"whsec_.{43}=", made.pop("secret"))
    assert made["events"] == ["scim.*", "team.created"] and (made["name"], made["format"], made["audience"]) == ("CRM", "jackson", "me")
    assert made["organization_id"] == (org["id"] if place else None)
    shown = server.muster("webhook", "show", made["id"])
    assert (shown["url"], shown["events"], shown["allow_private"]) == (NOWHERE, made["events"], False) and "secret" not in shown
    assert listed(server, *place)[made["id"]]["url"] == NOWHERE
    inside = server.muster("webhook", "set", made["id"], "--url", "http://127.0.0.1:9/", "--allow-private", "on", "--audience", "none", "--status", "disabled",
                           "--events", "*")
    assert (inside["url"], inside["allow_private"], inside["audience"], inside["status"], inside["events"]) == ("http://127.0.0.1:9/", True, None, "disabled",
                                                                                                                ["*"])
    assert server.muster("webhook", "set", made["id"], "--status", "enabled")["status"] == "enabled"
    rotated = server.muster("webhook", "rotate-secret", made["id"], "--previous-valid-for", "60")
    assert rotated["secret"].startswith("whsec_") and rotated["previous_secret_until"]
    assert run(server, "webhook", "remove", made["id"]).returncode == 64
    assert run(server, "webhook", "remove", made["id"], "--confirm", NOWHERE).returncode == 64
    assert run(server, "webhook", "remove", made["id"], "--confirm", "http://127.0.0.1:9/").stdout == "done\n"
    assert made["id"] not in listed(server, *place)
    assert server.sql("select distinct actor_type from muster.audit_event where target_id = %s", made["id"]) == [("operator",)]


def test_tests_deliveries_and_sending_again(server, place, org):
    made = server.muster("webhook", "create", NOWHERE, *place, "--events", "member.added")
    event = server.muster("webhook", "test", made["id"])["event_id"]
    server.muster("member", "add", "a@example.com", "--org", org["slug"])
    seal(server)
    (test,) = server.muster("webhook", "deliveries", made["id"], "--event", event)["data"]
    assert test["action"] == "webhook.test"
    one = next(d for d in server.muster("webhook", "deliveries", made["id"])["data"] if d["organization_id"] == org["id"] and d["action"] == "member.added")
    settle(server, made, "dead", one["id"])
    settle(server, made, "delivered", test["id"])
    assert [d["id"] for d in server.muster("webhook", "deliveries", made["id"], "--state", "dead", "--limit", "5")["data"]] == [one["id"]]
    table = run(server, "webhook", "deliveries", made["id"], "--state", "dead").stdout.splitlines()
    assert table[0].split()[:4] == ["id", "sequence", "action", "state"] and "dead" in table[1] and len(table) == 2
    assert server.muster("webhook", "replay", made["id"], "--state", "dead") == {"replayed": 1}
    settle(server, made, "delivered")
    assert server.muster("webhook", "replay", made["id"], "--delivery", one["id"])["state"] == "pending"
    settle(server, made, "delivered")
    whose = () if place else ("--org", org["slug"])
    assert server.muster("webhook", "replay", made["id"], "--from", "1", "--to", "100", *whose) == {"replayed": 2 if place else 1}  # the test, too
    assert states(server, made)["pending"] == (2 if place else 1)


@pytest.mark.parametrize("args, code, says", [
    (["create"], 64, "URL"), (["create", "http://example.com/"], 64, "https://"), (["create", "https://10.0.0.1/"], 64, "10.0.0.1"),
    (["create", NOWHERE, "--events", "scim.usr.*"], 64, "scim.user.*"), (["create", NOWHERE, "--format", "xml"], 64, "--format"),
    (["create", NOWHERE, "--org", "nobody"], 1, "nobody"), (["list", "--org", "nobody"], 1, "nobody"), (["show", "x"], 1, "webhook"),
    (["show", "00000000-0000-7000-8000-000000000000"], 1, "webhook"), (["set", "x", "--name", "y"], 1, "webhook"), (["test", "x"], 1, "webhook"),
    (["remove", "x", "--confirm", "y"], 1, "webhook"), (["deliveries", "x"], 1, "webhook"), (["deliveries", "x", "--state", "lost"], 64, "--state"),
    (["replay", "x"], 64, "--delivery"), (["replay", "x", "--from", "y", "--to", "2"], 64, "--from"), (["replay", "x", "--state", "dead"], 1, "webhook")])
def test_what_is_wrong_is_said(server, args, code, says):
    done = run(server, "webhook", *args)
    assert done.returncode == code and says in done.stderr, done
    assert done.stdout == ""


def test_a_webhook_that_is_there_wants_to_know_what(server, org):
    made = server.muster("webhook", "create", NOWHERE, "--org", org["slug"])
    theirs = server.muster("webhook", "create", NOWHERE)
    for args in (["set", made["id"]], ["set", made["id"], "--status", "active"], ["replay", made["id"], "--from", "1"],
                 ["rotate-secret", made["id"], "--previous-valid-for", "604801"]):
        assert run(server, "webhook", *args).returncode in (1, 64), args
    done = run(server, "webhook", "replay", theirs["id"], "--from", "1", "--to", "2")
    assert done.returncode in (1, 64) and "organization" in done.stderr


def test_without_a_key_file_it_is_said_how_to_make_one(server, org):
    for path in ("", "/nowhere/key"):
        done = run(server, "webhook", "create", NOWHERE, "--org", org["slug"], MUSTER_SECRET_KEY_FILE=path)
        assert done.returncode == 1 and ("MUSTER_SECRET_KEY_FILE" in done.stderr and "openssl" in done.stderr or path and path in done.stderr), done
    assert json.loads(run(server, "webhook", "list", "--org", org["slug"], "--json", MUSTER_SECRET_KEY_FILE="").stdout)["data"] == []


def test_the_key_file_is_made_once_and_closed(server):
    path = server.env["MUSTER_SECRET_KEY_FILE"]
    assert os.stat(path).st_mode & 0o777 == 0o600
    with open(path, encoding="ascii") as f:
        assert re.fullmatch(r"[0-9A-Za-z+/]{43}=\n", f.read())


def test_a_test_that_is_waited_for_tells_what_the_receiver_answered(server, place):
    status = [204]
    with Receiver(lambda hit: (status[0], {}, b"hello" if status[0] == 500 else b"")) as receiver:
        made = server.muster("webhook", "create", receiver.url, *place, "--events", "webhook.test", "--allow-private", "on")
        good = server.muster("webhook", "test", made["id"], "--wait")
        assert (good["state"], good["status"], good["attempts"]) == ("delivered", 204, 1)
        status[0] = 500
        bad = run(server, "webhook", "test", made["id"], "--wait")
        assert bad.returncode == 1 and "answered 500" in bad.stderr and "status: 500" in bad.stdout and "response: hello" in bad.stdout
    gone = run(server, "webhook", "test", made["id"], "--wait", "--json")
    assert gone.returncode == 1 and "connect" in gone.stderr and json.loads(gone.stdout)["status"] is None
    assert run(server, "webhook", "test", "x", "--wait").returncode == 1
    server.muster("webhook", "remove", made["id"], "--confirm", receiver.url)
