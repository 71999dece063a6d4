"""Run ``gongkai`` with little memory. Used by the tests of hostile deliveries, as a program: megabytes, arguments.

Writes its peak memory in megabytes, and the seconds of CPU that it and its processes took, to standard error, last.
"""

from __future__ import annotations

import resource
import sys

from own_peak import peak_megabytes

if __name__ == "__main__":
    limit = int(sys.argv[1]) << 20
    # The soft limit alone: workbooks are tried out in processes with limits of their own.
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from pipelines.cli.main import app

    try:
        app(sys.argv[2:])
    finally:
        used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        seconds = sum(usage.ru_utime + usage.ru_stime for usage in used)
        sys.stderr.write(f"\n{peak_megabytes()} {seconds}\n")
