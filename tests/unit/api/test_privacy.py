"""What other processes of the server's user can read of it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

#: A process forks another, which reads its environment. Root may read everything, so both give up what root may; after
#: that a process is closed in any case, until it says otherwise.
_SCRIPT = """
import ctypes, os, subprocess, sys
from pathlib import Path
from pipelines.api.privacy import hide_from_others

if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
if sys.argv[1] == "hidden":
    hide_from_others()
if os.fork() == 0:
    for name in ("environ", "mem", "maps"):
        try:
            os.close(os.open(f"/proc/{os.getppid()}/{name}", os.O_RDONLY))
            print(name, "opened")
        except PermissionError:
            print(name, "refused")
    sys.stdout.flush()
    os._exit(0)
os.wait()
# Programs that it starts are as usual: they may write what is theirs, such as who is to go first.
started = ["sh", "-c", "echo 1000 > /proc/self/oom_score_adj && echo begun"]
print(subprocess.run(started, capture_output=True, text=True).stdout)
"""


@pytest.mark.parametrize(("how", "told"), [("open", "opened"), ("hidden", "refused")])
def test_processes_of_the_same_user_cannot_read_the_servers_environment(how: str, told: str) -> None:
    environment = {**os.environ, "AWS_SECRET_ACCESS_KEY": "secret"}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, how], env=environment, capture_output=True, text=True, check=True,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    lines = done.stdout.split("\n")
    assert f"environ {told}" in lines and f"mem {told}" in lines and f"maps {told}" in lines, done
    assert "begun" in lines
