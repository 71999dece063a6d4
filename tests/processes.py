"""Processes below this one, and what they are."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def children() -> set[int]:
    """Processes below this one, as far down as they go."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, check=True, text=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in listed.splitlines())}
    below: set[int] = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return below


def command_of(pid: int) -> str:
    """Its command line; nothing for processes that have ended, also while nobody has asked how."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""
