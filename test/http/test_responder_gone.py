"""A responder that died or does not run: every web server answers 503 with Retry-After in the service's format; Muster's own errors pass."""
import contextlib
import os
import signal
import socket
import subprocess
import threading

import psycopg2
import pytest
from helpers import Client, assert_error, kill, made, op, wait_until
from server import Server


@pytest.fixture(scope="module", params=["lighttpd", "nginx", "apache"])
def web(request):
    s = Server("--workers", "2", "--server", request.param).start()
    yield s
    s.stop()


def admin(server):
    return Client(server.env["MUSTER_ADMIN_URL"], server.env["MUSTER_API_KEY"])


def pid_of(server, name):
    with open(os.path.join(server.data, "run", "state"), encoding="utf-8") as f:
        return next(int(line.split()[1]) for line in f if line.split()[0] == name)


def programs(server, name):
    """The workers."""
    done = subprocess.run(["pgrep", "-P", str(pid_of(server, name))], stdout=subprocess.PIPE, text=True, check=False)
    return [int(p) for p in done.stdout.split()]


@contextlib.contextmanager
def held(server, table):
    """Requests that read the table wait inside."""
    with contextlib.closing(psycopg2.connect(server.db)) as c, c.cursor() as cur:
        cur.execute(f"lock table {table} in access exclusive mode")
        yield
        c.rollback()


def wait_for_waiter(server, n=1):
    wait_until(lambda: server.sql("select count(*) from pg_locks where not granted")[0][0] >= n, 10, "a request is in hand")


def in_background(call, *args):
    result = []
    thread = threading.Thread(target=lambda: result.append(call(*args)))
    thread.start()
    return thread, result


def killed_in_hand(server, name, call, *args):
    with held(server, "muster.member"):
        thread, result = in_background(call, *args)
        wait_for_waiter(server)
        for pid in programs(server, name):
            kill(pid)
        thread.join()
    return result[0]


def assert_scim_away(answer):
    assert answer.status == 503 and answer.header("Retry-After"), (answer, answer.headers)
    assert answer.header("Content-Type").startswith("application/scim+json") and answer.json["status"] == "503"


def assert_admin_away(answer):
    assert answer.status == 503 and answer.header("Retry-After"), (answer, answer.headers)
    assert answer.header("Content-Type").startswith("application/problem+json") and answer.json["status"] == 503


def test_a_worker_that_is_killed_with_a_request_in_hand(web):
    t = web.customer()
    user = t.user()
    assert_scim_away(killed_in_hand(web, "scim", t.client.patch, f"/Users/{user['id']}", op("replace", "active", False)))
    assert_scim_away(killed_in_hand(web, "scim", t.client.delete, f"/Users/{user['id']}"))
    assert_admin_away(killed_in_hand(web, "admin", admin(web).get, f"/organizations/{t.slug}/members"))
    assert made(t.client.get(f"/Users/{user['id']}"), 200)["active"] is True


def test_our_own_errors_pass_as_they_are(web):
    t = web.customer()
    assert_error(t.client.get("/Users/none"), 404)
    assert t.client.put("/Users", {}).header("Allow")
    web.sql("revoke select on muster.scim_user from muster_scim")
    try:
        assert_error(t.client.get("/Users"), 500)
    finally:
        web.sql("grant select on muster.scim_user to muster_scim")
    answer = admin(web).get("/organizations/none")
    assert answer.status == 404 and answer.json["errors"]


def test_responders_that_are_away(web):
    t = web.customer()
    for name in ("scim", "admin"):
        os.kill(pid_of(web, name), signal.SIGTERM)
    wait_until(lambda: t.client.get("/Users").status == 503 and admin(web).get("/organizations").status == 503, 10, "they are away")
    assert_scim_away(t.client.get("/Users"))
    assert_scim_away(t.client.post("/Users", {"schemas": []}))
    assert_admin_away(admin(web).get("/organizations"))
    assert_admin_away(admin(web).post("/organizations", {}))


def test_a_socket_that_somebody_holds_outlives_the_master():
    """As a socket unit does: what came meanwhile is answered by the next master."""
    s = Server("--workers", "1").start()
    path, held_by_us, masters = None, socket.socket(socket.AF_UNIX), []
    try:
        t = s.customer()
        user = t.user()
        with open(f"/proc/{s.master()}/environ", "rb") as f:
            env = dict(v.split("=", 1) for v in f.read().decode().split("\0") if v)
        program = os.readlink(f"/proc/{s.master()}/exe")
        old = s.master()
        path = s.db.split("host=")[1].split("&")[0] + "/scim.sock"
        os.kill(old, signal.SIGTERM)
        wait_until(lambda: t.client.get("/Users").status == 503, 10, "the old one has ended")
        os.unlink(path)
        held_by_us.bind(path)
        os.chmod(path, 0o777)
        held_by_us.listen(64)

        def start():
            masters.append(subprocess.Popen([program, "--workers", "1"], stdin=held_by_us, env=env, stderr=subprocess.DEVNULL))
        start()
        wait_until(lambda: t.client.get("/Users").status == 200, 10, "the web server finds the socket again")
        with held(s, "muster.scim_user"):
            first = in_background(t.client_of().get, f"/Users/{user['id']}")
            wait_for_waiter(s)
            queued = [in_background(t.client_of().get, f"/Users/{user['id']}") for _ in range(8)]
            masters[0].terminate()
        assert masters[0].wait(20) == 0
        start()
        for thread, result in (first, *queued):
            thread.join()
            assert result[0].status == 200, result[0]
    finally:
        for m in masters:
            m.terminate()
            m.wait(20)
        held_by_us.close()
        s.stop()
