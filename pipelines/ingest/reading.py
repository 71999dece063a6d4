"""Reading a delivery: from landed bytes to one table of text with source coordinates."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.core.accounts import Stage, require_all
from pipelines.core.errors import DeliveryRejected
from pipelines.core.files import PRIVATE_FOLDER_MODE
from pipelines.core.findings import Location, Severity
from pipelines.core.records import Delivery, RawTable
from pipelines.ingest.formats import disguised
from pipelines.ingest.problems import Unreadable, read_finding
from pipelines.ingest.raw_tables import RawTableWriter, stored_rows
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile, source_files
from pipelines.ingest.tables import Progress, TableReader
from pipelines.ingest.templates import layout_of
from pipelines.registry import Catalog, Dataset


def read(
    delivery: Delivery, dataset: Dataset, catalog: Catalog, folder: Path, progress: Progress | None = None
) -> RawTable:  # fmt: skip
    """Read all files of a delivery into ``folder/raw.parquet``.

    The files, their archives' members and their sheets are parts of one table: files of one layout have the same
    labels after renaming and tidy steps, in any order; a column that only other layouts have is absent in their
    rows. Nothing is read in part: one unreadable file rejects the delivery, with the findings about all files.

    Args:
        delivery: What was landed.
        dataset: Its dataset, whose layouts say how files come.
        catalog: Code lists and organisations for the tidy steps.
        folder: The delivery's private work folder; created when it does not exist.
        progress: Called with the number of rows read since the last call.

    Returns:
        The table, with ``rows + sum(excluded) == rows_in_files``. A row that ``unpivot`` makes several rows of
        counts that often in ``rows_in_files``; the step's own entry in ``steps`` is the number of rows gained.
        Keys of ``steps`` are ``<layout>/<position from 1>:<step>``. In the Parquet file ``_cells`` is smaller than
        the number of labels for short rows of files whose columns are the table's columns, in their order.

    Raises:
        DeliveryRejected: when any finding is an error; no table is left behind.
        RowsUnaccounted: a defect: rows of the files are neither in the table nor counted as left out.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER_MODE)
    with RawTableWriter(folder) as writer, _scratch(folder) as scratch:
        reader = TableReader(delivery, dataset, catalog, writer, progress)
        for source in source_files(delivery, scratch, reader.findings):
            _read_source(source, reader)
        if not reader.readings and not reader.findings:
            reader.findings.append(read_finding("nothing-delivered", Location()))
        if any(finding.severity is Severity.ERROR for finding in reader.findings):
            raise DeliveryRejected(reader.findings)
        writer.finish()
        tally = reader.tally
        # What the readers passed on is counted apart from what was done with it.
        require_all(Stage.READ, reader.delivered + tally.gained, tally.in_files)
        require_all(Stage.READ, tally.in_files, stored_rows(writer.path), tally.excluded.total())
        return RawTable(
            delivery=delivery,
            parquet=writer.path,
            labels=writer.labels or (),
            rows=writer.rows,
            rows_in_files=tally.in_files,
            excluded=dict(sorted(tally.excluded.items())),
            steps=dict(reader.steps),
            readings=tuple(reader.readings),
            findings=tuple(reader.findings),
        )


def _read_source(source: SourceFile, reader: TableReader) -> None:
    try:
        layout = layout_of(source, reader.dataset, reader.findings)
        warning = disguised(source.name, layout.format, source.delivered)
        if warning is not None:
            reader.findings.append(warning)
        for grid in open_grids(source, layout, reader.findings):
            reader.read(grid, layout)
    except Unreadable as fault:
        reader.findings.append(fault.finding)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for the members of archives, gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix=".members-", dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path)
