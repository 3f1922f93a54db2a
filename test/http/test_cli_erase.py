"""muster erase deletes a person's data, even in the audit log, which is insert-only otherwise."""
import json

import psycopg2
import pytest
from helpers import ENTERPRISE, made, op, unique, user_body


def everywhere(server, words):
    """Tables that contain one of the words, and how often, ignoring case."""
    found = {}
    for (table,) in server.sql("select c.oid::regclass::text from pg_class c where c.relnamespace = 'muster'::regnamespace and c.relkind = 'r'"):
        n = server.sql(f"select count(*) from {table} t where exists (select from unnest(%s) w where strpos(lower(t::text), lower(w)) > 0)",
                       list(words))[0][0]
        if n:
            found[table] = n
    return found


@pytest.fixture
def canary():
    """Words that nobody else's data has in it."""
    return {name: unique(name) for name in ("login", "given", "family", "shown", "ext", "phone", "second", "custom", "called")}


def provision(t, c):
    email = f"{c['login']}@canary.example"
    return email, t.user(email, externalId=c["ext"], displayName=c["shown"], name={"givenName": c["given"], "familyName": c["family"]},
                         emails=[{"value": email, "type": "work", "primary": True}, {"value": f"{c['second']}@canary.example", "type": "home"}],
                         phoneNumbers=[{"value": c["phone"], "type": "work"}], **{"urn:example:custom": {"note": c["custom"]}})


def test_a_person_is_erased_everywhere(server, canary):
    t = server.customer()
    email, user = provision(t, canary)
    other = t.user("other@example.com", **{ENTERPRISE: {"manager": {"value": user["id"]}}})
    t.group("Crew", members=[{"value": user["id"], "display": canary["called"]}, {"value": other["id"]}])
    assert "muster.scim_group_user" in everywhere(server, [canary["called"]])
    server.muster("member", "set", email, "--org", t.slug, "--display-name", canary["shown"] + "2", "--organization-role", "org:admin")
    server.muster("team", "add", "Extra", "--org", t.slug)
    server.muster("team", "add", "Extra", "--member", email, "--org", t.slug)
    made(t.client.patch(f"/Users/{user['id']}", op("replace", "name.familyName", canary["family"] + "2")), 200)
    made(t.client.patch(f"/Users/{user['id']}", op("replace", "active", False)), 200)
    member = t.member(email)["id"]
    assert len(everywhere(server, canary.values())) >= 4
    done = server.muster("erase", email, "--org", t.slug, "--confirm", email)
    assert done["id"] == member and done["scim_users"] == 1 and done["audit_events"] >= 5
    assert everywhere(server, canary.values()) == {}
    shown = server.muster("member", "show", member, "--org", t.slug)
    assert (shown["status"], shown["email"], shown["first_name"], shown["teams"], shown["links"]) == ("deactivated", None, None, [], [])
    assert t.client.get(f"/Users/{user['id']}").status == 404
    assert t.people("Crew") == ["other@example.com"]
    assert t.client.find("Users", f'externalId eq "{canary["ext"]}"').json["totalResults"] == 0
    (event,) = server.muster("audit", "list", "--org", t.slug, "--action", "member.erased")["data"]
    assert event["target_id"] == member and set(event["data"]) == {"scim_users", "link_requests", "audit_events"}
    about = server.muster("audit", "list", "--org", t.slug, "--target", user["id"])["data"]
    assert len(about) >= 4 and all(e["data"] == {"erased": True} for e in about)
    assert {e["action"] for e in about} >= {"scim.user.provisioned", "scim.user.deactivated", "scim.user.deprovisioned"}
    kept = server.muster("audit", "list", "--org", t.slug, "--target", other["id"])["data"]
    assert all("erased" not in e["data"] for e in kept)


def test_somebody_active_is_refused_without_force(server, canary):
    t = server.customer()
    email, user = provision(t, canary)
    before = server.sql("select count(*) from muster.audit_event")
    done = server.muster("erase", email, "--org", t.slug, "--confirm", email, ok=False)
    assert done.returncode == 1 and "--force" in done.stderr and t.connection["name"] in done.stderr
    assert server.sql("select count(*) from muster.audit_event") == before and t.member(email)["status"] == "active"
    server.muster("erase", email, "--org", t.slug, "--confirm", email, "--force")
    assert everywhere(server, canary.values()) == {}
    assert server.sql("select users from (select sum(users) as users from muster.connection_usage where organization_id = %s) u",
                      t.org["id"]) == [(0,)]
    again = made(t.client.post("/Users", user_body(email, externalId=canary["ext"])))
    assert again["id"] != user["id"]  # nobody knows them any more


def test_a_removed_user_is_not_recognised_again(server, canary):
    t = server.customer()
    email, user = provision(t, canary)
    assert t.client.delete(f"/Users/{user['id']}").status == 204
    server.muster("erase", email, "--org", t.slug, "--confirm", email)
    assert everywhere(server, canary.values()) == {}
    for body in (user_body(email), user_body(f"{canary['second']}@canary.example", externalId=canary["ext"])):
        assert made(t.client.post("/Users", body))["id"] != user["id"], body


def test_a_group_counts_nobody_who_was_erased(server, canary):
    """Added to the group again after the end, the user would have counted from a return on."""
    t = server.customer()
    email, user = provision(t, canary)
    group = t.group(unique("g"), [t.user()["id"]])
    assert t.client.delete(f"/Users/{user['id']}").status == 204
    made(t.client.patch(f"/Groups/{group['id']}", op("add", "members", [{"value": user["id"]}])), 200)
    server.muster("erase", email, "--org", t.slug, "--confirm", email)
    assert server.sql("""select g.member_count, (select count(*) from muster.scim_group_user m where m.group_id = g.id)
                         from muster.scim_group g where g.id = %s""", group["id"]) == [(1, 1)]


def test_link_requests_and_kept_answers_go_too(server, canary):
    t = server.customer(linking="verified_domains")
    email = f"{canary['login']}@canary.example"
    server.muster("member", "add", email, "--org", t.slug, "--last-name", canary["family"])
    assert t.client.post("/Users", user_body(email, externalId=canary["ext"])).status == 409
    (request,) = server.muster("link-request", "list", "--org", t.slug)["data"]
    server.sql("""insert into muster.audit_event (organization_id, id, at, action, actor_type, target_type, target_id, data, request_id)
                  values (%s, muster.uuid7(), now(), 'scim.link_request.refused', 'operator', 'link_request', %s, %s, muster.uuid7())""",
               t.org["id"], request["id"], json.dumps(request))
    server.sql("insert into muster.idempotency_key (organization_id, api_key_id, key, request_hash, body) values (%s, %s, 'k', '', %s)",
               t.org["id"], t.org["id"], json.dumps({"email": email}))
    done = server.muster("erase", email, "--org", t.slug, "--confirm", email)
    assert done["link_requests"] == 1 and everywhere(server, canary.values()) == {}


def test_unique_values_go(server, canary):
    t = server.customer()
    schema = {"id": "urn:example:staff", "name": "Staff", "attributes": [{"name": "badge", "type": "string", "uniqueness": "server"}]}
    path = f"{server.dir}/{unique('s')}.json"
    with open(path, "w", encoding="utf-8") as f:
        json.dump(schema, f)
    server.muster("schema", "add", path, "--org", t.slug)
    email = f"{canary['login']}@canary.example"
    t.user(email, **{"urn:example:staff": {"badge": canary["custom"]}})
    assert "muster.scim_unique_value" in everywhere(server, canary.values())
    server.muster("erase", email, "--org", t.slug, "--confirm", email, "--force")
    assert everywhere(server, canary.values()) == {}


def test_a_member_without_a_provider(server):
    t = server.customer()
    server.muster("member", "add", "solo@canary.example", "--org", t.slug)
    done = server.muster("erase", "solo@canary.example", "--org", t.slug, "--confirm", "solo@canary.example")
    assert done["scim_users"] == 0 and server.muster("member", "show", done["id"], "--org", t.slug)["status"] == "deactivated"
    server.muster("member", "add", "solo@canary.example", "--org", t.slug)  # the address is free


@pytest.mark.parametrize("args, code, words", [
    (["a@x.example"], 64, "--confirm"), (["a@x.example", "--confirm", "b@x.example"], 64, "--confirm"),
    (["a@x.example", "--confirm", "a@x.example"], 1, "muster member list")])
def test_what_is_refused(server, args, code, words):
    t = server.customer()
    done = server.muster("erase", *args, "--org", t.slug, ok=False)
    assert done.returncode == code and words in done.stderr
    assert server.muster("erase", "a@x.example", "--confirm", "a@x.example", ok=False).returncode == 64
    assert server.muster("erase", "a@x.example", "--confirm", "a@x.example", "--org", "nobody", ok=False).returncode == 1


@pytest.mark.parametrize("change", [
    "data = '{}'", "data = '{\"erased\": true}'", "erased_at = now()", "erased_at = now(), data = '{\"erased\": true, \"x\": 1}'",
    "erased_at = now(), data = '{\"erased\": true}', action = 'x'", "erased_at = now(), data = '{\"erased\": true}', client_address = 'x'",
    "erased_at = now(), data = '{\"erased\": true}', at = at + interval '1 ms'",
    "erased_at = now(), data = '{\"erased\": true}', id = muster.uuid7()"])
def test_nothing_else_changes_the_audit_log(server, customer, change):
    customer.user()
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        server.sql(f"update muster.audit_event set {change} where organization_id = %s", customer.org["id"])


def test_what_was_erased_stays_erased(server, customer):
    customer.user("gone@canary.example")
    server.muster("erase", "gone@canary.example", "--org", customer.slug, "--confirm", "gone@canary.example", "--force")
    for change in ("data = '{}'", "erased_at = null", "data = '{\"erased\": true}', erased_at = now()"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            server.sql(f"update muster.audit_event set {change} where organization_id = %s and erased_at is not null", customer.org["id"])
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        server.sql("delete from muster.audit_event where organization_id = %s", customer.org["id"])


@pytest.mark.parametrize("role", ["muster_scim", "muster_admin", "muster_deliver"])
def test_only_the_owner_may_erase(server, customer, role):
    with psycopg2.connect(server.db.replace("muster_owner", role)) as c, c.cursor() as cur:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("select muster.erase_events(%s, '{}', '{}')", (customer.org["id"],))
    with psycopg2.connect(server.db.replace("muster_owner", role)) as c, c.cursor() as cur:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("update muster.audit_event set erased_at = now()")
