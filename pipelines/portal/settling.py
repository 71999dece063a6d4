"""Pages that are not on disk yet: they are flushed together, and written anew where a power cut came before.

Waiting for the disk after each of many small files takes most of the time that making them does. So the index says,
on disk, that pages are on their way, and in which run of the machine; a process that dies leaves them to the system.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pipelines.portal.state import PortalState
from pipelines.publish import Store

#: A random number that the kernel draws when it starts (random(4), "/proc interfaces").
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def this_boot() -> str:
    """Names what the machine does between two starts; where that is not known, this process alone."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return secrets.token_hex(16)


def mark_unsettled(state: PortalState) -> None:
    """Remember, before a page is written, that it is not on disk yet."""
    if state.unsettled != this_boot():
        state.unsettle(this_boot())


@contextlib.contextmanager
def settling(store: Store, state: PortalState) -> Iterator[None]:
    """Have what the body writes be on disk afterwards. What was not when the machine stopped is written anew."""
    if state.unsettled not in (None, this_boot()):
        state.outdate()
    yield
    if state.unsettled is not None:
        store.flush()
        state.settle()
