"""Runs the process that writes a copy, with limited memory and time."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

from pipelines.validate.annotate import writer_process
from pipelines.validate.annotate.job import Job

#: Seconds for one workbook; the largest that is accepted takes a few minutes.
_MAX_SECONDS = 3600


def write_copy(job: Job, work: Path) -> bool:
    """Write the copy that a job describes; tell whether the workbook could be taken over. ``work``: a private folder.

    Raises:
        OSError: when the disk is full.
    """
    # The library's temporary files hold what was delivered. Linear algebra is loaded with it and not used.
    environment = {**os.environ, "TMPDIR": str(work), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-I", writer_process.__file__]
    try:
        done = subprocess.run(  # noqa: S603
            command, input=json.dumps(job.as_dict()).encode(), capture_output=True, timeout=_MAX_SECONDS, check=False,
            env=environment,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    if done.returncode == writer_process.DISK_FULL:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(work))
    return done.returncode == writer_process.DONE
