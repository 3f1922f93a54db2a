"""Two sites with https, as browsers see them: the portal's, and a page of the vendor's that embeds it."""
import http.server
import json
import os
import socket
import socketserver
import ssl
import subprocess
import threading

PORTAL, VENDOR, STRANGER = "portal.muster.test", "app.acme.test", "app.evil.test"
RESOLVE = [f"--host-resolver-rules=MAP {', MAP '.join(f'{name} 127.0.0.1' for name in (PORTAL, VENDOR, STRANGER))}"]


def certificate(directory):
    """A context of TLS with a certificate of its own, which browsers have to be told to take."""
    path = os.path.join(directory, "site.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=muster.test",
                    "-keyout", path, "-out", path + ".crt"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path + ".crt", path)
    return context


class Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self, context, handler):
        super().__init__(("127.0.0.1", 0), handler)
        self.context, self.port = context, self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, client_address):
        try:
            super().finish_request(self.context.wrap_socket(request, server_side=True), client_address)
        except (OSError, ssl.SSLError):
            pass  # the browser has hung up

    def stop(self):
        self.shutdown()
        self.server_close()


class Forward(socketserver.BaseRequestHandler):
    """Carries bytes to the web server, which speaks plain http, and back."""

    def handle(self):
        with socket.create_connection(("127.0.0.1", self.server.target)) as inner:
            threading.Thread(target=self.carry, args=(inner, self.request), daemon=True).start()
            self.carry(self.request, inner)

    @staticmethod
    def carry(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def forward(context):
    """Set its `target` to the port of the web server."""
    return Threads(context, Forward)


class Page(http.server.BaseHTTPRequestHandler):
    """GET / is the page; POST /token is the vendor's backend, which asks the admin API."""
    protocol_version = "HTTP/1.1"

    def answer(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer("text/html; charset=utf-8", self.server.html)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer("application/json", json.dumps({"token": self.server.token()}))

    def log_message(self, *_):
        pass


def vendor(context, token):
    """A page of the vendor's. Set its `html`."""
    site = Threads(context, Page)
    site.token, site.html = token, ""
    return site
