"""What each program links, and its version and usage."""
import os
import socket
import subprocess

from feed import cgi
from helpers import BUILD, ROOT


def symbols(path):
    """The functions and tables that a file of the build defines."""
    text = subprocess.run(["nm", "--defined-only", path], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in text.splitlines() if line.split()[-2:-1] and line.split()[-2] in "TtDdRrBb"}


def objects(*rooms):
    found = subprocess.run(["find", *(f"{ROOT}/{BUILD}/{room}" for room in rooms), "-name", "*.o"], check=True, capture_output=True, text=True)
    return found.stdout.split()


def public(path):
    text = subprocess.run(["nm", "--defined-only", "--extern-only", path], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def test_the_responder_that_faces_the_internet_holds_nothing_of_the_admin_api():
    admin = set().union(*(public(path) for path in objects("cgi/admin", "core/control"))) - {"main"}
    assert len(admin) > 50
    for program, has in (("muster-scim.fcgi", False), ("muster-admin.fcgi", True)):
        linked = symbols(f"{ROOT}/{BUILD}/{program}") & admin
        assert bool(linked) == has, (program, sorted(linked))
        with open(f"{ROOT}/{BUILD}/{program}", "rb") as f:
            assert (b'"openapi":' in f.read().replace(b" ", b"")) == has, program


def printed_routes(program):
    text = subprocess.run([f"{ROOT}/{BUILD}/{program}", "--routes"], check=True, capture_output=True, text=True).stdout
    names, *rows = [line.split() for line in text.splitlines()]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_the_admin_responder_prints_its_routes():
    routes = printed_routes("muster-admin.fcgi")
    assert {"METHOD": "POST", "PATH": "/v1/organizations", "SCOPES": "organizations:manage", "KEY": "installation", "CREATES": "yes"} in routes
    assert {"METHOD": "GET", "PATH": "/v1/organizations/{org}/members", "SCOPES": "provisioning:read,provisioning:manage", "KEY": "any",
            "CREATES": "no"} in routes


def test_the_scim_responder_prints_its_routes():
    routes = printed_routes("muster-scim.fcgi")
    assert {"METHOD": "PATCH", "PATH": "/Users/{id}", "TOKEN": "yes"} in routes
    assert [r["PATH"] for r in routes if r["TOKEN"] == "no"] == ["/ServiceProviderConfig"]


def test_a_cgi_process_reads_no_configuration_of_openssl(server, tmp_path):
    """It would wait for ever for one from a pipe that nobody writes."""
    os.mkfifo(tmp_path / "openssl.cnf")
    process = cgi(server, "/organizations", OPENSSL_CONF=str(tmp_path / "openssl.cnf"))
    try:
        assert process.communicate(timeout=20)[0].startswith(b"Status: 200")
    finally:
        process.kill()


def test_a_worker_that_can_accept_nothing_ends(tmp_path):
    """It would ask again and again, and the master would know nothing of it."""
    with socket.socket(socket.AF_UNIX) as place:
        place.bind(str(tmp_path / "socket"))
        place.listen()
        place.shutdown(socket.SHUT_RDWR)
        done = subprocess.run([f"{ROOT}/{BUILD}/muster-scim.fcgi", "--worker"], stdin=place, capture_output=True, text=True, timeout=20, check=False,
                              env={"PATH": os.environ["PATH"], "MUSTER_DB": f"host={tmp_path}", "MUSTER_LIMITS": str(tmp_path / "limits")})
    assert done.returncode == 1 and "event=accept" in done.stderr, done


def test_the_benchmark_names_its_workloads():
    done = subprocess.run(["/usr/bin/python3", f"{ROOT}/test/bench/bench.py", "get", "nope"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "scripts/bench: error: nope is no workload; these are: get filter " in done.stderr, done
