"""Long work of an organization, and how far it is."""
import pytest
from api import problem
from helpers import fill_users, wait_until


def jobs(customer):
    return {j["kind"]: j for j in customer.api.read(f"{customer.path}/jobs")["data"]}


def test_a_mapping_is_a_job_until_it_is_applied(server, customer):
    assert jobs(customer) == {}
    users = [customer.user(title=f"T{n}") for n in range(3)]
    server.sql("update muster.scim_user set resource = '{' where id = %s", users[1]["id"])
    assert customer.api.put(f"{customer.path}/scim/attribute-mappings", {"mapping": {"title": "public_metadata.title"}}).status == 200
    wait_until(lambda: jobs(customer)["mapping"]["state"] == "done", 20, lambda: jobs(customer))
    job = jobs(customer)["mapping"]
    event = customer.events("&action=scim.mapping.updated")[0]
    assert (job["done"], job["total"], job["failures"], job["connection"]) == (3, 3, 1, None) and job["finished_at"] >= job["since"]
    assert job["by"] == {"type": event["actor_type"], "id": event["actor_id"]}
    assert customer.api.read(f"{customer.path}/jobs/{job['id']}") == job
    assert [j["id"] for j in server.muster("job", "list", "--org", customer.slug)["data"]] == [job["id"]]
    assert server.muster("job", "show", job["id"], "--org", customer.slug) == job


@pytest.mark.parametrize("members", ["deactivate", "keep"])
def test_an_interrupted_end_of_a_connection_is_seen_and_goes_on(server, customer, members):
    fill_users(server, customer, 120)
    server.sql("""update muster.scim_user set resource = '{' where id = (select id from muster.scim_user where connection_id = %s
                  order by id offset 110 limit 1)""", customer.connection["id"])
    broken = server.sql("""create function muster.stop() returns trigger language plpgsql as $$ begin raise exception 'stop'; end $$;
                           create trigger stop before update on muster.scim_user for each row when (new.resource = '{' and new.removed_at is not null)
                           execute function muster.stop()""")
    try:
        answer = customer.api.delete(f"{customer.connection_path}?confirm=IdP&members={members}")
        assert answer.status in (500, 503), (answer, broken)
        job = jobs(customer)["removal"]
        assert (job["state"], job["total"], job["members"], job["finished_at"]) == ("running", 120, members, None)
        assert 0 < job["done"] < 120 and job["connection"] == {"id": customer.connection["id"], "name": "IdP"}
    finally:
        server.sql("drop trigger stop on muster.scim_user; drop function muster.stop()")
    assert customer.api.delete(f"{customer.connection_path}?confirm=IdP&members={members}").status == 204
    again = jobs(customer)["removal"]
    assert (again["state"], again["done"], again["total"], again["since"], again["by"]) == ("done", 120, 120, job["since"], job["by"])


def test_a_job_of_another_organization_is_none(server, customer):
    other = server.customer()
    other.api.put(f"{other.path}/scim/attribute-mappings", {"mapping": {}})
    problem(customer.api.get(f"{customer.path}/jobs/{other.id}"), 404)
    problem(customer.api.get(f"{customer.path}/jobs/x"), 404)
