"""What one request may cost a worker: CPU time, memory."""
import json
import os
import re

import pytest
from helpers import BULK, assert_error, made, user_body, wait_until
from server import Server


@pytest.fixture(scope="module")
def small():
    """Workers of which each may use a tenth of a second for a request."""
    s = Server("--workers", "2", env={"MUSTER_CPU_MS": "100", "MUSTER_WORKER_AS_MB": "300"}).start()
    yield s
    s.stop()


def test_a_request_that_uses_too_much_cpu_is_503_and_its_worker_is_replaced(small):
    client, before = small.client(), set(small.workers())
    numbers = [{"value": "\ufdfa" * 2500, "type": f"t{i}"} for i in range(30)]
    users = [{"method": "POST", "path": "/Users", "bulkId": f"b{i}", "data": user_body(phoneNumbers=numbers)} for i in range(20)]
    body = json.dumps({"schemas": [BULK], "Operations": users}, ensure_ascii=False)
    assert_error(client.post("/Bulk", body), 503, None, "too much work")
    wait_until(lambda: len(small.workers()) == 2 and set(small.workers()) != before, 5, "another worker")
    assert client.get("/Users").json["totalResults"] == 0
    made(client.post("/Users", user_body()))


def test_a_worker_has_a_bound_of_memory(small, server):
    """But with the sanitizers, which map terabytes that they do not use."""
    for s, most in ((small, 300), (server, 1024)):
        bound = "unlimited" if os.environ.get("SANITIZE") == "1" else str(most * 1024 * 1024)
        for pid in s.workers():
            with open(f"/proc/{pid}/limits", encoding="ascii") as f:
                assert re.search(r"Max address space +(\w+) +(\w+)", f.read()).groups() == (bound, bound), most
