"""What a record of a JSON document holds, by label: objects inside it taken apart, features of GeoJSON opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.readers.cells import MAX_DEPTH, NumberText, TooDeep
from pipelines.registry.layouts import Layout

#: Before the labels of what a feature has beside its properties: its geometry, its identifier, its extent.
FEATURE = "feature."
_GEOMETRY = "geometry"


class LabelsClash(ValueError):
    """Two values of a record have one label."""


class NotAFeature(ValueError):
    """A record is no feature of GeoJSON (RFC 7946, 3.2)."""


@dataclass
class Shape:
    """How a layout takes records apart. ``geometries`` counts those that were left out.

    ``parents`` are the labels that stood for objects which were taken apart.
    """

    flatten: bool
    geometry: str | None
    geometries: int = 0
    parents: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, layout: Layout) -> Shape:
        """The shape that a layout declares."""
        return cls(layout.nested == "flatten", layout.geometry)

    def cells(self, record: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values of a record by their labels.

        Raises:
            LabelsClash: when two have the same label.
            NotAFeature: when the layout wants features.
            TooDeep: when objects are nested too deep.
        """
        cells = self._opened(record) if self.geometry is not None else record
        if self.flatten and any(isinstance(value, Mapping) for value in cells.values()):
            return _joined(self._flat(cells, ""))
        return cells

    def _opened(self, feature: Mapping[str, Any]) -> Mapping[str, Any]:
        if not is_feature(feature):
            raise NotAFeature
        geometry = feature.get(_GEOMETRY)
        if self.geometry == "leave_out" and geometry is not None:
            self.geometries += 1
        own: dict[str, Any] = {f"{FEATURE}{key}": value for key, value in feature.items()
                               if key not in {"type", "properties", _GEOMETRY}}  # fmt: skip
        if self.geometry == "text" and _GEOMETRY in feature:
            own[FEATURE + _GEOMETRY] = _Whole(geometry) if isinstance(geometry, Mapping) else geometry
        return _joined([*(feature["properties"] or {}).items(), *own.items()])

    def _flat(self, cells: Mapping[str, Any], before: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
        if depth > MAX_DEPTH:
            raise TooDeep
        for key, value in cells.items():
            label = before + key
            if isinstance(value, Mapping) and not isinstance(value, _Whole):
                if value:
                    self.parents.add(label)
                    yield from self._flat(value, f"{label}.", depth + 1)
                else:
                    yield label, None
            else:
                yield label, value


class _Whole(dict[str, Any]):
    """An object that is one cell, however objects are taken apart."""


def is_feature(record: Any) -> bool:
    """Whether a record is a feature: its properties are an object or nothing."""
    return (
        isinstance(record, Mapping) and record.get("type") == "Feature" and "properties" in record
        and (record["properties"] is None or isinstance(record["properties"], Mapping))
    )  # fmt: skip


def label_of(entry: Any) -> str | None:
    """The label that an entry of a list of columns gives: a text, or the ``name``, else the ``id``, of an object."""
    if isinstance(entry, Mapping):
        entry = entry.get("name", entry.get("id"))
    return str(entry) if isinstance(entry, (str, NumberText)) else None


def _joined(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    cells = dict(listed)
    if len(cells) != len(listed):
        raise LabelsClash
    return cells
