"""A name server for tests, over UDP and TCP on one port of 127.0.0.1: it answers what a test tells it to."""
import contextlib
import socket
import struct
import threading

from server import free_port

NOERROR, SERVFAIL, NXDOMAIN, REFUSED = 0, 2, 3, 5
TXT, CNAME = 16, 5
TRUNCATED = 0x0200


def wire_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def txt(*strings):
    """The data of a TXT record with these strings."""
    return b"".join(bytes([len(s)]) + s for s in (t.encode() if isinstance(t, str) else t for t in strings))


class Query:
    """One question: its id and name, whether it came over TCP, and how often this name was asked for before."""

    def __init__(self, data, tcp):
        self.id, self.data, self.tcp, labels, at = data[:2], data, tcp, [], 12
        while data[at]:
            labels.append(data[at + 1:at + 1 + data[at]].decode())
            at += 1 + data[at]
        self.name, self.question, self.type = ".".join(labels), data[12:at + 5], struct.unpack(">H", data[at + 1:at + 3])[0]

    def answer(self, *records, rcode=NOERROR, flags=0, id=None, question=None):
        """A message; a record is (owner or None for the question's, type, data)."""
        head = (id or self.id) + struct.pack(">HHHHH", 0x8180 | flags | rcode, 1, len(records), 0, 0)
        body = b"".join((wire_name(owner) if owner else b"\xc0\x0c") + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for owner, kind, data in records)
        return head + (question or self.question) + body

    def texts(self, *values, **more):
        return self.answer(*((None, TXT, txt(*(v if isinstance(v, tuple) else (v,)))) for v in values), **more)


class NameServer:
    """`zone[domain]` is a function of the query that gives the answer (or a list of them), or None for silence; other names do not exist."""

    def __init__(self):
        self.zone, self.queries, self.lock = {}, [], threading.Lock()
        self.port = free_port()
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.tcp = socket.create_server(("127.0.0.1", self.port))
        for work in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=work, daemon=True).start()

    def asked(self, domain):
        with self.lock:
            return [q for q in self.queries if q.name == f"_provisioning.{domain}"]

    def answers(self, data, tcp):
        q = Query(data, tcp)
        with self.lock:
            self.queries.append(q)
        made = self.zone.get(q.name.removeprefix("_provisioning."), lambda q: q.answer(rcode=NXDOMAIN))(q)
        return made if isinstance(made, list) else [made] if made is not None else []

    def serve_udp(self):
        while True:
            try:
                data, client = self.udp.recvfrom(65536)
            except OSError:
                return
            for answer in self.answers(data, False):
                self.udp.sendto(answer, client)

    def serve_tcp(self):
        while True:
            try:
                c, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(c,), daemon=True).start()

    def talk(self, c):
        with contextlib.suppress(OSError, struct.error), c:
            while True:
                length, = struct.unpack(">H", c.recv(2, socket.MSG_WAITALL))
                for answer in self.answers(c.recv(length, socket.MSG_WAITALL), True):
                    c.sendall(struct.pack(">H", len(answer)) + answer)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for s in (self.udp, self.tcp):
            s.shutdown(socket.SHUT_RDWR) if s is self.tcp else None
            s.close()
