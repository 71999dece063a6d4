"""Who takes part, and how many cells each is given at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.validate.contestants import (
    engine,
    expectations,
    pandera_pandas,
    pandera_polars,
    reference,
    scans,
)
from benchmarks.validate.files.kinds import Task

#: What a frame of text with all its copies needs a few gigabytes for.
_FRAME = 10_000_000
#: What takes about ten seconds when each cell is read by itself.
_BY_CELL = 500_000


@dataclass(frozen=True)
class Contestant:
    """A way to read or validate a file.

    Attributes:
        run: does it and gives the number of errors, or of rows if it only reads.
        needs: the module that has to be installed.
        judges: whether it finds errors.
        most_cells: larger files are cut to this many cells and what was measured is scaled; ``None``: never.
        most_faulty_cells: the same for files with faulty cells.
    """

    label: str
    run: Callable[[Task], int]
    needs: str
    judges: bool = True
    most_cells: int | None = None
    most_faulty_cells: int | None = None


REFERENCE = "frictionless"
ENGINE = "engine"
CONTESTANTS = {
    "arrow": Contestant("pyarrow.csv, one thread", scans.arrow_one_thread, "pyarrow", judges=False),
    "arrow-threads": Contestant("pyarrow.csv, threads", scans.arrow_threads, "pyarrow", judges=False),
    "duckdb": Contestant("DuckDB", scans.duckdb, "duckdb", judges=False),
    ENGINE: Contestant("engine", engine.judge, "pipelines"),
    REFERENCE: Contestant("frictionless", reference.judge, "frictionless", True, _BY_CELL, _BY_CELL),
    # A column with a cell that cannot be coerced is coerced cell by cell.
    "pandera-pandas": Contestant("pandera, pandas", pandera_pandas.judge, "pandera", True, _FRAME, _BY_CELL),
    "pandera-polars": Contestant("pandera, polars", pandera_polars.judge, "polars", True, _FRAME, _FRAME),
    "gx": Contestant("Great Expectations", expectations.judge, "great_expectations", True, _FRAME, _FRAME),
}
#: Whose cheaper one is the floor that the others are compared with.
FLOORS = ("arrow", "arrow-threads")
