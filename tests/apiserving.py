"""A released catalog and ``gongkai serve`` over it, on 127.0.0.1 in a thread."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import uvicorn
from publishing import NOW, add_candidate, index_now, named, registry, release_now, tree, workspace_with_registry

from pipelines.api.limits import ServerLimits
from pipelines.api.places.base import Place
from pipelines.api.places.folder import FolderPlace
from pipelines.api.serving import make_server
from pipelines.catalog import Limits
from pipelines.core.paths import Workspace
from pipelines.publish import FolderStore, withdraw

#: Little of everything: tests send little.
SMALL = ServerLimits(query=Limits(seconds=5, memory=256, threads=1), page=10, page_most=50, queries_of_client=4)
_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    """A response; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Site:
    """A server that runs."""

    port: int
    server: uvicorn.Server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Send a path exactly as it is. Underscores in names of headers stand for hyphens."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())

    def connect(self) -> socket.socket:
        """A connection of one's own."""
        return socket.create_connection(("127.0.0.1", self.port), _SECONDS)


@contextlib.contextmanager
def site_of(root: Path | Place, limits: ServerLimits = SMALL, base_url: str | None = None) -> Iterator[Site]:
    """A server over a catalog, for instance in a folder."""
    place = FolderPlace(root) if isinstance(root, Path) else root
    server = make_server(place, "127.0.0.1", 0, limits, base_url)
    # Connections wait in the listening socket until the server has started.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Site(port, server)
        finally:
            server.should_exit = True
            thread.join(_SECONDS)


def released_catalog(folder: Path) -> Workspace:
    """``tree_inventory`` 1.0.0 (five rows), 1.1.0 (withdrawn), 1.2.0 (12 rows of two periods, some with equal keys);
    ``bench_inventory`` withdrawn as a whole; ``lamp_inventory`` with one version."""
    workspace = workspace_with_registry(folder, bench_inventory=named("bench_inventory"),
                                        lamp_inventory=named("lamp_inventory"))  # fmt: skip
    add_candidate(workspace, [tree(number) for number in range(1, 6)])
    add_candidate(workspace, [tree(1, "=1+1"), tree(2, 'a,b\n"c"')], dataset="lamp_inventory")
    add_candidate(workspace, [tree(1)], dataset="bench_inventory")
    catalog = registry(workspace)
    release_now(workspace, catalog)
    add_candidate(workspace, [tree(number) for number in range(1, 7)])
    release_now(workspace, catalog, NOW + dt.timedelta(days=1))
    add_candidate(workspace, [tree(number) for number in range(1, 8)])
    add_candidate(workspace, [tree(1), tree(2, "pine"), tree(3), (*tree(8)[:4], None, None, None), tree(9)],
                  period="2024")  # fmt: skip
    release_now(workspace, catalog, NOW + dt.timedelta(days=2))
    store, reason = FolderStore(workspace.catalog), {"zh": "测试", "en": "a test"}
    for dataset, version in (("tree_inventory", "1.1.0"), ("bench_inventory", "1.0.0")):
        withdraw(store, dataset, [version], reason, NOW + dt.timedelta(days=3), basis="Act 1")
    index_now(workspace)
    return workspace
