"""The responders' own socket: parameters that web servers would not send."""
import json
import os

import pytest
from fastcgi import begin, body_records, exchange
from helpers import user_body


def ask(path, params, body=b""):
    """One request; its status and JSON."""
    answer, _, text = exchange(path, begin(params) + body_records(body)).partition(b"\r\n\r\n")
    return int(answer.split(b" ")[1]), json.loads(text) if text else None


@pytest.fixture(scope="module")
def sockets(server):
    return os.path.join(server.data, "run", "sock")


def scim(server, body, **more):
    return {"REQUEST_METHOD": "POST", "REQUEST_URI": "/scim/v2/Users", "QUERY_STRING": "", "REMOTE_ADDR": "192.0.2.1", "CONTENT_TYPE": "application/scim+json",
            "CONTENT_LENGTH": str(len(body)), "HTTP_AUTHORIZATION": f"Bearer {server.env['MUSTER_TOKEN']}", "HTTP_IF_MATCH": "*", **more}


@pytest.mark.parametrize("name", ["HTTP_AUTHORIZATION", "CONTENT_LENGTH", "CONTENT_TYPE", "REQUEST_URI", "QUERY_STRING", "REMOTE_ADDR", "HTTP_IF_MATCH",
                                  "HTTP_IDEMPOTENCY_KEY"])
def test_what_decides_something_stands_there_once(server, sockets, name):
    body = json.dumps(user_body()).encode()
    params = {**scim(server, body), "HTTP_IDEMPOTENCY_KEY": "k"}
    api = {**params, "REQUEST_URI": "/v1/organizations", "HTTP_AUTHORIZATION": f"Bearer {server.env['MUSTER_API_KEY']}"}
    for path, all_params in ((f"{sockets}/scim.sock", params), (f"{sockets}/admin.sock", api)):
        before = server.sql("select count(*) from muster.audit_event")
        for second in (all_params[name], "x"):
            for twice in ([(name, second), *all_params.items()], [*all_params.items(), (name, second)]):
                status, answer = ask(path, twice, body)
                assert status == 400 and name in answer["detail"], answer
        assert server.sql("select count(*) from muster.audit_event") == before, path
    assert ask(f"{sockets}/scim.sock", list(params.items()), body)[0] == 201


def test_an_address_that_stands_twice_opens_nothing(sockets):
    params = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/metrics"), ("REMOTE_ADDR", "127.0.0.1"), ("REMOTE_ADDR", "192.0.2.1")]
    assert ask(f"{sockets}/admin.sock", params)[0] == 400


def test_other_parameters_may_stand_there_twice(server, sockets):
    body = json.dumps(user_body()).encode()
    assert ask(f"{sockets}/scim.sock", [*scim(server, body).items(), ("HTTP_ACCEPT_LANGUAGE", "a"), ("HTTP_ACCEPT_LANGUAGE", "b")], body)[0] == 201
