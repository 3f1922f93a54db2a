"""The first cycle of a directory as Microsoft Entra ID sends it, and `connection adopt`."""
import subprocess
import time

import load
import seed
from api import Api
from customer import Customer
from stack import helpers
from workloads import find, get, patch

EACH, BATCH, CLIENTS = 100, 100, 4  # members of a group; of a PATCH


def first(server, users):
    """Seconds until a directory is there: each user is looked for and created, each group as well, then it gets its members, in PATCHes of
    100; four clients."""
    customer = Customer(Api(server), name="First cycle").connect(identity_provider="entra")
    token, groups = customer.token["token"], max(users // EACH, 1)

    def send(requests):
        steps = [[(load.http(token, *step), 0) for step in steps] for steps in requests]
        load.run(steps, clients=CLIENTS, seconds=3600, once=True, port=server.port)
    begin = time.monotonic()
    bodies = [seed.user_body(f"{n:07}") for n in range(users)]
    send([find("externalId", body["externalId"]) + [("POST", "/Users", body)] for body in bodies])
    titles = [f"Group {n}" for n in range(groups)]
    send([find_group(title) + [("POST", "/Groups", {"schemas": [helpers.GROUP], "displayName": title})] for title in titles])
    people = [row[0] for row in server.ask("select id::text from muster.scim_user where organization_id = %s", customer.id)]
    made = [row[0] for row in server.ask("select id::text from muster.scim_group where organization_id = %s", customer.id)]
    send([patch(f"/Groups/{group}", helpers.op("Add", "members", [{"value": u} for u in people[n::groups][at:at + BATCH]]))
          for n, group in enumerate(made) for at in range(0, len(people[n::groups]), BATCH)])
    took = time.monotonic() - begin
    server.sealed()
    return {"first_cycle_s": took, "first_cycle_sealed_s": time.monotonic() - begin}


def find_group(title):
    return get(f"/Groups?excludedAttributes=members&filter={helpers.quote(f'displayName eq {chr(34)}{title}{chr(34)}')}")


def adopt(server, directory):
    """Seconds that a new connection takes to adopt the members of an organization."""
    api = Api(server)
    connection = api.made(f"/organizations/{directory.slug}/scim/connections", {"name": "Adopts"})
    begin = time.monotonic()
    subprocess.run([f"{helpers.ROOT}/{helpers.BUILD}/muster", "connection", "adopt", connection["id"]], env=server.operator(), check=True,
                   stdout=subprocess.DEVNULL)
    return {"adopt_s": time.monotonic() - begin, "adopt_users": directory.size}
