"""What the engine's parts hand to each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.core.messages import Message, Parameter

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]
Cells = Sequence[str | None]


class Uncertified(Exception):
    """The input is outside the ground where the engine is known to judge as frictionless does.

    It is no fault of the data: the caller lets frictionless judge the whole table instead. ``reason`` names
    a property of the file or schema, never a value.
    """

    def __init__(self, reason: str, /, **params: Parameter) -> None:
        self.reason = Message(reason, params)
        super().__init__(self.reason.text())


class ReferenceFailed(Exception):
    """Frictionless itself raised on a value that Python cannot compare or hash: there is no verdict.

    ``ordinal`` is the first row without one; ``kind`` the type of what was raised (its text may quote a value).
    """

    def __init__(self, ordinal: int, kind: str) -> None:
        self.ordinal = ordinal
        self.kind = kind
        super().__init__(f"frictionless raised {kind} at row {ordinal}")


@dataclass(frozen=True)
class Block:
    """Rows that are judged together.

    ``columns`` holds one array of text (plain or dictionary-encoded) per expected field; ``numbers`` the row
    numbers as frictionless counts them; ``ragged`` the full cells, by position in the block, of rows that are
    not as long as the header: short ones are padded with nulls in ``columns``.
    """

    columns: Sequence[pa.Array]
    numbers: Positions
    ragged: Mapping[int, Cells] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the block has."""
        return len(self.numbers)

    def cells(self, positions: Positions) -> list[list[str | None]]:
        """The delivered cells of the rows at ``positions``, row by row."""
        if len(positions) == 0:
            return []
        chosen = pa.array(positions)
        rows = zip(*(column.take(chosen).to_pylist() for column in self.columns), strict=True)
        return [
            list(self.ragged[position]) if position in self.ragged else list(cells)
            for position, cells in zip(positions.tolist(), rows, strict=True)
        ]


@dataclass
class RowFacts:
    """What only the whole table can tell about a row; earlier rows are given by their row number.

    ``unique`` goes by field name, ``own_keys`` by the position in ``uniqueKeys``, ``unresolved`` holds positions
    in ``foreignKeys``.
    """

    unique: dict[str, int] = field(default_factory=dict)
    primary: int | None = None
    unresolved: set[int] = field(default_factory=set)
    own_keys: dict[int, int] = field(default_factory=dict)


NO_FACTS = RowFacts()
