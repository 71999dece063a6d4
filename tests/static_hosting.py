"""A host of static files as there are many: byte ranges and ``404.html``, but no header that tells a policy."""

from __future__ import annotations

import contextlib
import mimetypes
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Host:
    """A host that runs; ``url`` has no slash at its end."""

    url: str


@contextlib.contextmanager
def static_host(root: Path, below: str = "/") -> Iterator[Host]:
    """A host on 127.0.0.1 of the files of a folder, which it has below a path that begins and ends in a slash."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = unquote(urlsplit(self.path).path)
            file = root / path.removeprefix(below)
            file = file / "index.html" if path.endswith("/") else file
            found = path.startswith(below) and file.is_file()
            content = (file if found else root / "404.html").read_bytes()
            wanted = re.fullmatch(r"bytes=([0-9]+)-([0-9]*)", self.headers.get("Range", "")) if found else None
            self.send_response(206 if wanted else 200 if found else 404)
            if wanted:
                first, after = int(wanted[1]), min(len(content), int(wanted[2] or len(content)) + 1)
                self.send_header("Content-Range", f"bytes {first}-{after - 1}/{len(content)}")
                content = content[first:after]
            kind = mimetypes.guess_type(file.name if found else "404.html")[0]
            self.send_header("Content-Type", kind or "application/octet-stream")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET

        def log_message(self, *_: Any) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield Host(f"http://127.0.0.1:{server.server_port}")
        finally:
            server.shutdown()
            thread.join()
