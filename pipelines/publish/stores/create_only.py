"""Proof that a store creates a file only where none is: a release is committed by creating its snapshot.

Some proxies and stores that speak S3 drop ``If-None-Match``, or look first and write later, so that several writers
at once are all told that they created the file (OpenStack Swift 2.38 does). Some network file systems have no hard
links, by which folders do it.
"""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from pipelines.core.files import create_file
from pipelines.publish.errors import CreateOnlyMissing
from pipelines.publish.stores.base import PROBES, Store, temporary_name
from pipelines.publish.stores.folder import FolderStore
from pipelines.publish.stores.opening import cache_of

_WRITERS = 8
#: A store whose check and write can come apart lets two through in most rounds, in few on a busy machine.
_ROUNDS = 16
#: What file systems say that have no hard links.
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


def require_create_only(store: Store, cache: Path) -> None:
    """Try once per address whether the store keeps writers apart; remember in ``cache`` that it does.

    Raises:
        CreateOnlyMissing: when it does not. Nothing may be published there.
        OSError: when the store cannot be reached or written.
    """
    mark = cache_of(store.address, cache) / "create-only"
    if mark.exists():
        return
    if isinstance(store, FolderStore):
        _try_folder(store)
    else:
        _try_in_turn(store)
        for _ in range(_ROUNDS):
            _try_at_once(store)
    create_file(mark, b"")


def _try_folder(store: FolderStore) -> None:
    try:
        _try_in_turn(store)
    except OSError as problem:
        if problem.errno in _NO_LINKS:
            raise CreateOnlyMissing(store.address, "links") from problem
        raise


def _try_in_turn(store: Store) -> None:
    path = _name()
    try:
        answers = [store.create(path, content) for content in (b"first", b"second")]
        if answers != [True, False] or store.read(path) != b"first":
            raise CreateOnlyMissing(store.address, "ignored")
    finally:
        store.remove(path)


def _try_at_once(store: Store) -> None:
    path = _name()
    together = Barrier(_WRITERS)

    def create(writer: int) -> bool:
        together.wait()
        return store.create(path, b"%d" % writer)

    try:
        with ThreadPoolExecutor(_WRITERS) as writers:
            answers = list(writers.map(create, range(_WRITERS)))
        if answers.count(True) != 1 or store.read(path) != b"%d" % answers.index(True):
            raise CreateOnlyMissing(store.address, "raced")
    finally:
        store.remove(path)


def _name() -> str:
    return f"{PROBES}/{temporary_name()}"
