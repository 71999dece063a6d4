"""A difference as a file: CSV (long form), Parquet (wide form) or JSON Lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from pipelines.core.files import temporary_beside
from pipelines.publish.diff.forms import Form, finished
from pipelines.publish.diff.model import PeriodChanges
from pipelines.publish.diff.versions import VersionDiff
from pipelines.publish.errors import FileExists

_Write = Callable[[pa.RecordBatch], None]


def write_diff(
    diff: VersionDiff, target: Path, progress: Callable[[str, int], None] | None = None
) -> tuple[PeriodChanges, ...]:
    """Write the rows that differ to a new file; the suffix says its format (see :data:`FORMATS`). Streams.

    Args:
        diff: the difference.
        target: the file.
        progress: is told of rows as they are written, with their period.

    Returns:
        How many rows of each period were added, removed and changed.

    Raises:
        KeyError: when the suffix is none of ``FORMATS``.
        FileExists: when there is a file of that name.
        CorruptStore: when a file of the catalog is missing.
    """
    form, opened = FORMATS[target.suffix.lower()]
    if target.exists():
        raise FileExists(str(target))
    counts: dict[str, dict[str, int]] = {}
    with temporary_beside(target) as temporary:
        with opened(temporary, diff.schema(form)) as write:
            for batch in diff.unfinished(form):
                period = batch.column("period")[0].as_py()
                _add(counts.setdefault(period, {}), batch)
                write(finished(form, batch))
                if progress is not None:
                    progress(period, batch.num_rows)
        temporary.rename(target)
    return tuple(PeriodChanges(period, **found) for period, found in counts.items())


def _add(counts: dict[str, int], batch: pa.RecordBatch) -> None:
    columns = {name: batch.column(name) for name in ("change", "rows") if name in batch.schema.names}
    for change in pc.unique(columns["change"]).to_pylist():
        of_change = pc.equal(columns["change"], change)
        rows = pc.sum(columns["rows"].filter(of_change)) if "rows" in columns else pc.sum(of_change)
        counts[change] = counts.get(change, 0) + rows.as_py()


@contextmanager
def _csv(path: Path, schema: pa.Schema) -> Iterator[_Write]:
    with pacsv.CSVWriter(path, schema) as writer:
        yield writer.write_batch


@contextmanager
def _parquet(path: Path, schema: pa.Schema) -> Iterator[_Write]:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield writer.write_batch


@contextmanager
def _json_lines(path: Path, schema: pa.Schema) -> Iterator[_Write]:
    (name,) = schema.names
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yield lambda batch: stream.writelines(f"{line}\n" for line in batch.column(name).to_pylist())


_Opened = Callable[[Path, pa.Schema], AbstractContextManager[_Write]]
#: Suffix → the form of the file's rows, and what writes it.
FORMATS: dict[str, tuple[Form, _Opened]] = {
    ".csv": (Form.LONG, _csv),
    ".jsonl": (Form.JSON, _json_lines),
    ".parquet": (Form.WIDE, _parquet),
}
