"""Writing a raw table: one Parquet file, row group by row group, complete or not there at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.core.files import PRIVATE_FILE_MODE, flush_file, flush_folder
from pipelines.core.records import CELLS_COLUMN, EXTRA_COLUMN, FILE_COLUMN, ROW_COLUMN, SHEET_COLUMN
from pipelines.ingest.batches import BATCH_ROWS, Batch

RAW_TABLE = "raw.parquet"
_COORDINATES = 5


class Part:
    """Rows that share their labels, in a file of their own until the table is finished."""

    def __init__(self, path: Path, labels: tuple[str, ...]) -> None:
        self.path, self.labels = path, labels
        self.rows = 0
        self._schema = _schema(len(labels))
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")

    def places(self, labels: Sequence[str]) -> list[int]:
        """Where each of the part's columns is among ``labels``; repeated labels are matched in their order."""
        waiting: dict[str, list[int]] = {}
        for place, label in enumerate(labels):
            waiting.setdefault(label, []).append(place)
        return [waiting[label].pop(0) for label in self.labels]

    def write(self, file: str, sheet: str | None, batch: Batch, places: Sequence[int], positional: bool) -> None:
        """Append rows. ``positional``: short rows can be told as such, because the columns are the file's own."""
        if not len(batch):
            return
        rows = len(batch)
        arrays = [
            pa.array([file] * rows, pa.string()),
            pa.array([sheet] * rows, pa.string()),
            pa.array(batch.numbers, pa.int64()),
            pa.array(_delivered_cells(batch, len(places), positional), pa.int32()),
            pa.array(batch.extra, pa.list_(pa.string())) if any(batch.extra) else pa.nulls(rows, pa.list_(pa.string())),
            *(pa.array(batch.columns[place], pa.string()) for place in places),
        ]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += rows

    def close(self) -> None:
        """End the file. Closing again does nothing."""
        self._writer.close()


class RawTableWriter:
    """Writes ``<folder>/raw.parquet``. Files of one layout share their labels; those of several are put together."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RAW_TABLE
        self._folder = folder
        self._parts: list[Part] = []
        self._by_layout: dict[str, Part] = {}

    def __enter__(self) -> RawTableWriter:
        self._clear()
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        for part in self._parts:
            part.close()
        self._clear()

    @property
    def rows(self) -> int:
        """Rows written so far."""
        return sum(part.rows for part in self._parts)

    @property
    def labels(self) -> tuple[str, ...]:
        """The table's labels: those of the first part, then what the others add."""
        return tuple(label for label, _ in self._columns())

    def labels_of(self, layout: str) -> tuple[str, ...]:
        """The labels that files of a layout have come with so far."""
        part = self._by_layout.get(layout)
        return part.labels if part is not None else ()

    def part(self, layout: str, labels: tuple[str, ...]) -> Part | None:
        """Where rows of that layout go; ``None`` when an earlier file of the layout had other labels."""
        known = self._by_layout.get(layout)
        if known is None:
            same = (part for part in self._parts if Counter(part.labels) == Counter(labels))
            known = next(same, None)
            if known is None:
                known = Part(self._temporary(len(self._parts)), labels)
                self._parts.append(known)
            self._by_layout[layout] = known
        return known if Counter(known.labels) == Counter(labels) else None

    def finish(self) -> None:
        """Make the table durable under its name."""
        for part in self._parts:
            part.close()
        whole = self._parts[0].path if len(self._parts) == 1 else self._merged()
        whole.chmod(PRIVATE_FILE_MODE)
        flush_file(whole)
        whole.replace(self.path)
        flush_folder(self._folder)

    def _merged(self) -> Path:
        columns = self._columns()
        target = self._temporary(len(self._parts))
        with pq.ParquetWriter(target, _schema(len(columns)), compression="zstd") as writer:
            for part in self._parts:
                for batch in _widened(part, columns):
                    writer.write_table(batch)
        return target

    def _columns(self) -> list[tuple[str, int]]:
        """The table's columns, each as its label and which occurrence of that label it is."""
        return list(dict.fromkeys(column for part in self._parts for column in _occurrences(part.labels)))

    def _temporary(self, number: int) -> Path:
        return self._folder / f".{RAW_TABLE}.{number}.tmp"

    def _clear(self) -> None:
        for leftover in self._folder.glob(f".{RAW_TABLE}.*.tmp"):
            leftover.unlink()


def stored_rows(table: Path) -> int:
    """The rows of a finished table, as its file tells them."""
    return int(pq.read_metadata(table).num_rows)


def _widened(part: Part, columns: Sequence[tuple[str, int]]) -> Iterator[pa.Table]:
    """A part's rows with all columns of the table: those it has not are absent cells."""
    places = {column: place for place, column in enumerate(_occurrences(part.labels))}
    schema = _schema(len(columns))
    added = len(columns) - len(part.labels)
    keeps_order = [places.get(column) for column in columns[: len(places)]] == list(range(len(places)))
    with pq.ParquetFile(part.path) as stored:
        for batch in stored.iter_batches(batch_size=BATCH_ROWS):
            absent = pa.nulls(batch.num_rows, pa.string())
            cells = [batch.column(places[name] + _COORDINATES) if name in places else absent for name in columns]
            counts = [
                # A short row stays one only where nothing but absent cells can follow.
                count if keeps_order and count < len(places) else max(count, len(places)) + added
                for count in batch.column(CELLS_COLUMN).to_pylist()
            ]
            coordinates = [batch.column(name) for name in (FILE_COLUMN, SHEET_COLUMN, ROW_COLUMN)]
            arrays = [*coordinates, pa.array(counts, pa.int32()), batch.column(EXTRA_COLUMN), *cells]
            yield pa.Table.from_arrays(arrays, schema=schema)


def _occurrences(labels: Sequence[str]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    found = []
    for label in labels:
        found.append((label, seen[label]))
        seen[label] += 1
    return found


def _delivered_cells(batch: Batch, columns: int, positional: bool) -> list[int]:
    """Cells per row as the table's columns count them: fewer than there are labels only in a short row."""
    if not any(batch.extra):
        return batch.present if positional else [columns] * len(batch)
    counts: list[int] = []
    for present, extra in zip(batch.present, batch.extra, strict=True):
        whole = present if positional else columns
        counts.append(whole + len(extra) if extra else whole)
    return counts


def _schema(columns: int) -> pa.Schema:
    cells: list[tuple[str, pa.DataType]] = [(f"c{number}", pa.string()) for number in range(columns)]
    return pa.schema(
        [
            (FILE_COLUMN, pa.string()),
            (SHEET_COLUMN, pa.string()),
            (ROW_COLUMN, pa.int64()),
            (CELLS_COLUMN, pa.int32()),
            (EXTRA_COLUMN, pa.list_(pa.string())),
            *cells,
        ]
    )
