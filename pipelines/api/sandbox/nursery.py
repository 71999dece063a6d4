"""The process that queries are forked from: ``python -m pipelines.api.sandbox.nursery``.

Its standard input is a socket. ``fork <number>`` comes with a connection, which the new child answers; ``kill
<number>`` ends that child. Only who forked a process knows for certain that its number has not become another's.
When the socket closes, all children are killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import traceback
from pathlib import Path

from pipelines.api.sandbox.running import answer

_MESSAGE = 64
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
    children: dict[int, int] = {}
    while True:
        readable, _, _ = select.select([control.fileno(), ended], [], [])
        if ended in readable:
            os.read(ended, _MESSAGE)
            _bury(children)
        if control.fileno() in readable and not _obey(control, children):
            break
    for process in children.values():
        os.kill(process, signal.SIGKILL)


def _obey(control: socket.socket, children: dict[int, int]) -> bool:
    """Do what the next message says; ``False`` when there will be none."""
    message, descriptors, _, _ = socket.recv_fds(control, _MESSAGE, 1)
    if not message:
        return False
    order, _, number = message.decode("ascii").partition(" ")
    if order == "kill":
        if int(number) in children:
            os.kill(children[int(number)], signal.SIGKILL)
        return True
    (descriptor,) = descriptors
    process = os.fork()
    if process == 0:
        _be_child(control, descriptor)
    os.close(descriptor)
    children[int(number)] = process
    return True


def _bury(children: dict[int, int]) -> None:
    for number, process in list(children.items()):
        if os.waitpid(process, os.WNOHANG)[0]:
            del children[number]


def _be_child(control: socket.socket, descriptor: int) -> None:
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        with contextlib.suppress(OSError):  # Not where there is no /proc that may be written.
            Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
        os.environ.clear()
        os.chdir("/")
        answer(socket.socket(fileno=descriptor))
        status = 0
    except BaseException:
        # Where in the program, without the text of the error, which may tell values.
        print(*traceback.format_tb(sys.exc_info()[2]), file=sys.stderr)  # noqa: T201
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
