"""Webhooks reach no private address, however it is spelled, and whatever a name resolves to."""
import contextlib
import datetime
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import uuid

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from helpers import wait_until
from server import Server, free_port
from webhooks import Endpoint, RawReceiver, Worker, end_worker, write_events

SPELLINGS = """
127.0.0.1 127.1 127.0.1 127.255.255.254 0x7f.1 0x7f000001 0x7F.0x0.0x0.0x1 2130706433 017700000001 0177.0.0.1 0177.0.0.01 127.0.0.1.
0 0.0.0.0 0.0.0.1 00.00.00.00 0x0 localhost localhost. LOCALHOST LocalHost
[::1] [::] [0:0:0:0:0:0:0:1] [0000:0000:0000:0000:0000:0000:0000:0001] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1]
[::127.0.0.1] [::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::7f00:1] [2002:7f00:1::] [2002:a00:1::1] [2001:0:7f00:1::]
10.0.0.1 10.255.255.255 0xa.1 167772161 012.0.0.1 172.16.0.1 172.31.255.255 192.168.0.1 0xc0a80001 3232235521 192.168.1
100.64.0.1 100.127.255.254 169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.0.1 192.0.0.1 192.0.2.1 198.18.0.1
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 [::ffff:10.0.0.1] [::ffff:169.254.169.254]
[fe80::1] [fec0::1] [fc00::1] [fd00:ec2::254] [ff02::1] [2001:db8::1] [100::1]
""".split()


@pytest.fixture(scope="module")
def server():
    s = Server(env={"MUSTER_TIME_SCALE": "1", "MUSTER_WEBHOOKS_MAX": "200"}).start()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def customer(server):
    return server.customer()


def has_ipv6():
    return os.path.exists("/proc/net/if_inet6")


def certificate(where, name, begin, end):
    """A self-signed certificate for a name, in days from now, with its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    now, who = datetime.datetime.utcnow(), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    cert = (x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key()).serial_number(1)
            .not_valid_before(now + datetime.timedelta(days=begin)).not_valid_after(now + datetime.timedelta(days=end))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    with open(f"{where}/cert", "wb") as f:
        f.write(cert.public_bytes(serialization.Encoding.PEM))
    with open(f"{where}/key", "wb") as f:
        f.write(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def place(customer, endpoint, url, allow_private=False):
    """Another URL than one that the API would take: as if its name had meant something else then."""
    customer.server.sql("update muster.webhook_endpoint set url = %s, allow_private = %s where id = %s", url, allow_private, endpoint.id)


def test_no_connection_is_made_to_any_spelling_of_an_inner_address(server, customer):
    assert len(SPELLINGS) >= 60
    with contextlib.ExitStack() as stack:
        traps = [stack.enter_context(RawReceiver(host=host)) for host in ("0.0.0.0", "::") if ":" not in host or has_ipv6()]
        endpoints = []
        for n, spelling in enumerate(SPELLINGS):
            e = Endpoint(customer, "https://hooks.example.com/", events=["scim.user.updated"])
            place(customer, e, f"https://{spelling}:{traps[n % len(traps)].port}/")
            endpoints.append(e)
        write_events(server, customer.id, 1)

        def rows():
            return server.sql("""select e.url, d.attempts, d.error, d.status from muster.webhook_delivery d
                                     join muster.webhook_endpoint e on e.id = d.endpoint_id where d.organization_id = %s""", customer.id)
        wait_until(lambda: len(rows()) == len(SPELLINGS) and all(r[1] for r in rows()), 60, "each was tried")
        for url, _, error, status in rows():
            assert status is None and error, url
            assert any(w in error for w in ("not a public one", "resolve host", "Resolving timed out", "URL")), (url, error)
        assert [t.connections for t in traps] == [0] * len(traps)
        for e in endpoints:
            customer.api.delete(e.path)


def test_the_api_refuses_what_is_plainly_inside(customer):
    for spelling in SPELLINGS:
        answer = customer.api.post(f"{customer.path}/webhooks", {"url": f"https://{spelling}/"})
        assert answer.status == 400, (spelling, answer)
    assert customer.api.post(f"{customer.path}/webhooks", {"url": "http://hooks.example.com/"}).status == 400


def test_where_it_is_allowed_an_inner_address_is_reached(server, customer):
    with RawReceiver() as trap:
        e = Endpoint(customer, trap.url, events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        wait_until(lambda: trap.connections, 10, "it was called")
        customer.api.delete(e.path)


def test_a_connection_that_was_allowed_for_one_endpoint_serves_no_other(server, customer):
    """An endpoint that may be inside, then one that may not, at the same place."""
    with RawReceiver() as trap:
        allowed = Endpoint(customer, trap.url, events=["scim.user.updated"])
        refused = Endpoint(customer, "https://hooks.example.com/", events=["scim.user.provisioned"])
        write_events(server, customer.id, 1)
        wait_until(lambda: trap.connections, 10, "it was called")
        place(customer, refused, trap.url.replace("http:", "https:"))
        before = trap.connections
        write_events(server, customer.id, 1, action="scim.user.provisioned")
        wait_until(lambda: refused.deliveries() and refused.deliveries()[0]["attempts"], 10, "it was tried")
        assert "not a public one" in refused.deliveries()[0]["error"]
        assert trap.connections == before
        for e in (allowed, refused):
            customer.api.delete(e.path)


# A name server's port is always the same, and two runs may be at work.
NAMES, MUTE = (f"127.{n}.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250 + 1}" for n in (53, 54))


class Resolver:
    """A name server that gives each question for an IPv4 address the next of its answers; the last stays."""

    def __init__(self, address, *answers):
        self.answers, self.asked = list(answers), 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                query, peer = self.socket.recvfrom(512)
            except OSError:
                return
            end = query.index(b"\0", 12) + 5
            kind = struct.unpack(">H", query[end - 4:end - 2])[0]
            answer = b""
            if kind == 1:
                address = self.answers[min(self.asked, len(self.answers) - 1)]
                self.asked += 1
                answer = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address)
            head = query[:2] + b"\x81\x80" + struct.pack(">HHHH", 1, 1 if answer else 0, 0, 0)
            self.socket.sendto(head + query[12:end] + answer, peer)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()


def namespace(server, address, seconds):
    """The command in front of a worker that lets it see a resolv.conf of its own."""
    conf = os.path.join(server.dir, f"resolv.conf.{address}")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"nameserver {address}\noptions timeout:{seconds} attempts:1\n")
    return ["unshare", "--mount", "sh", "-c", f"mount --bind {conf} /etc/resolv.conf && exec \"$@\"", "worker"]


def test_a_name_that_is_rebound_to_an_inner_address_is_refused_when_it_is_called(server, customer):
    """First it is public (and nobody is there), then it is ours."""
    end_worker(server)
    with RawReceiver() as trap, Resolver(NAMES, "192.88.99.255", "127.0.0.1", "169.254.169.254", "10.0.0.1") as names:
        e = Endpoint(customer, "https://hooks.example.com/", events=["scim.user.updated"])
        place(customer, e, f"https://rebound-{uuid.uuid4().hex[:8]}.example.com:{trap.port}/")
        write_events(server, customer.id, 1)
        with Worker(server, *namespace(server, NAMES, 1)):
            for attempt in range(1, 5):
                wait_until(lambda n=attempt: e.deliveries() and e.deliveries()[0]["attempts"] >= n, 20, f"attempt {attempt}")
                if attempt > 1:
                    assert "not a public one" in e.deliveries()[0]["error"], e.deliveries()[0]
                server.sql("update muster.webhook_queue set next_at = now() where endpoint_id = %s and lease is null", e.id)
        assert names.asked >= 4 and trap.connections == 0


def test_a_name_that_nobody_answers_for_holds_up_nobody(server, customer):
    """Its time is over after five seconds; the look-up goes on for ten."""
    end_worker(server)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind((MUTE, 53))
        mute.settimeout(10)
        e = Endpoint(customer, "https://hooks.example.com/", events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server, *namespace(server, MUTE, 10)):
            mute.recvfrom(512)
            wait_until(lambda: e.deliveries()[0]["attempts"], 8, "the attempt is written down")
        assert "timed out" in e.deliveries()[0]["error"]


def test_a_connection_carries_one_message_at_a_time(server, customer):
    """Over HTTP/2 a message of an endpoint that may not be inside could go along with one of an endpoint that may."""
    where = os.path.join(server.dir, "alpn")
    os.makedirs(where)
    certificate(where, "localhost", -10, 10)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(f"{where}/cert", f"{where}/key")
    tls.set_alpn_protocols(["h2", "http/1.1"])
    spoken = []
    end_worker(server)
    with RawReceiver(lambda c: spoken.append(tls.wrap_socket(c, server_side=True).selected_alpn_protocol())) as r:
        Endpoint(customer, f"https://localhost:{r.port}/", events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server, MUSTER_CA_FILE=f"{where}/cert"):
            wait_until(lambda: spoken, 10, "they agreed on a protocol")
    assert spoken[0] == "http/1.1"


@pytest.mark.parametrize("kind, error", [("self-signed", "self-signed"), ("wrong-host", "host name"), ("expired", "expired")])
def test_a_certificate_that_does_not_fit_gets_nothing(server, customer, kind, error):
    where = os.path.join(server.dir, kind)
    os.makedirs(where, exist_ok=True)
    certificate(where, "other.example" if kind == "wrong-host" else "localhost", -10, -1 if kind == "expired" else 10)
    trusted = {} if kind == "self-signed" else {"MUSTER_CA_FILE": f"{where}/cert"}
    end_worker(server)
    port = free_port()
    tls = subprocess.Popen(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-key", f"{where}/key", "-cert", f"{where}/cert", "-quiet"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: not socket.socket().connect_ex(("127.0.0.1", port)), 10, "the receiver listens")
        e = Endpoint(customer, f"https://localhost:{port}/", events=["scim.user.updated"])
        write_events(server, customer.id, 1)
        with Worker(server, **trusted):
            wait_until(lambda: e.deliveries() and e.deliveries()[0]["attempts"], 15, "it was tried")
        one = e.deliveries()[0]
        assert one["status"] is None and error in one["error"], one
    finally:
        tls.kill()
        assert b"POST" not in tls.communicate()[0]
        shutil.rmtree(where)
