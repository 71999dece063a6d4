"""moto's S3 as a process: prints its port, ends when its standard input does. See ``s3_serving``.

It looks and then writes; one request at a time makes that one step, as S3 promises. Buckets whose names begin with

- ``deaf`` do not hear ``If-None-Match``, as behind a proxy that drops it;
- ``failing``, ``breaking`` and ``stalling`` do what the first request to create a file asks, and then answer that they
  failed, break the connection off, or wait until the client does.
"""

from __future__ import annotations

import io
import logging
import os
import socket
import sys
import threading
from collections.abc import Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

_CONDITION = "HTTP_IF_NONE_MATCH"


class _Front:
    """What stands before moto."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self._lost: set[str] = set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["PATH_INFO"]
        if path.startswith("/deaf"):
            environ.pop(_CONDITION, None)
        with self._lock:
            answer = list(self._moto(environ, start_response))
        lost = (
            _CONDITION in environ and path.startswith(("/failing", "/breaking", "/stalling")) and path not in self._lost
        )
        if not lost:
            return answer
        self._lost.add(path)
        if path.startswith("/stalling"):
            environ["werkzeug.socket"].recv(1)
        elif path.startswith("/breaking"):
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        start_response("500 Internal Server Error", [("Content-Length", "0")])
        return []


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, _Front(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
