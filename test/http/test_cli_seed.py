"""muster seed: an organization of made-up people, as if its identity provider had sent them."""
import subprocess

import pytest
from api import good
from customer import Customer
from helpers import BUILD, ROOT, unique


def seed(server, org, *args, ok=True):
    return server.muster("seed", org.slug, *args, ok=ok)


@pytest.fixture(scope="module")
def filled(server):
    customer = server.customer()
    assert seed(server, customer, "--users", "50", "--groups", "7", "--members", "120") == {
        "connection_id": customer.connection["id"], "users": 50, "groups": 7, "members": 120}
    return customer


def all_of(customer, kind):
    found = customer.client.get(f"/{kind}?count=1000").json
    assert found["totalResults"] == len(found["Resources"])
    return found["Resources"]


def test_the_made_up_people_are_a_directory(server, filled):
    users, groups = all_of(filled, "Users"), all_of(filled, "Groups")
    assert len({u["id"] for u in users}) == len({u["userName"] for u in users}) == 50 and len(groups) == 7
    assert users[0].keys() == users[-1].keys() and len({u["displayName"] for u in users}) > 20
    for u in users:
        assert u["emails"][0]["value"] == u["userName"] and u["displayName"] == f"{u['name']['givenName']} {u['name']['familyName']}"
    sizes = [len({m["value"] for m in g["members"]}) for g in groups]
    assert sorted(sizes, reverse=True) == [18] * 6 + [12], "spread over the groups"
    assert {m["value"] for g in groups for m in g["members"]} == {u["id"] for u in users}
    assert sum(len(u.get("groups", [])) for u in users) == 120
    assert len(filled.api.all(f"{filled.path}/members", limit=1000)) == 50
    assert sorted(t["member_count"] for t in filled.api.all(f"{filled.path}/teams")) == sorted(sizes)
    org = filled.api.read(filled.path)
    assert (org["users"], org["groups"]) == (50, 7)


def test_a_copy_has_all_that_a_created_one_has(server, filled):
    """Whatever is derived from a resource: the same body by POST gives the same row, but for ids, times and numbers."""
    copy = all_of(filled, "Users")[1]
    twin = server.customer()
    body = {k: v for k, v in copy.items() if k not in ("id", "meta", "groups")}
    twin.client.post("/Users", body)
    rows = [server.sql("""select to_jsonb(u) - array['organization_id', 'connection_id', 'id', 'member_id', 'created_at', 'modified_at', 'resource'],
                                 to_jsonb(m) - array['organization_id', 'id', 'created_at', 'updated_at', 'filed'],
                                 (select array_agg(e.value_key) from muster.scim_user_email e where e.user_id = u.id),
                                 replace(u.resource, u.id::text, '')
                          from muster.scim_user u join muster.member m on m.id = u.member_id
                          where u.organization_id = %s and u.user_name_key = %s""", c.id, copy["userName"])
            for c in (filled, twin)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("query, n", [('userName eq "user0000033@example.com"', 1), ('externalId eq "user0000050"', 1),
                                      ('emails.value eq "USER0000002@example.com"', 1), ('displayName eq "olivia thompson"', 1)])
def test_filters_find_them(filled, query, n):
    assert filled.client.find("Users", query).json["totalResults"] == n


def test_they_change_and_leave_like_others(server, filled):
    group = next(g for g in all_of(filled, "Groups") if len(g["members"]) == 12)
    user = next(u for u in all_of(filled, "Users") if u["id"] == group["members"][-1]["value"])
    done = filled.client.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "Chef"})
    assert done.status == 200 and done.json["title"] == "Chef"
    assert filled.client.delete(f"/Users/{user['id']}").status == 204
    assert len(filled.client.get(f"/Groups/{group['id']}").json["members"]) == 11
    assert filled.client.delete(f"/Groups/{group['id']}").status == 204
    assert filled.client.get(f"/Users/{user['id']}").status == 404
    org = filled.api.read(filled.path)
    assert (org["users"], org["groups"]) == (49, 6)


def test_the_audit_log_says_so(server, filled):
    events = filled.api.all(f"{filled.path}/audit-logs?action=organization.seeded")
    assert sorted((k, v) for e in events for k, v in e["data"].items()) == [("groups", 6), ("members", 119), ("users", 49)]


def test_more_come_behind_them_if_it_is_confirmed(server):
    customer = server.customer()
    seed(server, customer, "--users", "3")
    refused = seed(server, customer, "--users", "5", ok=False)
    assert f"--confirm must be the organization's slug, {customer.slug}" in refused.stderr and "3 members" in refused.stderr
    assert len(all_of(customer, "Users")) == 3
    seed(server, customer, "--users", "5", "--groups", "2", "--members", "4", "--confirm", customer.slug)
    assert sorted(u["userName"] for u in all_of(customer, "Users")) == [f"user{n:07}@example.com" for n in range(1, 9)]


@pytest.mark.parametrize("args, words", [
    ((), "--users must say how many"), (("--users", "-1"), "--users"), (("--users", "2", "--groups", "2", "--members", "5"), "--members must be at most"),
    (("--users", "2", "--members", "2"), "--members must be at most"), (("--users", "101"), "--max-users none"),
    (("--users", "1", "--groups", "11"), "--max-groups none"), (("--users", "21", "--groups", "1", "--members", "21"), "--max-group-members none")])
def test_what_does_not_fit_is_refused_with_what_to_do(server, args, words):
    customer = server.customer()
    good(customer.api.patch(customer.path, {"max_users": 100, "max_groups": 10, "max_group_members": 20}))
    assert words in seed(server, customer, *args, ok=False).stderr
    assert all_of(customer, "Users") == []


def test_it_needs_a_connection_and_says_what_it_makes(server, api):
    org = Customer(api, slug=unique("empty"))
    assert f"muster connection create --org {org.slug}" in seed(server, org, "--users", "1", ok=False).stderr
    assert "muster org list" in server.muster("seed", "nobody-here", "--users", "1", ok=False).stderr
    org.connect()
    done = subprocess.run([f"{ROOT}/{BUILD}/muster", "seed", org.slug, "--users", "10000", "--groups", "1"], env=server.operator(),
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and "to make: 10000 users" in done.stderr and "made 10000 users" in done.stderr, done


def test_a_mapping_of_groups_is_applied_to_them(server):
    customer = server.customer()
    customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": {"groups[0].displayName": "public_metadata.team"}})
    seed(server, customer, "--users", "4", "--groups", "1", "--members", "4")
    server.muster("mapping", "status", "--org", customer.slug, "--wait")
    assert {m["public_metadata"].get("team") for m in customer.api.all(f"{customer.path}/members")} == {"Group 0000001"}
