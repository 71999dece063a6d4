"""What a verdict costs: the engine against other validators and against merely reading the file.

``python -m benchmarks.validate.run`` generates files from a seed in a temporary folder and prints a Markdown table per
file. Every measurement runs in a process of its own; the contestants take turns, and the tables give medians with
the least and the most. Exit code 1: a contestant failed, or the engine and frictionless did not find the same errors.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from pathlib import Path

from benchmarks.validate.contestants.registry import CONTESTANTS
from benchmarks.validate.rounds import Comparison, compare, tell
from benchmarks.validate.suite import KINDS, ROWS, cases
from benchmarks.validate.tables import as_json, machine, markdown


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", choices=ROWS, default="quick", help="how many rows: %(default)s")
    parser.add_argument("--rows", type=_positive, help="rows of payments instead; other files have a share of it")
    parser.add_argument("--large", action="store_true", help="also a payments table of ten times as many rows")
    parser.add_argument("--rounds", type=_positive, default=3, help="%(default)s")
    parser.add_argument("--reference-rows", type=_positive, help="rows that frictionless gets; its times are scaled")
    parser.add_argument("--files", nargs="+", choices=KINDS, default=list(KINDS), help="kinds of files")
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was measured to FILE")
    return parser.parse_args()


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: a number from 1 is needed")
    return int(text)


def _installed(names: list[str]) -> list[str]:
    """The contestants that can take part; says which cannot."""
    installed = [name for name in names if importlib.util.find_spec(CONTESTANTS[name].needs) is not None]
    for name in sorted(set(names) - set(installed)):
        tell(f"{name} is left out: {CONTESTANTS[name].needs} is not installed ('make bench' installs it)")
    return installed or sys.exit("no contestant is installed")


def main() -> None:
    given = _arguments()
    names = _installed(given.contestants)
    where = machine()
    versions = ", ".join(f"{name} {version}" for name, version in where["versions"].items())
    print(f"{where['cores']} cores, load {where['load'][0]:.1f}, Python {where['python']}, {versions}; "
          f"medians of {given.rounds} (least–most)\n", flush=True)  # fmt: skip
    done: list[Comparison] = []
    for case in cases(given.files, given.rows or ROWS[given.suite], given.large):
        done.append(compare(case, names, given.rounds, given.reference_rows))
        print(markdown(done[-1]), flush=True)
        if given.json is not None:
            record = {"machine": where, "files": [as_json(comparison) for comparison in done]}
            given.json.write_text(json.dumps(record, indent=1), "utf-8")
    sys.exit(not all(map(_sound, done)))


def _sound(comparison: Comparison) -> bool:
    both = comparison.agreement
    agree = both is None or both.frictionless == both.engine
    return agree and all(entry.failure is None for entry in comparison.entries)


if __name__ == "__main__":
    main()
