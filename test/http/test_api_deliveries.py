"""Deliveries of webhooks by the API: their results, and replays."""
import pytest
from api import good, problem
from customer import Customer
from webhooks import NOWHERE, actions_of, deliveries, events_of, make_events, seal, settle, states, write_events


def test_deliveries_tell_what_became_of_them(api, server, org, hook):
    people = make_events(org, 3)
    seal(server)
    listed = [d for d in deliveries(api, hook["path"]) if d["action"] == "member.added"]
    assert len(listed) == 3 and {d["organization_id"] for d in listed} == {org.id}
    assert [d["sequence"] for d in listed] == sorted((d["sequence"] for d in listed), reverse=True)  # newest first
    settle(server, hook, "dead", listed[0]["id"])
    one = api.read(f"{hook['path']}/deliveries/{listed[0]['id']}")
    assert (one["state"], one["status"], one["error"], one["response"], one["next_at"]) == ("dead", 503, "HTTP status 503", "busy", None)
    assert one["log"] == [{"at": "2026-01-01T00:00:00.000Z", "status": 503, "duration_ms": 5, "error": "HTTP status 503"}] and one["finished_at"]
    assert deliveries(api, hook["path"], "&state=dead") == [one] == deliveries(api, hook["path"], f"&state=dead&event_id={one['event_id']}")
    assert deliveries(api, hook["path"], f"&state=delivered&event_id={one['event_id']}") == []
    assert [d["id"] for d in api.all(f"{hook['path']}/deliveries", limit=2)] == [d["id"] for d in deliveries(api, hook["path"])]
    assert server.sql("select target_id::text from muster.webhook_delivery where id = %s", one["id"])[0][0] in people


@pytest.mark.parametrize("query, field",
                         [("state=lost", "state"), ("event_id=x", "event_id"), ("cursor=x", "cursor"), ("limit=0", "limit"), ("action=x", "action")])
def test_a_list_of_deliveries_knows_its_parameters(api, hook, query, field):
    problem(api.get(f"{hook['path']}/deliveries?{query}"), 400, field=field)


def test_one_delivery_is_sent_again(api, server, org, hook):
    make_events(org)
    seal(server)
    (one,) = [d for d in deliveries(api, hook["path"]) if d["action"] == "member.added"]
    again = f"{hook['path']}/deliveries/{one['id']}/replay"
    for state in ("delivered", "dead", "superseded", "skipped"):
        settle(server, hook, state)
        sent = good(api.post(again))
        assert (sent["id"], sent["state"], sent["finished_at"]) == (one["id"], "pending", None) and sent["next_at"], state
    assert actions_of(server, hook["id"]).count("webhook.replayed") == 4
    assert {k: v for k, v in events_of(server, hook["id"])[-1][2].items()} == {"delivery_id": one["id"], "event_id": one["event_id"], "organization_id": org.id,
                                                                               "replayed": 1}


def test_one_that_waits_is_sent_at_once(api, server, org, hook):
    make_events(org)
    seal(server)
    (one,) = [d for d in deliveries(api, hook["path"]) if d["action"] == "member.added"]
    good(api.patch(hook["path"], {"url": f"{NOWHERE}/x"}))
    server.sql("update muster.webhook_queue set lease = null, in_hand = null, next_at = now() + interval '10 hours' where endpoint_id = %s", hook["id"])
    good(api.post(f"{hook['path']}/deliveries/{one['id']}/replay"))
    late = """select count(*) from muster.webhook_queue q join muster.webhook_delivery d using (endpoint_id, target_id)
              where d.id = %s and q.next_at > now() + interval '9 hours'"""
    assert server.sql(late, one["id"]) == [(0,)]


def test_what_cannot_be_sent_again_is_told(api, server, org, hook):
    make_events(org)
    seal(server)
    (one,) = [d for d in deliveries(api, hook["path"]) if d["action"] == "member.added"]
    settle(server, hook, "delivered")
    again = f"{hook['path']}/deliveries/{one['id']}/replay"
    good(api.patch(hook["path"], {"events": ["scim.*"]}))
    assert "member.added" in problem(api.post(again), 409)["message"]
    problem(api.post(again.replace(one["id"], org.id)), 404)
    assert good(api.post(f"{hook['path']}/replay", {"from_sequence": 1, "to_sequence": 100})) == {"replayed": 0}
    good(api.patch(hook["path"], {"events": ["*"], "status": "disabled"}))
    for answer in (api.post(again), api.post(f"{hook['path']}/replay", {"state": "dead"}),
                   api.post(f"{hook['path']}/replay", {"from_sequence": 1, "to_sequence": 1})):
        assert "disabled" in problem(answer, 409)["message"], answer
    assert "webhook.replayed" not in actions_of(server, hook["id"])
    assert states(server, hook).get("pending", 0) == 0 or one["id"] not in [d["id"] for d in deliveries(api, hook["path"], "&state=pending")]


def test_of_what_is_dead_ten_thousand_are_sent_again_at_once(api, server, org, hook):
    """The rest with the next call; what the webhook does not want any more holds up nothing."""
    make_events(org)
    write_events(server, org.id, 10_003)
    seal(server)
    good(api.patch(hook["path"], {"events": ["scim.*"]}))
    settle(server, hook, "dead")
    again = [good(api.post(f"{hook['path']}/replay", {"state": "dead"}))["replayed"] for _ in range(3)]
    assert again == [10_000, 3, 0]
    assert api.delete(hook["path"]).status == 204


def test_all_that_is_dead_is_sent_again(api, server, org, hook):
    make_events(org, 3)
    seal(server)
    listed = [d["id"] for d in deliveries(api, hook["path"]) if d["action"] == "member.added"]
    settle(server, hook, "delivered")
    settle(server, hook, "dead", *listed[:2])
    assert good(api.post(f"{hook['path']}/replay", {"state": "dead"})) == {"replayed": 2}
    assert deliveries(api, hook["path"], "&state=dead") == []
    assert {d["id"] for d in deliveries(api, hook["path"]) if d["state"] == "pending" and d["action"] == "member.added"} == set(listed[:2])
    assert good(api.post(f"{hook['path']}/replay", {"state": "dead"})) == {"replayed": 0}
    assert [d for _, a, d in events_of(server, hook["id"]) if a == "webhook.replayed"] == [{"state": "dead", "replayed": 2}]


def test_a_range_is_sent_again_also_to_a_webhook_that_is_new(api, server, org):
    make_events(org, 4)
    seal(server)
    numbers = [n for (n,) in server.sql("select s.sequence from muster.audit_seal s "
                                        "join muster.audit_event e on e.organization_id = s.organization_id and e.id = s.event_id "
                                        "where s.organization_id = %s and e.action = 'member.added' order by 1", org.id)]
    made = api.made(f"{org.path}/webhooks", {"url": NOWHERE, "events": ["member.*"]})
    path = f"{org.path}/webhooks/{made['id']}"
    assert good(api.post(f"{path}/replay", {"from_sequence": numbers[1], "to_sequence": numbers[2]})) == {"replayed": 2}
    assert sorted(d["sequence"] for d in deliveries(api, path)) == numbers[1:3]
    assert good(api.post(f"{path}/replay", {"from_sequence": numbers[0], "to_sequence": numbers[0] + 9999})) == {"replayed": 2}  # two are pending
    assert sorted(d["sequence"] for d in deliveries(api, path)) == numbers
    assert [d for _, a, d in events_of(server, made["id"]) if a == "webhook.replayed"] == [
        {"organization_id": org.id, "from_sequence": first, "to_sequence": last, "replayed": 2}
        for first, last in ((numbers[1], numbers[2]), (numbers[0], numbers[0] + 9999))]


@pytest.mark.parametrize("fields, field", [
    ({}, "from_sequence"), ({"from_sequence": 1}, "to_sequence"), ({"to_sequence": 1}, "from_sequence"),
    ({"from_sequence": 2, "to_sequence": 1}, "to_sequence"),
    ({"from_sequence": 1, "to_sequence": 10001}, "to_sequence"), ({"from_sequence": 0, "to_sequence": 1}, "from_sequence"),
    ({"from_sequence": "1", "to_sequence": 1}, "from_sequence"),
    ({"state": "delivered"}, "state"), ({"state": "dead", "from_sequence": 1, "to_sequence": 1}, "state"),
    ({"from_sequence": 1, "to_sequence": 1, "organization": "demo"}, "organization")])
def test_what_is_sent_again_must_be_said_rightly(api, hook, fields, field):
    problem(api.post(f"{hook['path']}/replay", fields), 400, field=field)


def test_a_webhook_of_the_installation_hears_of_every_organization(api, server, org):
    made = api.made("/webhooks", {"url": NOWHERE, "events": ["member.added"]})
    path, other = f"/webhooks/{made['id']}", Customer(api)
    make_events(org), make_events(other, 2)
    seal(server)
    mine = [d for d in deliveries(api, path) if d["organization_id"] in (org.id, other.id)]
    assert sorted(d["organization_id"] for d in mine) == sorted([org.id, other.id, other.id])
    settle(server, made, "dead", *[d["id"] for d in mine])
    assert good(api.post(f"{path}/replay", {"state": "dead"}))["replayed"] == 3
    settle(server, made, "delivered", *[d["id"] for d in mine])
    assert good(api.post(f"{path}/replay", {"from_sequence": 1, "to_sequence": 100, "organization": other.slug})) == {"replayed": 2}
    settle(server, made, "delivered", *[d["id"] for d in mine])
    assert good(api.post(f"{path}/replay", {"from_sequence": 1, "to_sequence": 100, "organization": org.id})) == {"replayed": 1}
    one = next(d for d in mine if d["organization_id"] == org.id)
    assert good(api.post(f"{path}/deliveries/{one['id']}/replay"))["state"] == "pending"
    problem(api.post(f"{path}/replay", {"from_sequence": 1, "to_sequence": 100}), 400, "required", "organization")
    problem(api.post(f"{path}/replay", {"from_sequence": 1, "to_sequence": 100, "organization": "nobody"}), 400, "not_found", "organization")
