"""Loads a workbook on trial, in a process of its own: ``python -I workbook_trial.py <path>``.

A damaged workbook can make the library that parses it ask for more memory than there is, which ends the process
it runs in. So that this is never ours, every workbook is loaded here first, with little memory; the same bytes
then load in the same way. This module is run as a script and imports nothing of the project.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from enum import IntEnum
from pathlib import Path

#: Address space for one workbook, several times what the largest sheet that is accepted takes.
MAX_MEMORY = 4 << 30
#: Seconds after which a workbook counts as damaged.
MAX_SECONDS = 300


class Outcome(IntEnum):
    """How a trial ended: the script's exit status."""

    LOADED = 0
    ENCRYPTED = 3
    DAMAGED = 4


def try_workbook(path: Path) -> Outcome:
    """Load all worksheets of a workbook in another process and tell how that went."""
    command = [sys.executable, "-I", __file__, str(path)]
    try:
        status = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS, check=False).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        return Outcome.DAMAGED
    return Outcome(status) if status in set(Outcome) else Outcome.DAMAGED


def _load(path: str) -> Outcome:
    import python_calamine as calamine

    try:
        with calamine.load_workbook(path) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                    loaded = workbook.get_sheet_by_name(sheet.name)
                    for _ in loaded.iter_rows():
                        pass
                    _ = loaded.merged_cell_ranges
    except calamine.PasswordError:
        return Outcome.ENCRYPTED
    except BaseException:  # a panic of the library derives from BaseException only
        return Outcome.DAMAGED
    return Outcome.LOADED


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(_load(sys.argv[1]))
