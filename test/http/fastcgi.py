"""Sends FastCGI requests directly to the responder's socket."""
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def length(n):
    return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)


def begin(params):
    """The begin of a request up to its body; the parameters are pairs of a name and a value."""
    pairs = b"".join(length(len(k)) + length(len(v)) + k.encode() + v.encode() for k, v in params)
    return record(BEGIN, b"\0\1\0\0\0\0\0\0") + record(PARAMS, pairs) + record(PARAMS, b"")


def head(token, method, target, size, **more):
    """The begin of a request with a body of so many bytes."""
    return begin({"REQUEST_METHOD": method, "REQUEST_URI": target, "CONTENT_LENGTH": str(size), "CONTENT_TYPE": "application/json",
                  "HTTP_AUTHORIZATION": f"Bearer {token}", **more}.items())


def body_records(body):
    return b"".join(record(STDIN, body[i:i + 32768]) for i in range(0, len(body), 32768)) + record(STDIN, b"")


def exchange(path, sent):
    """The CGI answer to a request whose end is left open."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
        s.sendall(sent)
        data = b""
        while chunk := s.recv(65536):
            data += chunk
    out = b""
    while data:
        _, kind, _, size, padding = struct.unpack(">BBHHBx", data[:8])
        out += data[8:8 + size] if kind == STDOUT else b""
        data = data[8 + size + padding:]
    return out


def ask(path, token, method, target, body=b"", **more):
    """One whole request, and the CGI answer."""
    return exchange(path, head(token, method, target, len(body), **more) + body_records(body))
