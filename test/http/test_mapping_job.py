"""The background work for mappings: nobody's mapping stops that of others."""
import json
import random
import string

import pytest
from helpers import BULK, ENTERPRISE, USER, fill_users, made, op, user_body, wait_until
from locks import locked


def put(customer, mapping):
    assert customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": mapping}).status == 200


def status(customer):
    return customer.api.get(f"{customer.path}/scim/attribute-mappings").json


def wait_applied(customer):
    wait_until(lambda: status(customer)["status"] == "applied", 20, lambda: status(customer))


def fatten(server, customer):
    """Resources that dear() has much to do with."""
    server.sql("""update muster.scim_user set resource = '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"' || id || '","userName":"' ||
                  user_name_key || '","emails":[{"type":"work","display":"' || repeat('a', 8000) || '"}]}'
                  where connection_id = %s""", customer.connection["id"])


def dear():
    """A mapping that does as much as templates may do."""
    chain = " | ".join(["replace: 'a', 'bb' | replace: 'bb', 'a'"] * 7)
    return {f'emails[type ne "x{i}"].display': f"{{{{ value | {chain} }}}}.public_metadata.k{i}" for i in range(90)}


def store(server, customer, mapping):
    """The mapping from now on, without applying it to everybody."""
    server.sql("update muster.attribute_mapping set mapping = %s where organization_id = %s", json.dumps(mapping), customer.id)
    server.sql("update muster.organization set schema_version = schema_version + 1 where id = %s", customer.id)


def test_a_mapped_email_that_is_too_long_does_not_count(customer):
    text = "".join(random.Random(7).choices(string.ascii_lowercase + string.digits, k=8000))  # not to be compressed
    user = customer.user("one@example.com", displayName=text)
    put(customer, {"displayName": "{{ value | append: '@example.com' }}.email_address"})
    wait_applied(customer)
    made(customer.client.post("/Users", user_body("two@example.com", displayName=text)))
    assert [m["email"] for m in customer.members()] == ["one@example.com", "two@example.com"]
    assert customer.actions(user["id"]) == ["scim.user.provisioned"]


def test_a_user_to_whom_a_mapping_cannot_be_applied_is_left_out_and_told(server, customer):
    users = [customer.user(title=f"T{i}") for i in range(5)]
    server.sql("update muster.scim_user set resource = '{' where id = %s", users[2]["id"])
    put(customer, {"title": "public_metadata.title"})
    wait_applied(customer)
    assert [m["public_metadata"].get("title") for m in customer.members()] == ["T0", "T1", None, "T3", "T4"]
    assert [customer.actions(u["id"])[-1] for u in users] == ["scim.mapping.conflict" if u is users[2] else "scim.user.provisioned" for u in users]
    assert status(customer)["done"] == 5


def test_a_mapping_that_waits_for_a_lock_lets_others_have_their_turn(server, customer):
    other = server.customer()
    user = customer.user(title="A")
    other.user("b@example.com", title="B")
    with locked(server, "scim_user", user):
        put(customer, {"title": "public_metadata.title"})
        put(other, {"title": "public_metadata.title"})
        wait_applied(other)
        assert other.member("b@example.com")["public_metadata"] == {"title": "B"} and status(customer)["done"] == 0
    wait_applied(customer)
    assert customer.member(user["userName"])["public_metadata"] == {"title": "A"}


def test_a_step_does_not_wait_for_all_users_of_a_page(server, customer):
    fill_users(server, customer, 30)
    fatten(server, customer)
    put(customer, dear())
    seen = set()

    def applied():
        now = status(customer)
        seen.add(now["done"])
        return now["status"] == "applied"
    wait_until(applied, 60, "the mapping is applied")
    assert seen - {0, 30}, seen


def test_people_whom_a_request_cannot_map_in_its_time_are_mapped_in_the_background(server, customer):
    """A group of many is renamed: its people have a mapping that costs much, and the request has two seconds for them."""
    group = customer.group("Night", members=[{"value": i} for i in fill_users(server, customer, 300)])
    role = {"groups[0].displayName": "{{ value | downcase | prepend: 'org:' }}.organization_role"}
    put(customer, role)
    wait_applied(customer)
    fatten(server, customer)
    store(server, customer, {**role, **dear()})
    before = status(customer)["requested_at"]
    assert customer.client.patch(f"/Groups/{group['id']}", op("replace", "displayName", "Day")).status == 204
    wait_until(lambda: status(customer)["requested_at"] != before, 20, "the mapping is applied again")
    store(server, customer, role)  # the rest is quick
    wait_applied(customer)
    assert (status(customer)["done"], status(customer)["total"]) == (300, 300)
    assert server.sql("select organization_role, count(*) from muster.member where organization_id = %s group by 1", customer.id) == [("org:day", 300)]


def test_who_wants_a_mapping_applied_again_does_not_keep_it_from_its_end(server, customer):
    """Requests that leave people to the background come all the time; those at the end of the directory have their turn nevertheless."""
    users = fill_users(server, customer, 30)
    fatten(server, customer)
    put(customer, dear())

    def mapped():
        server.sql("insert into muster.mapping_again (organization_id) values (%s)", customer.id)
        return server.sql("select count(*) from muster.member where organization_id = %s and public_metadata::text <> '{}'", customer.id) == [(len(users),)]
    wait_until(mapped, 30, "the mapping is applied to everybody")
    store(server, customer, {})  # the rest is quick
    wait_applied(customer)


@pytest.fixture
def unwritable(server):
    """A function: from now on this member cannot be changed."""
    def refuse(member):
        server.sql(f"""create function muster.unwritable() returns trigger language plpgsql as $$ begin raise division_by_zero; end $$;
                       create trigger unwritable before update on muster.member for each row when (new.id = '{member}')
                       execute function muster.unwritable()""")
    yield refuse
    server.sql("drop function muster.unwritable() cascade")


@pytest.mark.parametrize("bulk", [False, True])
def test_who_leaves_is_not_refused_because_a_report_cannot_be_mapped(customer, unwritable, bulk):
    put(customer, {f"{ENTERPRISE}:manager.value": "public_metadata.manager"})
    boss = customer.user()
    reports = [customer.user(**{"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": boss["id"]}}}) for _ in range(3)]
    wait_applied(customer)
    unwritable(customer.member(reports[1]["userName"])["id"])
    path = f"/Users/{boss['id']}"
    if bulk:
        answer = customer.client.post("/Bulk", {"schemas": [BULK], "Operations": [{"method": "DELETE", "path": path}]})
        assert [o["status"] for o in answer.json["Operations"]] == ["204"]
    else:
        assert customer.client.delete(path).status == 204
    assert customer.member(boss["userName"])["status"] == "deactivated"
    wait_until(lambda: customer.actions(reports[1]["id"])[-1] == "scim.mapping.conflict", 20, "it is told")
    wait_applied(customer)
    assert [customer.member(u["userName"])["public_metadata"] for u in reports] == [{}, {"manager": boss["id"]}, {}]
