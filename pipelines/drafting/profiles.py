"""What the columns of a raw table hold: counted over all rows, batch by batch, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.core.records import RawTable
from pipelines.disclose.scan import suspected_kinds
from pipelines.drafting.shapes import Shapes

#: Different values of a column that are kept; a code list is shorter.
MOST_VALUES = 200
_BATCH_ROWS = 65_536
#: Different values of a column that are known again in later batches.
_MOST_SEEN = 65_536
#: Texts that say that there is no value.
MARKS = ("-", "—", "－", "–", "--", "——", "...", "…", "..", "n/a", "N/A", "NA", "n.a.", "NC", "null", "NULL", "None",
         "无", "#N/A")  # fmt: skip
_ABSENT = pa.array(["", *MARKS])


@dataclass
class Profile:
    """One column. ``missing`` rows have no cell or an empty one; ``marked`` counts the marks for "no value".

    ``values`` are the different values with their counts, ``None`` once there are too many; ``kinds`` counts what
    looks like personal data.
    """

    rows: int = 0
    missing: int = 0
    marked: Counter[str] = field(default_factory=Counter)
    values: Counter[str] | None = field(default_factory=Counter)
    longest: int = 0
    shapes: Shapes = field(default_factory=Shapes)
    kinds: Counter[str] = field(default_factory=Counter)
    seen: pa.Array | None = field(default_factory=lambda: pa.array([], pa.string()))

    @property
    def filled(self) -> int:
        """Rows that have a value."""
        return self.rows - self.missing

    def add(self, column: pa.Array) -> None:
        """Count the cells of a batch."""
        self.rows += len(column)
        counts = pc.value_counts(column.fill_null(""))
        texts, numbers = counts.field("values"), counts.field("counts")
        absent = pc.is_in(texts, value_set=_ABSENT)
        for text, number in zip(texts.filter(absent).to_pylist(), numbers.filter(absent).to_pylist(), strict=True):
            if text:
                self.marked[text] += number
            else:
                self.missing += number
        if self.values is not None:
            self.values.update(dict(zip(texts.to_pylist(), numbers.to_pylist(), strict=True)))
            del self.values[""]
            if len(self.values) > MOST_VALUES:
                self.values = None
        others = self._new(texts.filter(pc.invert(absent)))
        self.shapes.add(others)
        if len(others):
            self.longest = max(self.longest, pc.max(pc.utf8_length(others)).as_py())
            self.kinds.update(suspected_kinds(others))

    def _new(self, values: pa.Array) -> pa.Array:
        """Those of a batch's different values that are not known from earlier ones: most columns repeat theirs."""
        if self.seen is None:
            return values
        new = values.filter(pc.invert(pc.is_in(values, value_set=self.seen))) if len(self.seen) else values
        together = len(self.seen) + len(new)
        self.seen = pa.concat_arrays([self.seen, new]) if together <= _MOST_SEEN else None
        return new


def profile_columns(raw: RawTable, keeps: Callable[[pa.RecordBatch], pa.Array] | None) -> list[Profile]:
    """The columns of a raw table in their order. ``keeps`` tells the rows that count, totals among the others."""
    profiles = [Profile() for _ in raw.labels]
    with pq.ParquetFile(raw.parquet) as stored:
        for batch in stored.iter_batches(batch_size=_BATCH_ROWS):
            rows = _rows(batch, len(profiles), keeps)
            for place, profile in enumerate(profiles):
                profile.add(rows.column(f"c{place}"))
    return profiles


def _rows(
    batch: pa.RecordBatch, columns: int, keeps: Callable[[pa.RecordBatch], pa.Array] | None
) -> pa.RecordBatch:  # fmt: skip
    """The rows that count: neither blank nor totals."""
    keep = pa.array([False] * batch.num_rows)
    for place in range(columns):
        keep = pc.or_(keep, pc.greater(pc.binary_length(batch.column(f"c{place}").fill_null("")), 0))
        if pc.all(keep).as_py():
            break
    return batch.filter(keep if keeps is None else pc.and_(keep, keeps(batch)))
