"""How many users and groups a connection has is counted, not looked up: by every path, and back when it is undone."""
import psycopg2
import pytest
from helpers import assert_error, fill_users, made, op, statement, unique, user_body

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def totals(t, path=""):
    """totalResults of users, of groups and of both, from pages that do not hold everything."""
    return tuple(made(t.client.get(f"{path}?count=0"), 200)["totalResults"] for path in ("/Users", "/Groups", "/"))


def counted(t):
    return t.server.sql("select coalesce(sum(users), 0)::int, coalesce(sum(groups), 0)::int from muster.connection_usage where connection_id = %s",
                        t.connection["id"])[0]


def drifted(server):
    return server.sql(statement("op_doctor_usage"))


def has(t, users, groups):
    assert totals(t) == (users, groups, users + groups) and counted(t) == (users, groups) and drifted(t.server) == []


def post(path, data, bulk_id):
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def bulk(t, *operations, **more):
    return made(t.client.post("/Bulk", {"schemas": [BULK], "Operations": list(operations), **more}), 200)["Operations"]


def test_what_is_made_and_removed_is_counted(server, customer):
    has(customer, 0, 0)
    users = [customer.user() for _ in range(3)]
    group = customer.group("Crew", [users[0]["id"]])
    has(customer, 3, 1)
    customer.client.patch(f"/Users/{users[1]['id']}", op("replace", "active", False))
    has(customer, 3, 1)
    for path in (f"/Users/{users[0]['id']}", f"/Users/{users[0]['id']}", f"/Groups/{group['id']}", f"/Groups/{group['id']}"):
        customer.client.delete(path)
    has(customer, 2, 0)
    again = made(customer.client.post("/Users", user_body(users[0]["userName"])), 201)
    assert again["id"] == users[0]["id"]
    assert_error(customer.client.post("/Users", user_body(users[0]["userName"])), 409, "uniqueness")
    has(customer, 3, 0)


def test_what_a_bulk_request_does_not_do_is_not_counted(server, customer):
    kept = customer.user()
    answers = bulk(customer, post("/Users", user_body(unique("a")), "a"), post("/Users", user_body(kept["userName"]), "b"),
                   post("/Groups", {"displayName": ""}, "c"), post("/Groups", {"displayName": "G", "members": [{"value": "bulkId:a"}]}, "d"),
                   {"method": "DELETE", "path": f"/Users/{kept['id']}"}, {"method": "DELETE", "path": "/Users/" + kept["id"][::-1]})
    assert [a["status"] for a in answers] == ["201", "409", "400", "201", "204", "404"]
    has(customer, 1, 1)


def test_a_circle_that_runs_again_is_counted_once(server, customer):
    gone = customer.user()
    customer.client.delete(f"/Users/{gone['id']}")
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    answers = bulk(customer, post("/Users", {**user_body(gone["userName"]), enterprise: {"manager": {"value": "bulkId:b"}}}, "a"),
                   post("/Users", {**user_body(unique("b")), enterprise: {"manager": {"value": "bulkId:a"}}}, "b"))
    assert [a["status"] for a in answers] == ["201", "201"] and gone["id"] in answers[0]["location"]
    has(customer, 2, 0)


def test_a_limit_holds_within_a_bulk_request(server, customer):
    server.muster("org", "set", customer.slug, "--max-users", "2", "--max-groups", "1")
    answers = bulk(customer, *[post("/Users", user_body(unique(f"u{n}")), f"u{n}") for n in range(4)],
                   *[post("/Groups", {"displayName": f"G{n}"}, f"g{n}") for n in range(2)])
    assert [a["status"] for a in answers] == ["201", "201", "507", "507", "201", "507"]
    has(customer, 2, 1)


def test_adoption_and_the_end_of_a_connection_are_counted(server, customer):
    users = [customer.user() for _ in range(12)]
    other = customer.second()
    server.muster("connection", "adopt", other.connection["id"])
    has(other, len(users), 0)
    other.group("Crew")
    server.muster("connection", "remove", customer.connection["id"], "--confirm", customer.connection["name"])
    assert counted(customer) == (0, 0)
    has(other, len(users), 1)


def test_a_person_who_is_erased_is_counted_in_each_connection(server, customer):
    email = customer.user()["userName"]
    customer.user()
    other = customer.second()
    server.muster("connection", "adopt", other.connection["id"])
    server.muster("erase", email, "--org", customer.slug, "--confirm", email, "--force")
    has(customer, 1, 0)
    has(other, 1, 0)


def test_what_an_older_release_counts_is_counted_anew(server, customer):
    """Its programs run on the new schema for a while, and know organization_usage alone."""
    customer.user()
    server.sql("insert into muster.organization_usage (organization_id, slot, users) values (%s, 1, 1)", customer.org["id"])
    (fresh,) = server.sql("""insert into muster.member (organization_id, id, email) values (%s, muster.uuid7(), 'x') returning id::text""", customer.org["id"])
    server.sql("""insert into muster.scim_user (organization_id, id, connection_id, member_id, active, user_name_key, resource, folded, created_at, modified_at)
                  values (%s, %s, %s, %s, true, 'x', '{"schemas":["x"],"id":""}', '{}', now(), now())""",
               customer.org["id"], *fresh, customer.connection["id"], *fresh)
    assert totals(customer) == (2, 0, 2)
    assert server.muster("org", "show", customer.slug)["users"] == 2
    assert [(id, slug) for id, slug, _ in drifted(server)] == [(customer.org["id"], customer.slug)]
    server.sql("select muster.recount_usage(%s)", customer.org["id"])
    has(customer, 2, 0)
    assert server.muster("org", "show", customer.slug)["users"] == 2


def test_the_total_of_a_filter_is_that_of_its_rows(server, customer):
    names = sorted(customer.user()["userName"] for _ in range(5))
    for query, total in ((f'filter=userName eq "{names[0]}"', 1), ('filter=userName eq "nobody"', 0), (f'filter=userName eq "{names[0]}"&count=0', 1),
                         (f'filter=userName eq "{names[0]}"&startIndex=2', 1), ("filter=userName pr&count=5", 5), ("filter=userName pr&count=6", 5),
                         ("filter=userName pr&count=2&startIndex=5", 5), ("filter=userName pr&count=2&cursor", 5), ("count=2&startIndex=9", 5)):
        for path in ("/Users", "/"):
            answer = made(customer.client.get(f"{path}?" + query.replace(" ", "%20").replace('"', "%22")), 200)
            assert answer["totalResults"] == total, (path, query)


@pytest.mark.parametrize("size", [300, 3000])
def test_the_first_page_of_a_directory_costs_what_its_rows_cost(server, customer, size):
    fill_users(server, customer, size)
    with psycopg2.connect(server.db.replace("muster_owner", "muster_scim")) as c, c.cursor() as cur:
        cur.execute("select set_config('muster.organization', %s, false), set_config('muster.connection', %s, false)",
                    (customer.org["id"], customer.connection["id"]))
        cur.execute("prepare q as " + statement("user_walk").replace("/*whole*/ false", "true").replace(
            "/*filter*/ true", "r.id >= '00000000-0000-0000-0000-000000000000'"))
        cur.execute("explain (analyze, buffers, format json) execute q(0, 10, 'true', null, null)")
        plan = cur.fetchone()[0][0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 150
    c.close()
    assert totals(customer)[0] == size
