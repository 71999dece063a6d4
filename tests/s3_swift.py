"""OpenStack Swift as a process, with its files below a folder: prints its port, ends when its standard input does.

Proxy, account, container and object servers are threads of one process, on one device without replicas. The file
system has to keep extended attributes.

Swift looks whether an object exists and writes later, so of several creators at once more than one may be told that
they created it. Here creating is one step, except in buckets whose names begin with ``racing``: there a creator of an
object waits for another one, at most a second, and they begin at once. See ``s3_serving``.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402
import sys  # noqa: E402
from collections.abc import Iterable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from eventlet import Timeout, wsgi  # noqa: E402
from eventlet.event import Event  # noqa: E402
from eventlet.semaphore import Semaphore  # noqa: E402
from swift.account.server import AccountController  # noqa: E402
from swift.common import utils  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.utils import NullLogger  # noqa: E402
from swift.common.wsgi import loadapp  # noqa: E402
from swift.container.server import ContainerController  # noqa: E402
from swift.obj.server import ObjectController  # noqa: E402

_PROXY = """[DEFAULT]
swift_dir = {folder}
[pipeline:main]
pipeline = s3api tempauth copy bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
"""


class _Front:
    """What stands before the proxy server."""

    def __init__(self, proxy: Any) -> None:
        self._proxy = proxy
        self._lock = Semaphore()
        self._alone: dict[str, Event] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if "HTTP_IF_NONE_MATCH" not in environ:
            return self._proxy(environ, start_response)  # type: ignore[no-any-return]
        if environ["PATH_INFO"].startswith("/racing"):
            self._meet(environ["PATH_INFO"])
            return self._proxy(environ, start_response)  # type: ignore[no-any-return]
        with self._lock:
            return list(self._proxy(environ, start_response))

    def _meet(self, path: str) -> None:
        other = self._alone.pop(path, None)
        if other is not None:
            other.send()
            return
        self._alone[path] = met = Event()
        with Timeout(1, False):
            met.wait()
        if self._alone.get(path) is met:
            del self._alone[path]


def _storage(folder: Path) -> None:
    """Start the servers behind the proxy, and write where it finds them."""
    (folder / "devices" / "disk").mkdir(parents=True)
    settings = {"devices": str(folder / "devices"), "swift_dir": str(folder), "mount_check": "false",
                "fallocate_reserve": "0"}  # fmt: skip
    servers = {"account": AccountController, "container": ContainerController, "object": ObjectController}
    for kind, controller in servers.items():
        listener = eventlet.listen(("127.0.0.1", 0))
        ring = RingBuilder(1, 1, 0)
        ring.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "disk", "ip": "127.0.0.1",
                      "port": listener.getsockname()[1]})  # fmt: skip
        ring.rebalance()
        ring.get_ring().save(str(folder / f"{kind}.ring.gz"))
        eventlet.spawn(wsgi.server, listener, controller(settings), NullLogger(), log_output=False)


def _end_with_input() -> None:
    eventlet.hubs.trampoline(sys.stdin.fileno(), read=True)
    os._exit(0)


def main(folder: Path, access_key: str, secret: str) -> None:
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
    utils.set_swift_dir(str(folder))
    _storage(folder)
    settings = folder / "proxy.conf"
    settings.write_text(_PROXY.format(folder=folder, user=access_key.replace(":", "_"), secret=secret))
    proxy = _Front(loadapp(str(settings), global_conf={"log_name": "swift"}))
    listener = eventlet.listen(("127.0.0.1", 0), backlog=128)
    eventlet.spawn(_end_with_input)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    wsgi.server(listener, proxy, NullLogger(), log_output=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
