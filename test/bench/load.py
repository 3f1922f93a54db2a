"""Requests as bytes, for build/bench/load, which sends them."""
import json
import os
import subprocess
import tempfile

from stack import helpers


def http(token, method, path, body=None):
    """The bytes of one request; `path` below /scim/v2."""
    lines = [f"{method} /scim/v2{path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}", "Accept: application/scim+json"]
    data = b""
    if body is not None:
        data = json.dumps(body, separators=(",", ":")).encode()
        lines += ["Content-Type: application/scim+json", f"Content-Length: {len(data)}"]
    return "\r\n".join([*lines, "", ""]).encode() + data


def write_parts(path, requests):
    """`requests`: of each its parts, (bytes, how many ReadyForQuery its answer ends with)."""
    with open(path, "wb") as f:
        for parts in requests:
            for at, (data, ready) in enumerate(parts):
                f.write(b"%d %d %d\n%s" % (len(data), ready, at == len(parts) - 1, data))


def run(requests, *, clients, seconds, once=False, port=None, socket=None, prelude=None, refusals=False):
    """Sends them; gives what load prints. `prelude`: the part with which each connection to PostgreSQL begins.
    Unless `refusals` are looked for, each answer has to be good or 429: an organization that took seconds gets less for a while."""
    with tempfile.TemporaryDirectory(prefix="mb", dir="/tmp") as place:
        path = os.path.join(place, "requests")
        write_parts(path, [[prelude], *requests] if prelude else requests)
        words = ["-p", str(port)] if port else ["-s", socket]
        words += ["-c", str(clients), "-t", str(seconds), *(["-1"] if once else []), path]
        done = subprocess.run([f"{helpers.ROOT}/{helpers.BUILD}/bench/load", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, said
    result = json.loads(done.stdout)
    assert result["requests"] > 0, "no request was answered"
    failed = result["requests"] - result["ok"] - result["refused"]
    assert refusals or (failed == 0 and result["ok"] > 0), f"{failed} of {result['requests']} failed, {result['refused']} were refused:\n{said}"
    return result
