"""The process that queries are forked from: ``python -m pipelines.api.sandbox.nursery``.

Its standard input is a socket. ``open <path>`` names the index that the next queries are probably over; it is attached
here, so that not every child does it again. ``fork <number>`` comes with a connection, which the new child answers;
``kill <number>`` ends that child. Only who forked a process knows for certain that its number has not become another's.
When the socket closes, all children are killed.

Forks have no other thread than the one that forked. So DuckDB has none here; each child starts its own.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.api.sandbox.frames import READY
from pipelines.api.sandbox.running import Attached, answer, warm_up
from pipelines.catalog import IndexUnusable, attach_index

#: An order and the longest path that there is.
_MESSAGE = 64 + 4096
#: Killed first when memory is short (proc(5), oom_score_adj).
_FIRST_TO_GO = "1000"


def main() -> None:
    """Fork and kill until the socket closes."""
    control = socket.socket(fileno=os.dup(0))
    ended, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # The server decides when all of it ends, also when a terminal sends this to the whole group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    state = _State()
    control.send(READY)
    while True:
        readable, _, _ = select.select([control.fileno(), ended], [], [])
        if ended in readable:
            os.read(ended, _MESSAGE)
            _bury(state.children)
        if control.fileno() in readable and not _obey(control, state):
            break
    for process in state.children.values():
        os.kill(process, signal.SIGKILL)
    # Nothing is left to be done; what was frozen would be told as leaked.
    os._exit(0)


@dataclass
class _State:
    """The children that live, by their number in orders; the index that is attached, if any could be."""

    children: dict[int, int] = field(default_factory=dict)
    attached: Attached | None = None

    def open(self, index: str) -> None:
        if self.attached is not None:
            self.attached.database.close()
        self.attached = None
        # Children find out what is wrong, and tell it.
        with contextlib.suppress(IndexUnusable, duckdb.Error):
            self.attached = Attached(index, attach_index(Path(index), single=True))
            warm_up(self.attached.database)
        # What is there already is not looked at by children, which would copy its memory.
        gc.collect()
        gc.freeze()


def _obey(control: socket.socket, state: _State) -> bool:
    """Do what the next message says; ``False`` when there will be none."""
    message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE, 1)
    if not message:
        return False
    order, _, rest = os.fsdecode(message).partition(" ")
    if order == "open":
        state.open(rest)
        return True
    number = int(rest)
    if order == "kill":
        if number in state.children:
            os.kill(state.children[number], signal.SIGKILL)
        return True
    (descriptor,) = descriptors
    process = os.fork()
    if process == 0:
        _be_child(control, descriptor, state.attached)
    os.close(descriptor)
    state.children[number] = process
    return True


def _bury(children: dict[int, int]) -> None:
    for number, process in list(children.items()):
        if os.waitpid(process, os.WNOHANG)[0]:
            del children[number]


def _be_child(control: socket.socket, descriptor: int, attached: Attached | None) -> None:
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        with contextlib.suppress(OSError):  # Not where there is no /proc that may be written.
            Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
        os.environ.clear()
        os.chdir("/")
        answer(socket.socket(fileno=descriptor), attached)
        status = 0
    except BaseException:
        # Where in the program, without the text of the error, which may tell values.
        print(*traceback.format_tb(sys.exc_info()[2]), file=sys.stderr)  # noqa: T201
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
