"""Run ``gongkai validate`` on many files in one process with little memory. Used by tests, as a program.

Reads a list of argument lists as JSON, writes per list: exit code, seconds of CPU, what was printed, what was raised.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from typing import Any

from own_peak import peak_megabytes
from typer.testing import CliRunner

from pipelines.cli.main import app

NOBODY = 65_534


def run(arguments: list[str]) -> dict[str, Any]:
    as_other = arguments[0] == "as-other"
    if as_other and os.geteuid() == 0:
        os.seteuid(NOBODY)
    began = time.process_time()
    result = CliRunner().invoke(app, ["validate", *arguments[as_other:]])
    seconds = time.process_time() - began
    if as_other and os.getuid() == 0:
        os.seteuid(0)
    raised = None if result.exception is None or isinstance(result.exception, SystemExit) else repr(result.exception)
    return {"exit": result.exit_code, "seconds": seconds, "output": result.output, "raised": raised}


if __name__ == "__main__":
    limit = int(sys.argv[1]) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    found = [run(arguments) for arguments in json.load(sys.stdin)]
    json.dump({"found": found, "peak": peak_megabytes()}, sys.stdout)
