"""The programs of doc/events.md work as described, and doc/webhooks.md names every event."""
import os
import re
import subprocess
import sys
import threading

import pytest
from feed import Sealer
from helpers import ROOT, made, op, unique, user_body, wait_until
from webhooks import seal

with open(f"{ROOT}/doc/events.md", encoding="utf-8") as f:
    CONSUMER, LISTENER = re.findall("^```python\n(.*?)^```$", f.read(), re.M | re.S)


@pytest.fixture(scope="module", autouse=True)
def sealing(server):
    with Sealer(server):
        yield


class Program:
    """A program that runs until the test is over, and what it printed."""

    def __init__(self, text, **env):
        self.process = subprocess.Popen([sys.executable, "-c", text], env={**os.environ, **env}, stdout=subprocess.PIPE, text=True)
        self.lines = []
        threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def said(self, line):
        wait_until(lambda: line + "\n" in self.lines or self.process.poll() is not None, 10, line)
        assert line + "\n" in self.lines, self.lines
        return True


def environment(server, customer):
    return {"MUSTER_ADMIN_URL": server.env["MUSTER_ADMIN_URL"], "MUSTER_ORG": customer.slug, "MUSTER_API_KEY": customer.key("provisioning:read").token}


def test_the_consumer(server, customer):
    user = made(customer.client.post("/Users", user_body("ann@example.com")))
    own = environment(server, customer)
    seal(server)
    with Program(CONSUMER, **own) as program:
        assert program.said("snapshot 5 1")
        made(customer.client.post("/Users", user_body("bob@example.com")))
        assert program.said("6 scim.user.provisioned bob@example.com active")
        assert customer.client.patch(f"/Users/{user['id']}", op("replace", "active", False)).status == 200
        assert program.said("7 scim.user.deactivated ann@example.com deactivated")
    made(customer.client.post("/Users", user_body()))  # its last request waits no more, and keeps no place that others want


def test_the_listener(server, customer):
    role = unique("app")
    server.sql(f"create role {role} login")
    server.sql(f"grant muster_app to {role}")
    seal(server)
    try:
        with Program(LISTENER, **environment(server, customer), AFTER="2", APPLICATION_DB=server.db.replace("muster_owner", role)) as program:
            assert program.said(f"3 scim.token.issued {customer.token['id']}")
            for n in range(5, 8):
                user = made(customer.client.post("/Users", user_body()))
                assert program.said(f"{n} scim.user.provisioned {user['id']}")
    finally:
        server.sql(f"drop role {role}")


def test_every_event_is_explained():
    with open(f"{ROOT}/doc/webhooks.md", encoding="utf-8") as f:
        table = f.read().split("## Events\n")[1].split("\n## ")[0]
    named = []
    for cell in re.findall(r"^\| (`[^|]*)", table, re.M):
        first, *more = re.findall("`([^`]+)`", cell)
        named += [first, *(first.rsplit(".", 1)[0] + end for end in more)]
    with open(f"{ROOT}/core/audit/actions.def", encoding="utf-8") as f:
        assert sorted(named) == re.findall(r'^ACTION\("(.*)"\)', f.read(), re.M)
