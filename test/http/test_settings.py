"""Wrong settings are refused at the start, with their name and the allowed values; and settings of scripts/run and the command line."""
import subprocess

import pytest
from helpers import BUILD, ROOT, made
from server import Server

PROGRAMS = ("muster-scim.fcgi", "muster-admin.fcgi", "muster-deliver")
EX_USAGE = 64


def start(program, *args, **env):
    done = subprocess.run([f"{ROOT}/{BUILD}/{program}", *args], env={"PATH": "/usr/bin:/bin", "MUSTER_LIMITS": "", **env}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    return done.returncode, done.stderr


@pytest.mark.parametrize("value",
                         ["10.0.0.0/33", "10.0.0", "2001:db8::/129", "10.0.0.1;10.0.0.2", "proxy.example.com", "10.0.0.0/", "10.0.0.1, any", "10.0.0.0/-1"])
def test_proxies_are_addresses_and_ranges(value):
    for program in PROGRAMS:
        code, said = start(program, MUSTER_TRUSTED_PROXIES=value)
        assert code == EX_USAGE and "MUSTER_TRUSTED_PROXIES has" in said and "10.0.0.0/8,2001:db8::1" in said, (program, said)


@pytest.mark.parametrize("value", ["", "10.0.0.0/8", "10.0.0.1, 2001:db8::/32,::ffff:192.0.2.1", "::ffff:10.0.0.0/104"])
def test_proxies_that_are_right_are_taken(value):
    assert start("muster-scim.fcgi", MUSTER_TRUSTED_PROXIES=value)[0] != EX_USAGE


@pytest.mark.parametrize("value", ["ns.example.com", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:x", "192.0.2.0/24", "192.0.2.53 192.0.2.54",
                                   "[2001:db8::53", "[192.0.2.53]x", "[]:53", "2001:db8::53]:53", "192.0.2.53,,:53", "1:2:53"])
def test_name_servers_are_addresses(value):
    for program in PROGRAMS:
        code, said = start(program, MUSTER_DNS=value)
        assert code == EX_USAGE and "MUSTER_DNS has" in said and "192.0.2.53,[2001:db8::53]:5353" in said, (program, said)


@pytest.mark.parametrize("value", ["", "192.0.2.53", "192.0.2.53:5353,2001:db8::53", "[2001:db8::53]:53,127.0.0.1"])
def test_name_servers_that_are_right_are_taken(value):
    assert start("muster-scim.fcgi", MUSTER_DNS=value)[0] != EX_USAGE


def test_the_file_of_certificates_is_one(tmp_path):
    wrong = tmp_path / "ca.pem"
    wrong.write_text("no certificate\n")
    for path, why in (("/nowhere/ca.pem", "No such file"), (str(wrong), "no certificate in it"), (str(tmp_path), "")):
        code, said = start("muster-deliver", MUSTER_CA_FILE=path)
        assert code == EX_USAGE and f'MUSTER_CA_FILE is "{path}"' in said and why in said and "PEM" in said, said


@pytest.mark.parametrize("value", ["nothing", "name.nothing", "emails.value;name", "userName,emial"])
def test_sensitive_attributes_are_attributes(value):
    code, said = start("muster-scim.fcgi", MUSTER_SENSITIVE=value)
    assert code == EX_USAGE and "MUSTER_SENSITIVE has" in said and "emails.value" in said, said


@pytest.mark.parametrize("value", ["name, emails.value", "urn:example:Own:badge", "members.value,externalId", ""])
def test_sensitive_attributes_that_are_right_are_taken(value):
    assert start("muster-scim.fcgi", MUSTER_SENSITIVE=value)[0] != EX_USAGE


@pytest.mark.parametrize("value", ["app.example.com", "https://app.example.com/", "https://app.example.com;x", "*", "https://*.example.com",
                                   "https://a.example b", "https://a.example,, x", "https://'none'"])
def test_origins_that_may_embed_the_portal_are_origins(value):
    for program in PROGRAMS:
        code, said = start(program, MUSTER_PORTAL_ORIGINS=value)
        assert code == EX_USAGE and "MUSTER_PORTAL_ORIGINS has" in said and "https://app.example.com" in said, (program, said)


@pytest.mark.parametrize("value", ["", "https://app.example.com", "https://a.example:444 , http://localhost:81", "http://[::1]:81"])
def test_origins_that_are_right_are_taken(value):
    assert start("muster-admin.fcgi", MUSTER_PORTAL_ORIGINS=value)[0] != EX_USAGE


@pytest.mark.parametrize("name, nearest",
                         [("MUSTER_TRUSTED_PROXY", "MUSTER_TRUSTED_PROXIES"), ("MUSTER_LOGS", "MUSTER_LOG"), ("MUSTER_PUBLIC_URI", "MUSTER_PUBLIC_URL"),
                          ("MUSTER_SECRETKEY_FILE", "MUSTER_SECRET_KEY_FILE"), ("MUSTER_BODYMAX", "MUSTER_BODY_MAX")])
def test_an_unknown_name_is_refused_and_the_nearest_named(name, nearest):
    for program in PROGRAMS:
        code, said = start(program, **{name: "x"})
        assert code == EX_USAGE and f"{name} is no setting" in said and f"nearest is {nearest}," in said, said
    code, said = start("muster", "help", **{name: "x"})
    assert code == 0 and f"warning: {name} is no setting" in said and nearest in said


def test_names_of_scripts_and_examples_are_known():
    names = ("URL", "TOKEN", "ADMIN_URL", "API_KEY", "ORG", "CONNECTION", "PORTAL_LINK", "SCIM_BIN", "ADMIN_DB", "SOCKET", "PORT")
    env = {f"MUSTER_{n}": "x" for n in names}
    assert start("muster", "help", **env) == (0, "")
    assert start("muster-scim.fcgi", **env)[0] != EX_USAGE


def test_the_endpoint_is_never_guessed(server):
    env = {k: v for k, v in server.operator().items() if k != "MUSTER_PUBLIC_URL"}
    command = [f"{ROOT}/{BUILD}/muster", "connection", "endpoint", "--org", "demo"]
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
    assert done.returncode != 0 and "MUSTER_PUBLIC_URL is not set" in done.stderr and "127.0.0.1" not in done.stdout
    assert server.env["MUSTER_PUBLIC_URL"] == server.url
    assert server.muster("connection", "endpoint", "--org", "demo")["endpoint_url"] == server.url


CERTIFICATION = {"dialect": "lenient", "identity": "mutable", "email": "optional", "linking": "never", "unknown_members": "skip", "group_names": "unique"}


def manner(connection):
    return {k: connection[k] for k in CERTIFICATION}


@pytest.mark.parametrize("option, dialect", [("--conformance", "strict"), ("--conformance=strict", "strict"), ("--conformance=certification", "lenient")])
def test_the_demo_connection_is_for_suites(option, dialect):
    s = Server(option).start()
    try:
        demo = s.muster("connection", "show", s.env["MUSTER_CONNECTION"])
        assert manner(demo) == {**CERTIFICATION, "dialect": dialect}
        org = s.muster("org", "show", "demo")
        assert [org[k] for k in ("rate", "max_users", "max_groups", "max_group_members")] == [None] * 4
        if dialect == "lenient":
            group = made(s.client().post("/Groups", {"displayName": "Crew", "members": [{"value": "01a20db4-3e9d-72d7-82e9-f673093deb64"}]}))
            assert "members" not in group and s.client().post("/Groups", {"displayName": "crew"}).status == 409
            assert [s.client().post("/Users", {"userName": n}).status for n in ("a", "b")] == [201, 201]
    finally:
        s.stop()


def test_another_conformance_is_refused():
    done = subprocess.run([f"{ROOT}/scripts/run", "--conformance=lenient"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=60)
    assert done.returncode != 0 and "strict or certification" in done.stdout


def test_a_preset_sets_what_is_not_given_beside_it(server):
    t = server.customer(preset="certification")
    assert manner(t.connection) == CERTIFICATION
    assert manner(t.second(preset="certification", dialect="strict", linking="auto").connection) == {**CERTIFICATION, "dialect": "strict", "linking": "auto"}
    made_one = server.muster("connection", "create", "--org", t.slug, "--preset", "certification", "--name", "Gallery")
    assert manner(made_one) == CERTIFICATION and made_one["name"] == "Gallery"
    plain = t.second().connection
    assert manner(plain) != CERTIFICATION
    assert manner(server.muster("connection", "set", plain["id"], "--preset", "certification")) == CERTIFICATION
    assert "certification" in server.muster("connection", "create", "--org", t.slug, "--preset", "other", ok=False).stderr
