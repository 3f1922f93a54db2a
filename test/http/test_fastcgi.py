"""The responders' own socket: parameters that web servers would not send."""
import json
import os
import socket
import struct

import pytest
from helpers import user_body

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, data=b""):
    return struct.pack("!BBHHBB", 1, kind, 1, len(data), 0, 0) + data


def pair(name, value):
    return struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name.encode() + value.encode()


def ask(path, params, body=b""):
    """One request; its status and JSON."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(path)
        s.sendall(record(BEGIN, struct.pack("!HB5x", 1, 0)) + record(PARAMS, b"".join(pair(n, v) for n, v in params)) + record(PARAMS) +
                  (record(STDIN, body) if body else b"") + record(STDIN))
        with s.makefile("rb") as f:
            out = b""
            while True:
                _, kind, _, length, padding, _ = struct.unpack("!BBHHBB", f.read(8))
                data = f.read(length + padding)[:length]
                if kind == END:
                    break
                out += data if kind == STDOUT else b""
    head, _, text = out.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), json.loads(text) if text else None


@pytest.fixture(scope="module")
def sockets(server):
    return os.path.join(server.data, "run", "sock")


def scim(server, body, **more):
    return {"REQUEST_METHOD": "POST", "REQUEST_URI": "/scim/v2/Users", "QUERY_STRING": "", "REMOTE_ADDR": "192.0.2.1", "CONTENT_TYPE": "application/scim+json",
            "CONTENT_LENGTH": str(len(body)), "HTTP_AUTHORIZATION": f"Bearer {server.env['MUSTER_TOKEN']}", "HTTP_IF_MATCH": "*", **more}


@pytest.mark.parametrize("name", ["HTTP_AUTHORIZATION", "CONTENT_LENGTH", "CONTENT_TYPE", "REQUEST_URI", "QUERY_STRING", "REMOTE_ADDR", "HTTP_IF_MATCH", "HTTP_IDEMPOTENCY_KEY"])
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
        assert server.sql("select count(*) from muster.audit_event") == before
    assert ask(f"{sockets}/scim.sock", list(params.items()), body)[0] == 201


def test_an_address_that_stands_twice_opens_nothing(sockets):
    params = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/metrics"), ("REMOTE_ADDR", "127.0.0.1"), ("REMOTE_ADDR", "192.0.2.1")]
    assert ask(f"{sockets}/admin.sock", params)[0] == 400


def test_other_parameters_may_stand_there_twice(server, sockets):
    body = json.dumps(user_body()).encode()
    assert ask(f"{sockets}/scim.sock", [*scim(server, body).items(), ("HTTP_ACCEPT_LANGUAGE", "a"), ("HTTP_ACCEPT_LANGUAGE", "b")], body)[0] == 201
