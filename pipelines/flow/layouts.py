"""What a delivery showed about its dataset's layouts, and taking that into the descriptor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.core.files import replace_file
from pipelines.registry import Dataset
from pipelines.registry.editing import with_value

_DESCRIPTOR, _HEADER_ROW = "dataset.yaml", "header_row"


@dataclass(frozen=True)
class LayoutChange:
    """A value of a layout in ``dataset.yaml``: what it was and what the delivery showed."""

    layout: str
    key: str
    declared: int
    found: int
    path: Path

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {**vars(self), "path": str(self.path)}


class ContradictoryLayouts(Exception):
    """Tables of one layout have their headers on different rows: no layout fits all of them."""

    def __init__(self, layout: str, rows: tuple[int, ...]) -> None:
        self.layout, self.rows = layout, rows
        super().__init__(layout)


def layout_changes(dataset: Dataset, outcome: Mapping[str, Any]) -> list[LayoutChange]:
    """Where a delivery's tables are laid out otherwise than declared.

    Args:
        outcome: the document of a decided delivery.

    Raises:
        ContradictoryLayouts: its tables differ among themselves.
    """
    rows: dict[str, set[int]] = defaultdict(set)
    for reading in outcome["readings"]:
        rows[reading["layout"]].add(reading["header_row"])
    changes = []
    for layout in dataset.descriptor.layouts:
        found = sorted(rows.get(layout.name, ()))
        if found in ([], [layout.header_row]):
            continue
        if len(found) > 1:
            raise ContradictoryLayouts(layout.name, tuple(found))
        path = dataset.folder / _DESCRIPTOR
        changes.append(LayoutChange(layout.name, _HEADER_ROW, layout.header_row, found[0], path))
    return changes


def accept_layouts(dataset: Dataset, changes: list[LayoutChange]) -> None:
    """Write changes into ``dataset.yaml``; everything else in it stays as it is, comments included.

    Deliveries of the dataset are decided again by the next run.
    """
    names = [layout.name for layout in dataset.descriptor.layouts]
    path = dataset.folder / _DESCRIPTOR
    text = path.read_text(encoding="utf-8")
    wanted = yaml.safe_load(text)
    for change in changes:
        place = names.index(change.layout)
        text = with_value(text, ("layouts", place, change.key), str(change.found))
        wanted["layouts"][place][change.key] = change.found
    if yaml.safe_load(text) != wanted:  # anchors that several layouts share
        raise KeyError(path)
    replace_file(path, text.encode(), path.stat().st_mode & 0o777)
