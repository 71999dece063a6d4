"""Run by the interpreter that has anjana: generalises a Parquet file, prints the levels and how long it took.

``python anjana_contestant.py FILE K SHARE HIERARCHIES.json``. Nothing of gongkai is imported here.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import pyarrow.parquet as pq
import pycanon.anonymity
from anjana.anonymity._k_anonymity import k_anonymity_inner


def main() -> None:
    file, k, share, described = sys.argv[1:]
    with open(described, encoding="utf-8") as stream:  # noqa: PTH123
        hierarchies = {name: {int(level): values for level, values in levels.items()}
                       for name, levels in json.load(stream).items()}  # fmt: skip
    names = list(hierarchies)
    data = pq.read_table(file, columns=names).to_pandas().astype(str)
    began = time.process_time()
    made, suppressed, levels = k_anonymity_inner(data, [], names, int(k), float(share) * 100, hierarchies)
    cpu = time.process_time() - began
    reached = pycanon.anonymity.k_anonymity(made, names) if len(made) else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"levels": {name: int(level) for name, level in levels.items()}, "suppressed": int(suppressed),
                      "cpu": cpu, "k": int(reached), "peak": peak}))  # fmt: skip


if __name__ == "__main__":
    main()
