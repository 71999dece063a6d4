"""Faults at system calls of another process, whoever makes them: DuckDB's and SQLite's own code too.

The process puts itself under a seccomp filter (Linux, seccomp_unotify(2)) that asks this one before every call that
changes files; the answer is to go on, to fail, or a signal. Linux on x86-64 only; no privileges are needed.
"""

from __future__ import annotations

import array
import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from faults import Kind

#: System calls of x86-64 that change files.
CHANGING = {
    1: "write", 18: "pwrite64", 20: "writev", 40: "sendfile", 74: "fsync", 75: "fdatasync", 76: "truncate",
    77: "ftruncate", 82: "rename", 83: "mkdir", 84: "rmdir", 86: "link", 87: "unlink", 90: "chmod", 91: "fchmod",
    257: "openat", 258: "mkdirat", 263: "unlinkat", 264: "renameat", 265: "linkat", 268: "fchmodat", 280: "utimensat",
    285: "fallocate", 296: "pwritev", 316: "renameat2", 326: "copy_file_range",
}  # fmt: skip
_REMOVING = {"rmdir", "unlink", "unlinkat"}
_WRITING_TO = {"write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "ftruncate", "fchmod", "fallocate"}
_OPENAT = 257
_SECCOMP, _SET_FILTER, _NEW_LISTENER = 317, 1, 1 << 3
_NO_NEW_PRIVILEGES = 38
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000


@dataclass
class Watch:
    """What to do: let the ``fatal``-th call (from 1) go wrong, none for 0; and what was seen."""

    fatal: int = 0
    kind: Kind = Kind.EIO
    names: list[str] = field(default_factory=list)

    def decide(self, name: str) -> int | None:
        """An error's number; 0 to go on; ``None`` to kill."""
        self.names.append(name)
        at = len(self.names)
        if not self.fatal or at < self.fatal:
            return 0
        if self.kind is Kind.FULL:
            return errno.ENOSPC if name not in _REMOVING else 0
        if at > self.fatal:
            return 0
        return {Kind.KILL: None, Kind.EIO: errno.EIO, Kind.ENOSPC: errno.ENOSPC}[self.kind]


def run_watched(work: Callable[[], int], watch: Watch) -> int:
    """Do ``work`` in a fork of this process; its exit status (a signal: negative)."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        raise SystemExit("Linux on x86-64 is needed")
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        status = 1
        try:
            _ask_before_calls(theirs)
            status = work()
        finally:
            os._exit(status)
    theirs.close()
    _, parts, *_ = ours.recvmsg(1, socket.CMSG_SPACE(4))
    listener = array.array("i", parts[0][2])[0]
    try:
        _answer(child, listener, watch)
    finally:
        os.close(listener)
        ours.close()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _ask_before_calls(line: socket.socket) -> None:
    program = _filter([number for number in CHANGING if number != _OPENAT])
    code = b"".join(struct.pack("HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")
    listener = libc.syscall(_SECCOMP, _SET_FILTER, _NEW_LISTENER, header)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    socket.send_fds(line, [b"x"], [listener])
    os.close(listener)


def _filter(numbers: list[int]) -> list[tuple[int, int, int, int]]:
    """A program of Berkeley's packet filter: ask before the calls of those numbers, and before opening to write."""
    load, equal, any_bit, end = 0x20, 0x15, 0x45, 0x06
    program = [
        (load, 0, 0, 0),  # The call's number.
        (equal, 0, 4, _OPENAT),
        (load, 0, 0, 32),  # Its third argument.
        (any_bit, 0, 1, os.O_WRONLY | os.O_RDWR),
        (end, 0, 0, _ASK),
        (end, 0, 0, _ALLOW),
    ]
    program += [(equal, len(numbers) - at, 0, number) for at, number in enumerate(numbers)]
    return [*program, (end, 0, 0, _ALLOW), (end, 0, 0, _ASK)]


def _answer(child: int, listener: int, watch: Watch) -> None:
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        if any(event & select.POLLHUP for _, event in poll.poll()):
            return
        question = bytearray(80)
        try:
            fcntl.ioctl(listener, _RECEIVE, question)
        except OSError as problem:
            if problem.errno in {errno.ENOENT, errno.EINTR}:
                continue  # Whoever asked is gone.
            raise
        name, first = CHANGING[struct.unpack_from("i", question, 16)[0]], struct.unpack_from("Q", question, 32)[0]
        decision: int | None = 0
        if name not in _WRITING_TO or _is_file(child, first):
            decision = watch.decide(name)
        if decision is None:
            os.kill(child, signal.SIGKILL)
            continue
        flags = 0 if decision else _CONTINUE
        answer = struct.pack("QqiI", struct.unpack_from("Q", question)[0], 0, -decision, flags)
        try:
            fcntl.ioctl(listener, _SEND, answer)
        except OSError as problem:
            if problem.errno != errno.ENOENT:
                raise


def _is_file(process: int, handle: int) -> bool:
    try:
        return Path(f"/proc/{process}/fd/{handle}").readlink().is_absolute()
    except OSError:
        return False
