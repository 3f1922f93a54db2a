"""Webhooks by the API: set up, changed, tested, rotated; secrets are shown only once."""
import base64
import contextlib
import datetime
import json
import os
import re
import subprocess
import threading
import uuid

import psycopg2
import pytest
from api import good, problem
from customer import Customer
from helpers import BUILD, ROOT, statement, unique
from webhooks import NOWHERE, actions_of, deliveries, events_of, make_events, seal, states

INSTALLATION = "00000000-0000-0000-0000-000000000000"
STATE = ("failures", "failing_since", "open_until", "paused_until", "last_success_at")  # what moves as deliveries go


@pytest.fixture(params=["organization", "installation"])
def place(request, org):
    """Where webhooks are: in an organization, and in the whole installation."""
    return f"{org.path}/webhooks" if request.param == "organization" else "/webhooks"


def still(o):
    """A webhook as it is set up."""
    return {k: v for k, v in o.items() if k not in (*STATE, "secret", "path")}


def test_a_webhook_is_made_with_defaults(api, place):
    made = api.made(place, {"url": NOWHERE})
    assert re.fullmatch(r"whsec_[0-9A-Za-z+/]{43}=", made["secret"]) and len(base64.b64decode(made["secret"][6:])) == 32
    assert {k: made[k] for k in ("name", "url", "events", "format", "audience", "allow_private", "status", "disabled_reason", "previous_secret_until")} == {
        "name": None, "url": NOWHERE, "events": ["*"], "format": "muster", "audience": None, "allow_private": False, "status": "enabled",
        "disabled_reason": None, "previous_secret_until": None}
    assert (made["organization_id"] is None) == (place == "/webhooks")
    assert still(api.read(f"{place}/{made['id']}")) == still(made)
    assert [still(w) for w in api.all(place) if w["id"] == made["id"]] == [still(made)]
    assert api.head(f"{place}/{made['id']}").status == 200


def test_every_field_can_be_given(api, place):
    given = {"name": "CRM", "url": "http://127.0.0.1:9/x?y=1", "events": ["scim.user.*", "team.created"], "format": "stytch", "audience": "https://me",
             "allow_private": True}
    made = api.made(place, given)
    assert {k: made[k] for k in given} == given


def test_no_secret_is_shown_twice_or_kept_in_the_clear(api, server, org):
    headers = {"Idempotency-Key": unique()}
    made = api.made(f"{org.path}/webhooks", {"url": NOWHERE}, headers=headers)
    path = f"{org.path}/webhooks/{made['id']}"
    rotated = good(api.post(f"{path}/rotate-secret", headers=headers | {"Idempotency-Key": unique()}))
    api.made(f"{path}/test")
    seal(server)
    dump = subprocess.run(["pg_dump", "--data-only", "-t", "muster.webhook*", "-t", "muster.audit*", "-t", "muster.idempotency_key",
                           server.db.replace("muster_owner", "postgres")], stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    assert made["id"] in dump and headers["Idempotency-Key"] in dump
    for secret in (made["secret"], rotated["secret"]):
        raw = base64.b64decode(secret[6:])
        assert secret not in dump and secret[6:] not in dump and raw.hex() not in dump and secret.encode().hex() not in dump, secret
        for answer in (api.get(path), api.get(f"{org.path}/webhooks"), api.get(f"{path}/deliveries"), api.get(f"{org.path}/audit-logs")):
            assert secret[6:] not in answer.text and answer.status == 200, (secret, answer)
    assert server.sql("select count(distinct secret) + count(distinct previous_secret) from muster.webhook_endpoint where id = %s", made["id"]) == [(2,)]


def test_a_replayed_answer_is_without_the_secret(api, place):
    headers = {"Idempotency-Key": unique()}
    first, second = (api.post(place, {"url": NOWHERE, "name": headers["Idempotency-Key"]}, headers=headers) for _ in range(2))
    assert (first.status, second.status) == (201, 201) and second.header("Idempotent-Replayed") == "true"
    assert second.json == {k: v for k, v in first.json.items() if k != "secret"}
    assert len([w for w in api.all(place) if w["name"] == headers["Idempotency-Key"]]) == 1
    path = f"{place}/{first.json['id']}"
    headers = {"Idempotency-Key": unique()}
    first, second = (api.post(f"{path}/rotate-secret", headers=headers) for _ in range(2))
    assert "secret" in first.json and "secret" not in second.json and second.status == 200
    headers = {"Idempotency-Key": unique()}
    first, second = (api.post(f"{path}/test", headers=headers) for _ in range(2))
    assert first.json == second.json and second.header("Idempotent-Replayed") == "true"


def test_lists_come_in_pages(api, org):
    made = [api.made(f"{org.path}/webhooks", {"url": f"{NOWHERE}/{i}"})["id"] for i in range(5)]
    assert [w["id"] for w in api.all(f"{org.path}/webhooks", limit=2)] == made


@pytest.mark.parametrize("fields, field", [
    ({}, "url"), ({"url": None}, "url"), ({"url": 5}, "url"), ({"url": ""}, "url"), ({"url": "http://example.com/"}, "url"),
    ({"url": "https://10.0.0.1/"}, "url"),
    ({"url": "https://2130706433/"}, "url"), ({"url": "https://[::ffff:127.0.0.1]/"}, "url"), ({"url": "https://localhost/"}, "url"),
    ({"url": "https://db.internal/"}, "url"),
    ({"url": "https://u:p@example.com/"}, "url"), ({"url": "https://example.com/#x"}, "url"), ({"url": "ftp://example.com/", "allow_private": True}, "url"),
    ({"url": "https://example.com/" + "x" * 2000}, "url"), ({"url": NOWHERE, "events": []}, "events"), ({"url": NOWHERE, "events": "*"}, "events"),
    ({"url": NOWHERE, "events": ["scim.*", 5]}, "events"), ({"url": NOWHERE, "events": ["*"] * 101}, "events"), ({"url": NOWHERE, "format": "xml"}, "format"),
    ({"url": NOWHERE, "format": None}, "format"), ({"url": NOWHERE, "allow_private": "yes"}, "allow_private"), ({"url": NOWHERE, "name": " "}, "name"),
    ({"url": NOWHERE, "audience": "x" * 201}, "audience"), ({"url": NOWHERE, "status": "disabled"}, "status"), ({"url": NOWHERE, "secret": "x"}, "secret")])
def test_what_cannot_be_is_refused(api, org, fields, field):
    problem(api.post(f"{org.path}/webhooks", fields), 400, field=field)
    assert api.read(f"{org.path}/webhooks")["data"] == []


@pytest.mark.parametrize("wrong, meant",
                         [("scim.user.deactivate", "scim.user.deactivated"), ("user.*", "team.*"), ("scim.usr.*", "scim.user.*"), ("webhooks.*", "webhook.*")])
def test_an_event_that_never_comes_is_refused_with_the_one_that_was_meant(api, org, hook, wrong, meant):
    for answer in (api.post(f"{org.path}/webhooks", {"url": NOWHERE, "events": ["*", wrong]}), api.patch(hook["path"], {"events": [wrong]})):
        message = problem(answer, 400, "invalid", "events")["message"]
        assert f'"{wrong}"' in message and (f'"{meant}"' in message or wrong == "user.*"), answer


def test_every_action_that_is_written_can_be_listened_to(api, hook):
    """And none that is not: the table of actions is that of the program."""
    with open(f"{ROOT}/core/audit/actions.def", encoding="utf-8") as f:
        table = re.findall(r'(?m)^ACTION\("([^"]+)"\)$', f.read())
    source = ""
    for room in ("core/directory", "core/control", "sql"):
        for top, _, names in os.walk(f"{ROOT}/{room}"):
            source += "".join(open(os.path.join(top, n), encoding="utf-8").read() for n in names if n.endswith((".c", ".sql")))
    first = "|".join({action.split(".")[0] for action in table})
    written = set(re.findall(rf"""["']((?:{first})\.[a-z_]+(?:\.[a-z_]+)?)["']""", source))
    assert written <= set(table) and set(table) - written <= {"scim.request.refused"} and table == sorted(table)
    good(api.patch(hook["path"], {"events": table}))


def test_a_change_is_told_with_before_and_after(api, server, org, hook):
    changes = {"name": "N", "url": "https://hooks.invalid/2", "events": ["scim.*"], "format": "jackson", "audience": "a"}
    changed = good(api.patch(hook["path"], changes))
    assert still(changed) == {**still(hook), **changes} == still(api.read(hook["path"]))
    assert good(api.patch(hook["path"], {"name": None, "audience": None}))["name"] is None
    good(api.patch(hook["path"], {}))
    rows = events_of(server, hook["id"])
    assert [(o, a) for o, a, _ in rows] == [(org.id, "webhook.created"), (org.id, "webhook.updated"), (org.id, "webhook.updated")]
    assert rows[1][2]["before"]["url"] == NOWHERE and rows[1][2]["after"]["url"] == changes["url"]


def test_a_change_that_is_not_for_this_version_is_412(api, hook):
    tag = api.get(hook["path"]).header("ETag")
    good(api.patch(hook["path"], {"name": "first"}, headers={"If-Match": tag}))
    problem(api.patch(hook["path"], {"name": "second"}, headers={"If-Match": tag}), 412)
    assert api.read(hook["path"])["name"] == "first"


def test_how_it_does_is_no_other_version(api, server, hook):
    tag = api.get(hook["path"]).header("ETag")
    server.sql("update muster.webhook_endpoint set failures = failures + 7, failing_since = now(), open_until = now(), last_success_at = now() where id = %s",
               hook["id"])
    assert api.get(hook["path"]).header("ETag") == tag


def test_a_changed_url_is_looked_at_as_a_new_one(api, org, hook):
    problem(api.patch(hook["path"], {"url": "https://127.1/"}), 400, "invalid", "url")
    good(api.patch(hook["path"], {"url": "http://127.1/", "allow_private": True}))
    good(api.patch(hook["path"], {"url": "http://127.1/x"}))
    problem(api.patch(hook["path"], {"allow_private": False}), 400, "invalid", "url")
    assert not good(api.patch(hook["path"], {"allow_private": False, "url": NOWHERE}))["allow_private"]


def test_enabling_clears_what_went_wrong(api, server, hook):
    down = good(api.patch(hook["path"], {"status": "disabled"}))
    assert (down["status"], down["disabled_reason"]) == ("disabled", "operator")
    server.sql("update muster.webhook_endpoint set failures = 7, failing_since = now(), open_until = now(), paused_until = now(), "
               "disabled_reason = 'failing' where id = %s", hook["id"])
    assert good(api.patch(hook["path"], {"status": "disabled"}))["disabled_reason"] == "failing"
    up = good(api.patch(hook["path"], {"status": "enabled"}))
    assert (up["status"], up["disabled_reason"], up["failures"]) == ("enabled", None, 0)
    assert up["failing_since"] is up["open_until"] is up["paused_until"] is None
    good(api.patch(hook["path"], {"name": "x"}))
    assert api.read(hook["path"])["status"] == "enabled"


def test_what_is_undelivered_is_due_when_it_is_enabled(api, server, org, hook):
    make_events(org, 2)
    seal(server)
    good(api.patch(hook["path"], {"status": "disabled"}))
    server.sql("update muster.webhook_queue set lease = null, next_at = now() + interval '1 day' where endpoint_id = %s", hook["id"])
    waiting = [d for d in deliveries(api, hook["path"]) if d["state"] == "pending"]
    assert waiting and all(d["next_at"] > (datetime.datetime.utcnow() + datetime.timedelta(hours=23)).isoformat() for d in waiting)
    good(api.patch(hook["path"], {"status": "enabled"}))
    assert server.sql("select count(*) from muster.webhook_queue where endpoint_id = %s and next_at > now() + interval '1 hour'", hook["id"]) == [(0,)]


def test_a_disabled_one_hears_of_nothing(api, server, org, hook):
    good(api.patch(hook["path"], {"status": "disabled"}))
    make_events(org)
    seal(server)
    assert [d for d in deliveries(api, hook["path"]) if d["action"] == "member.added"] == []


def test_a_removed_webhook_is_gone_with_what_was_queued(api, server, place):
    made = api.made(place, {"url": NOWHERE})
    path = f"{place}/{made['id']}"
    api.made(f"{path}/test")
    seal(server)
    problem(api.delete(f"{path}?confirm=https://elsewhere.example/"), 400, "invalid", "confirm")
    assert api.delete(f"{path}?confirm={NOWHERE}").status == 204
    for answer in (api.get(path), api.delete(path), api.patch(path, {"name": "x"}), api.post(f"{path}/test"), api.get(f"{path}/deliveries"),
                   api.post(f"{path}/rotate-secret")):
        problem(answer, 404)
    assert made["id"] not in [w["id"] for w in api.all(place)]
    assert server.sql("select count(*) from muster.webhook_queue where endpoint_id = %s", made["id"]) == [(0,)]
    assert "pending" not in states(server, made) and sum(states(server, made).values()) > 0
    seal(server)
    assert "pending" not in states(server, made)
    assert actions_of(server, made["id"]) == ["webhook.created", "webhook.test", "webhook.removed"]
    removed = events_of(server, made["id"])[-1][2]
    assert removed.keys() == made.keys() - {"secret"} and (removed["id"], removed["url"]) == (made["id"], NOWHERE)


def test_a_rotated_secret_leaves_the_one_before_for_a_while(api, server, hook):
    def kept():
        return server.sql("select secret::text, previous_secret::text, extract(epoch from previous_secret_until - now())::integer "
                          "from muster.webhook_endpoint where id = %s", hook["id"])[0]
    first = kept()
    rotated = good(api.post(f"{hook['path']}/rotate-secret"))
    assert rotated["secret"] != hook["secret"] and rotated["previous_secret_until"]
    second = kept()
    assert second[0] != first[0] and second[1] == first[0] and 86000 < second[2] <= 86400
    good(api.post(f"{hook['path']}/rotate-secret", {"previous_valid_for": 60}))
    third = kept()
    assert third[1] == second[0] and 0 < third[2] <= 60
    assert good(api.post(f"{hook['path']}/rotate-secret", {"previous_valid_for": 0}))["previous_secret_until"] is None
    assert kept()[1:] == (None, None)
    for wrong in (-1, 604801, "60", None, 1.5):
        problem(api.post(f"{hook['path']}/rotate-secret", {"previous_valid_for": wrong}), 400, "invalid", "previous_valid_for")
    assert actions_of(server, hook["id"]) == ["webhook.created"] + ["webhook.secret_rotated"] * 3


def test_an_organization_has_twenty_at_most_also_if_several_are_made_at_once(api, server, org):
    place, answers = f"{org.path}/webhooks", []
    first = [api.made(place, {"url": NOWHERE}) for _ in range(18)][0]

    def work():
        answers.append(api.with_key(api.token).post(place, {"url": NOWHERE}))
    threads = [threading.Thread(target=work) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert sorted(a.status for a in answers) == [201] * 2 + [409] * 4
    assert "MUSTER_WEBHOOKS_MAX" in problem(next(a for a in answers if a.status == 409), 409, "conflict")["message"]
    cli = subprocess.run([f"{ROOT}/{BUILD}/muster", "webhook", "create", NOWHERE, "--org", org.id], capture_output=True, text=True, timeout=60,
                         env={**server.environment(), "MUSTER_DB": server.db}, check=False)
    assert cli.returncode != 0 and "as many as it may have" in cli.stderr
    assert api.delete(f"{place}/{first['id']}").status == 204
    api.made(place, {"url": NOWHERE})


def test_a_test_goes_to_that_webhook_alone(api, server, place):
    one, two = (api.made(place, {"url": NOWHERE, "events": ["scim.token.*"]}) for _ in range(2))
    event = api.made(f"{place}/{one['id']}/test")["event_id"]
    seal(server)
    (sent,) = deliveries(api, f"{place}/{one['id']}", f"&event_id={event}")
    assert (sent["action"], sent["event_id"]) == ("webhook.test", event)
    assert deliveries(api, f"{place}/{two['id']}", f"&event_id={event}") == []
    good(api.patch(f"{place}/{one['id']}", {"status": "disabled"}))
    problem(api.post(f"{place}/{one['id']}/test"), 409)


def test_events_of_the_installation_are_in_a_log_of_its_own(api, server):
    made = api.made("/webhooks", {"url": NOWHERE})
    good(api.patch(f"/webhooks/{made['id']}", {"name": "x"}))
    good(api.post(f"/webhooks/{made['id']}/rotate-secret"))
    assert [(o, a) for o, a, _ in events_of(server, made["id"])] == [(INSTALLATION, f"webhook.{a}") for a in ("created", "updated", "secret_rotated")]
    assert server.sql("select distinct actor_type from muster.audit_event where target_id = %s", made["id"]) == [("key",)]
    assert INSTALLATION not in [o["id"] for o in api.all("/organizations")] and api.get(f"/organizations/{INSTALLATION}").status == 404


def test_an_interrupted_write_of_the_installation_is_found_by_its_event(api, server):
    """As core/db/db_transaction.c looks for it: with the rights of the responder, in the log of the installation."""
    answer = api.post("/webhooks", {"url": NOWHERE})
    query = statement("audit_event_exists").replace("$1", "%s")
    with contextlib.closing(psycopg2.connect(server.db.replace("muster_owner", "muster_admin"))) as c, c, c.cursor() as cur:
        for organization, found in ((INSTALLATION, 1), (str(uuid.uuid4()), 0)):
            cur.execute("select set_config('muster.organization', %s, true)", [organization])
            cur.execute(query, [answer.header("X-Request-Id")])
            assert len(cur.fetchall()) == found, (organization, found)


def test_nobody_reaches_the_webhooks_of_others(api, server, org, hook):
    """Neither from another organization, nor from the installation's list, nor the installation's from an organization."""
    other, theirs = Customer(api), api.made("/webhooks", {"url": NOWHERE})
    make_events(org)
    seal(server)
    delivery = deliveries(api, hook["path"])[0]["id"]
    bound, mine = other.key("webhooks:manage"), api.made(f"{other.path}/webhooks", {"url": NOWHERE})
    their_delivery = deliveries(api, f"/webhooks/{theirs['id']}")[0]["id"]
    for key, path in ((api, f"{other.path}/webhooks/{hook['id']}"), (bound, f"{other.path}/webhooks/{hook['id']}"), (api, f"/webhooks/{hook['id']}"),
                      (bound, f"{other.path}/webhooks/{theirs['id']}"), (api, f"{org.path}/webhooks/{theirs['id']}"), (bound, hook["path"]),
                      (api, f"{org.path}/webhooks/{uuid.uuid4()}"), (api, f"{org.path}/webhooks/x")):
        for answer in (key.get(path), key.patch(path, {"name": "x"}), key.delete(path), key.post(f"{path}/rotate-secret"), key.post(f"{path}/test"),
                       key.get(f"{path}/deliveries"),
                       key.get(f"{path}/deliveries/{delivery}"), key.post(f"{path}/deliveries/{delivery}/replay"),
                       key.post(f"{path}/replay", {"state": "dead"})):
            problem(answer, 404, "not_found")
    for path in (f"{other.path}/webhooks/{mine['id']}/deliveries/{delivery}", f"/webhooks/{theirs['id']}/deliveries/{delivery}",
                 f"{hook['path']}/deliveries/{their_delivery}", f"{hook['path']}/deliveries/x"):
        problem(api.get(path), 404)
        problem(api.post(f"{path}/replay"), 404)
    assert [w["id"] for w in bound.all(f"{other.path}/webhooks")] == [mine["id"]]
    assert hook["id"] not in [w["id"] for w in api.all("/webhooks")]
    assert still(api.read(hook["path"])) == still(hook) and actions_of(server, hook["id"]) == ["webhook.created"]


def test_a_bound_key_sets_up_nothing_that_reaches_inside(api, org):
    bound, inside = org.key("webhooks:manage"), {"url": "http://10.0.0.1/", "allow_private": True}
    problem(bound.post(f"{org.path}/webhooks", inside), 403, "forbidden")
    problem(bound.post(f"{org.path}/webhooks", {"url": NOWHERE, "allow_private": True}), 403, "forbidden")
    mine = bound.made(f"{org.path}/webhooks", {"url": NOWHERE, "allow_private": False})
    path = f"{org.path}/webhooks/{mine['id']}"
    problem(bound.patch(path, {"allow_private": True}), 403, "forbidden")
    good(api.patch(path, inside))
    for moved in ({"url": "http://10.0.0.2/"}, {"url": NOWHERE}, {"url": "http://10.0.0.2/", "allow_private": True}):
        problem(bound.patch(path, moved), 403, "forbidden")
    assert good(bound.patch(path, {"name": "x"}))["allow_private"]  # what it is for stays as it is
    assert not good(bound.patch(path, {"url": NOWHERE, "allow_private": False}))["allow_private"]
    problem(bound.get("/webhooks"), 403, "forbidden")
    problem(bound.post("/webhooks", {"url": NOWHERE}), 403, "forbidden")


def by_cgi(server, method, path, key, body=b"", **env):
    """The admin API started for one request, with settings of its own."""
    env = {"REQUEST_METHOD": method, "REQUEST_URI": f"/v1{path}", "CONTENT_LENGTH": str(len(body)), "HTTP_AUTHORIZATION": f"Bearer {key}",
           "PATH": os.environ["PATH"],
           "MUSTER_DB": server.db.replace("muster_owner", "muster_admin"), "MUSTER_LOG": "error", **env}
    done = subprocess.run([f"{ROOT}/{BUILD}/muster-admin.fcgi"], env=env, input=body, stdout=subprocess.PIPE, timeout=30, check=True)
    head, _, text = done.stdout.decode().partition("\r\n\r\n")
    return int(re.search(r"Status: (\d+)", head).group(1)), json.loads(text)


def test_without_a_key_file_no_secret_is_made(api, server, org, hook):
    """Everything else works; only the operator's keys see how to fix it, not customers."""
    body, bound = json.dumps({"url": NOWHERE}).encode(), org.key("webhooks:manage")
    for path, what in ((f"{org.path}/webhooks", body), (f"{hook['path']}/rotate-secret", b"")):
        status, answer = by_cgi(server, "POST", path, api.token, what)
        assert status == 409 and "MUSTER_SECRET_KEY_FILE" in answer["detail"], (path, what)
        status, answer = by_cgi(server, "POST", path, api.token, what, MUSTER_SECRET_KEY_FILE="/nowhere/key")
        assert status == 409 and "/nowhere/key" in answer["detail"], (path, what)
        status, answer = by_cgi(server, "POST", path, bound.token, what, MUSTER_SECRET_KEY_FILE="/nowhere/key")
        assert status == 409 and "/nowhere" not in answer["detail"], (path, what)
    assert by_cgi(server, "GET", hook["path"], api.token)[0] == 200
    assert by_cgi(server, "POST", f"{hook['path']}/test", api.token)[0] == 201
    assert by_cgi(server, "PATCH", hook["path"], api.token, b'{"name": "x"}')[0] == 200
    assert len(api.all(f"{org.path}/webhooks")) == 1
