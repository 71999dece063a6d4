"""Where the cells of a table's columns come from in the sheet: the tidy steps, followed by column instead of by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipelines.ingest.steps.columns import template_fields
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import (
    Compose,
    Constant,
    FillDown,
    FromDelivery,
    Indent,
    Lookup,
    Scale,
    Split,
    Step,
    Unpivot,
)


@dataclass(frozen=True)
class Origin:
    """The delivered columns that a column's cells come from, by their positions among the header's, from 0.

    Without any, the cells come from the layout or the delivery. ``one_of``: each cell comes from one of the columns,
    not from all. ``empty_too``: then also from an empty one.
    """

    places: tuple[int, ...] = ()
    one_of: bool = False
    empty_too: bool = False


@dataclass(frozen=True)
class Origins:
    """``columns``: the table's labels in their order. ``by_name``: every name that a column has had on its way.

    ``filled``: columns whose empty cells a step fills from elsewhere.
    """

    columns: tuple[tuple[str, Origin], ...]
    by_name: Mapping[str, Origin]
    filled: frozenset[str] = frozenset()


def origins_of(names: Sequence[str | None], layout: Layout) -> Origins:
    """Follow the columns of a header, as ``headers.renamed`` names them, through the steps of the layout."""
    trace = _Trace(names)
    for step in layout.steps:
        trace.apply(step)
    return Origins(tuple(trace.columns), trace.known, frozenset(trace.filled))


class _Trace:
    """The columns as they stand after each step. What steps complete or add mirrors ``ingest.steps``."""

    def __init__(self, names: Sequence[str | None]) -> None:
        self.columns = [(name, Origin((place,))) for place, name in enumerate(names) if name is not None]
        self.known: dict[str, Origin] = {}
        for name, origin in self.columns:
            self.known.setdefault(name, origin)
        #: Columns whose empty cells a step fills: an empty cell does not mean that there is no row.
        self.filled: set[str] = set()

    def apply(self, step: Step) -> None:
        """Go on by one step; those that change cells in place or leave out rows move no column."""
        match step:
            case Constant() | FromDelivery():
                self._complete(step.field, Origin())
            case Lookup():
                self._complete(step.field, self.known.get(step.by, Origin()))
            case Scale(unit_field=str(field)):
                self._complete(field, Origin())
            case FillDown():
                self.filled.update(step.fields)
            case Compose():
                self._compose(step)
            case Indent():
                for field in step.made:
                    self._complete(field, self.known.get(step.field, Origin()))
            case Split():
                self._split(step)
            case Unpivot():
                self._unpivot(step)
            case _:
                pass

    def _complete(self, field: str, origin: Origin) -> None:
        """A column that keeps what was delivered: it is the delivered one, or a new one at the end."""
        self.filled.add(field)
        if field not in self._labels():
            self.columns.append((field, origin))
            self.known[field] = origin

    def _compose(self, step: Compose) -> None:
        parts = [self.known[name] for name in template_fields(step.template) if name in self.known]
        if not self.filled.isdisjoint(template_fields(step.template)):
            self.filled.add(step.field)
        certain = _together(part for part in parts if not part.one_of)
        origin = Origin(certain) if certain else next((part for part in parts if part.one_of), Origin())
        labels = self._labels()
        if step.field in labels:
            self.columns[labels.index(step.field)] = (step.field, origin)
        else:
            self.columns.append((step.field, origin))
        self.known[step.field] = origin

    def _split(self, step: Split) -> None:
        origin = self.known.get(step.field)
        labels = self._labels()
        if origin is None or step.field not in labels:
            return
        gone = {labels.index(step.field), *(place for place, label in enumerate(labels) if label in step.parts)}
        kept = [entry for place, entry in enumerate(self.columns) if place not in gone]
        self.columns = [*kept, *((part, origin) for part in step.parts)]
        self.known.update(dict.fromkeys(step.parts, origin))
        if step.field in self.filled:
            self.filled.update(step.parts)

    def _unpivot(self, step: Unpivot) -> None:
        labels = self._labels()
        gone = {labels.index(name) for name in step.columns if name in labels}
        if not gone:
            return
        empty_too = step.keep_missing or not self.filled.isdisjoint(step.columns)
        places = _together(self.columns[place][1] for place in sorted(gone))
        origin = Origin(places, len(places) > 1, empty_too)
        made = {step.name_field, step.value_field}
        kept = [entry for place, entry in enumerate(self.columns) if place not in gone and entry[0] not in made]
        self.columns = [*kept, (step.name_field, origin), (step.value_field, origin)]
        self.known.update({step.name_field: origin, step.value_field: origin})

    def _labels(self) -> list[str]:
        return [label for label, _ in self.columns]


def _together(origins: Iterable[Origin]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(place for origin in origins for place in origin.places))
