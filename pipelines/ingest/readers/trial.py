"""Loads a file on trial, in a process of its own: ``python -I trial.py <kind> <path> <limit> …``.

A damaged workbook or Parquet file can make the library that parses it ask for more memory than there is, or throw
where nobody catches, which ends the process it runs in. So that this is never ours, every such file is loaded here
first, with little memory; the same bytes then load in the same way. This module is run as a script and imports
nothing of the project.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

#: Address space for one file, several times what the largest sheet that is accepted takes.
MAX_MEMORY = 4 << 30
#: What a process like the trial's takes before it loads anything.
_BEFORE = 128 << 20
#: Seconds after which a file counts as damaged.
MAX_SECONDS = 300
#: Rows of Parquet that are unpacked at a time.
_BATCH, _NESTED_BATCH = 4_096, 64


class Outcome(IntEnum):
    """How a trial ended: the script's exit status."""

    LOADED = 0
    ENCRYPTED = 3
    DAMAGED = 4


def try_workbook(path: Path) -> Outcome:
    """Load all worksheets of a workbook in another process and tell how that went.

    Raises:
        MemoryError: it does not fit into what this process may still take, and may fit where there is more.
    """
    return _try("workbook", path)


def try_parquet(path: Path, chunk: int, values: int) -> Outcome:
    """Read a Parquet file in another process and tell how that went.

    Only its footer is read where a column of a row group unpacks to more than ``chunk`` bytes, or a file with nested
    columns has one of more than ``values`` values.

    Raises:
        MemoryError: as :func:`try_workbook`.
    """
    return _try("parquet", path, chunk, values)


def _try(kind: str, path: Path, *limits: int) -> Outcome:
    room = _room()
    command = [sys.executable, "-I", __file__, kind, str(path), str(room), *map(str, limits)]
    try:
        status = subprocess.run(command, capture_output=True, timeout=MAX_SECONDS, check=False).returncode  # noqa: S603
    except subprocess.TimeoutExpired:
        return Outcome.DAMAGED
    if status in set(Outcome):
        return Outcome(status)
    if room < MAX_MEMORY and status < 0:  # a library that gets no memory ends its process by a signal
        raise MemoryError
    return Outcome.DAMAGED


def _room() -> int:
    """The address space that a trial gets: no more than this process, which loads the file next, has left."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return MAX_MEMORY
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    return min(MAX_MEMORY, max(limit - taken, 0) + _BEFORE)


def _load(load: Callable[[], Outcome]) -> Outcome:
    try:
        return load()
    except BaseException:  # a panic of a library derives from BaseException only
        return Outcome.DAMAGED


def _load_workbook(path: str) -> Outcome:
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
    return Outcome.LOADED


def _load_parquet(path: str, chunk: int, values: int) -> Outcome:
    import pyarrow as pa
    import pyarrow.parquet as pq

    footer = pq.read_metadata(path)
    leaves = [footer.schema.column(place) for place in range(len(footer.schema))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    groups = [footer.row_group(place) for place in range(footer.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in range(group.num_columns)]
    with pq.ParquetFile(path, read_dictionary=texts, metadata=footer) as stored:
        nested = any(pa.types.is_nested(kind) for kind in stored.schema_arrow.types)
        if any(each.total_uncompressed_size > chunk or (nested and each.num_values > values) for each in chunks):
            return Outcome.LOADED
        for batch in stored.iter_batches(batch_size=_NESTED_BATCH if nested else _BATCH):
            batch.validate(full=True)
    return Outcome.LOADED


if __name__ == "__main__":
    kind, path, memory, *limits = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (int(memory), int(memory)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if kind == "workbook":
        sys.exit(_load(lambda: _load_workbook(path)))
    sys.exit(_load(lambda: _load_parquet(path, *map(int, limits))))
