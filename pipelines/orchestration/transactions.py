"""Events that are stored together.

For every event Dagster's SQLite storage makes an engine, opens the databases of the run and of all runs several times,
and waits for the disk each time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, cast

import dagster as dg
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage


@contextlib.contextmanager
def stored_together(instance: dg.DagsterInstance) -> Iterator[Callable[[], None]]:
    """What the body stores is committed when it calls what it is given, and at its end; nothing more if it fails.

    Until then no other process can store events: it waits, for half a minute at most.

    Args:
        instance: one with SQLite storage, which nothing else in this process uses meanwhile.
    """
    storage = cast(SqliteEventLogStorage, instance.event_log_storage)
    opens, lock = storage._connect, storage._db_lock
    connections: dict[str, Any] = {}

    @contextlib.contextmanager
    def kept(database: str) -> Iterator[Any]:
        if database not in connections:
            connections[database] = opened.enter_context(opens(database))
        yield connections[database]

    def commit() -> None:
        connections.clear()
        opened.close()

    replaced: Any = storage
    # It lets one connection be open at a time, but both databases' stay open here.
    replaced._connect, replaced._db_lock = kept, contextlib.nullcontext()
    try:
        with contextlib.ExitStack() as opened:
            yield commit
    finally:
        del replaced._connect
        replaced._db_lock = lock
