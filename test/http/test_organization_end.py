"""The end of an organization: its members end first, each with an event, and personal data can still be erased and exported."""
import json
import os
import signal
import subprocess

import pytest
from helpers import BUILD, ROOT, op, unique, wait_until
from webhooks import seal


def told(server, org):
    """The events of an organization in their order."""
    seal(server)
    return server.sql("""select e.action, e.target_id::text from muster.audit_seal s
                         join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id and e.at = s.at
                         where s.organization_id = %s order by s.sequence""", org)


@pytest.fixture
def peopled(server, customer):
    """Two who are synced, of whom one has left, and two who are not, one in a team."""
    customer.user("ann@example.com")
    gone = customer.user("bob@example.com")
    assert customer.client.patch(f"/Users/{gone['id']}", op("replace", "active", False)).status == 200
    team = server.muster("team", "add", "Crew", "--org", customer.slug)
    for email in ("cyn@example.com", "dan@example.com"):
        server.muster("member", "add", email, "--org", customer.slug)
    server.muster("team", "add", "Crew", "--org", customer.slug, "--member", "cyn@example.com")
    customer.group("Synced", [customer.client.find("Users", 'userName eq "ann@example.com"').json["Resources"][0]["id"]])
    assert team["name"] == "Crew" and server.sql("select count(*) from muster.team_roster where organization_id = %s", customer.org["id"]) == [(2,)]
    return customer


def test_members_end_before_their_organization(server, peopled):
    org = peopled.org["id"]
    ids = dict(server.sql("select email, id::text from muster.member where organization_id = %s", org))
    before = len(told(server, org))
    done = server.muster("org", "remove", peopled.slug, "--confirm", peopled.slug)
    assert done == {"id": org, "users": 2, "members": 2}
    events = told(server, org)[before:]
    actions = [a for a, _ in events]
    assert actions[0] == "scim.token.revoked" and actions[-1] == "organization.removed" and actions.count("scim.user.deprovisioned") == 2
    assert sorted(t for a, t in events if a == "member.deactivated") == sorted([ids["cyn@example.com"], ids["dan@example.com"]])
    assert server.sql("select distinct status from muster.member where organization_id = %s", org) == [("deactivated",)]
    assert server.sql("select count(*) from muster.team_member where organization_id = %s", org) == [(0,)]
    for view in ("active_member", "team_roster"):
        assert server.sql(f"select count(*) from muster.{view} where organization_id = %s", org) == [(0,)], view


def test_the_api_ends_members_too(server, api, peopled):
    assert api.delete(f"/organizations/{peopled.slug}?confirm={peopled.slug}").status == 204
    assert server.sql("select distinct status from muster.member where organization_id = %s", peopled.org["id"]) == [("deactivated",)]
    assert api.get(f"/organizations/{peopled.slug}").status == 404 and peopled.client.get("/Users").status == 401


def test_views_leave_out_what_was_removed(server, peopled):
    """However it came to be: an organization of a copy that was restored, say."""
    org = peopled.org["id"]
    assert server.sql("select count(*) from muster.active_member where organization_id = %s", org) == [(3,)]
    server.sql("update muster.organization set removed_at = now() where id = %s", org)
    for view in ("active_member", "team_roster"):
        assert server.sql(f"select count(*) from muster.{view} where organization_id = %s", org) == [(0,)], view


def test_who_was_there_can_be_exported_and_erased(server, peopled, tmp_path):
    org, path = peopled.org["id"], str(tmp_path / "export")
    server.muster("org", "remove", peopled.slug, "--confirm", peopled.slug)
    for email in ("ann@example.com", "cyn@example.com"):
        assert server.muster("erase", email, "--org", org, "--confirm", email)["id"], email
    assert server.sql("select count(*) from muster.audit_event where organization_id = %s and data::text like '%%ann@%%'", org) == [(0,)]
    server.muster("export", "--org", org, "--output", path)
    with open(path, encoding="utf-8") as f:
        members = [o for o in map(json.loads, f) if o["type"] == "member"]
    assert sorted(m["email"] or "" for m in members) == ["", "", "bob@example.com", "dan@example.com"]
    for args in (["member", "list"], ["connection", "list"], ["erase", "dan@example.com", "--confirm", "dan@example.com"]):
        who = peopled.slug if args[0] == "erase" else org
        assert server.muster(*args, "--org", who, ok=False).returncode == 1, args


def test_a_removal_that_is_killed_goes_on(server, customer):
    org, n = customer.org["id"], 2000
    user = customer.user()
    server.fill(("insert into muster.member (organization_id, id, email) select %s, muster.uuid7(), 'm' || n from generate_series(1, %s) n", org, n))
    command = [f"{ROOT}/{BUILD}/muster", "org", "remove", customer.slug, "--confirm", customer.slug]
    process = subprocess.Popen(command, env={**server.operator(), "PATH": os.environ["PATH"]}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ended = "select count(*) from muster.member where organization_id = %s and status = 'deactivated'"
    wait_until(lambda: server.sql(ended, org)[0][0] > 200, 20, "some have ended")
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert server.sql(ended, org)[0][0] < n and server.muster("org", "show", customer.slug)["id"] == org
    done = server.muster("org", "remove", customer.slug, "--confirm", customer.slug)
    assert 0 < done["members"] < n and done["users"] == 0
    assert server.sql(ended, org) == [(n + 1,)]
    rows = server.sql("""select count(*), count(distinct target_id) from muster.audit_event where organization_id = %s
                         and action in ('member.deactivated', 'scim.user.deprovisioned')""", org)
    assert rows == [(n + 1, n + 1)]
    assert server.sql("select count(*) from muster.audit_event where organization_id = %s and action = 'organization.removed'", org) == [(1,)]
    assert user["id"]


def test_commands_that_end_something_say_what_to_type_and_what_is_lost(server, customer):
    hook = server.muster("webhook", "create", "https://hooks.invalid/", "--org", customer.slug)
    ends = [(("org", "remove", customer.slug), f"the organization's slug, {customer.slug}: its tokens are revoked, everybody in it leaves"),
            (("connection", "remove", customer.connection["id"]), "the connection's name, IdP: its tokens are revoked and its users leave"),
            (("webhook", "remove", hook["id"]), "the webhook's URL, https://hooks.invalid/: what is undelivered is not sent"),
            (("erase", "a@example.com", "--org", customer.slug), "the email or id once more, a@example.com: what is erased does not come back")]
    for command, says in ends:
        for confirm in ((), ("--confirm", "wrong")):
            done = server.muster(*command, *confirm, ok=False)
            assert done.returncode == 64 and done.stderr.startswith(f"muster: --confirm must be {says}"), done


def test_confirm_is_the_slug(server, customer):
    done = server.muster("org", "remove", customer.slug, "--confirm", unique(), ok=False)
    assert done.returncode == 64 and customer.client.get("/Users").status == 200
