"""A web server on 127.0.0.1 for tests: what each path answers is a function of the request."""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """``answers`` by path without query; ``asked``: path and headers of every request so far; ``sent``: bodies."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port, self.scheme = port, scheme
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.sent: list[bytes] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def serving(certificate: Path | None = None) -> Iterator[Server]:
    """A server in threads of its own; over TLS with ``certificate``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            server.asked.append((self.path, dict(self.headers)))
            with contextlib.suppress(ConnectionError):  # the other side may hang up whenever it likes
                server.answers[self.path.partition("?")[0]](self)

        def do_POST(self) -> None:
            server.sent.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Nothing on standard error."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: Any) -> None:
            """Handshakes that clients break off are what some tests are about."""

    with Quiet(("127.0.0.1", 0), Handler) as listener:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
        server = Server(listener.server_address[1], "http" if certificate is None else "https")
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


def certificate_in(folder: Path) -> Path:
    """A certificate for ``localhost`` with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(secret + made.public_bytes(pem))
    return path


def sends(body: bytes = b"", status: int = 200, /, **headers: str) -> Answer:
    """An answer; ``Content-Length`` is the body's unless given. Underscores in names stand for hyphens."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def file(body: bytes, etag: str = "", cut: int | None = None) -> Answer:
    """A file as web servers give it; with an ETag, conditions and ranges are honoured; ``cut``: it breaks."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        tag = {"ETag": etag} if etag else {}
        asked = handler.headers
        if etag and asked.get("If-None-Match") == etag:
            sends(b"", 304, **tag)(handler)
        elif "Range" in asked and asked.get("If-Range") == etag:
            start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
            rest = body[start:]
            if rest:
                sends(rest, 206, Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}", **tag)(handler)
            else:
                sends(b"", 416, Content_Range=f"bytes */{len(body)}")(handler)
        else:
            sends(body[:cut], Content_Length=str(len(body)), **tag)(handler)

    return answer


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A body in chunks without end."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while True:
        handler.wfile.write(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")


@contextlib.contextmanager
def trickling(beginning: bytes) -> Iterator[int]:
    """A port that answers with ``beginning``, then with a byte every few hundredths of a second."""
    over = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(4096)
            connection.sendall(beginning)
            while not over.wait(0.05):
                connection.sendall(b"0")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join()
