"""Do the names in a layout resolve: columns to fields or steps, steps to columns?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.core.identifiers import is_identifier
from pipelines.registry.catalog import Dataset
from pipelines.registry.layouts import Layout
from pipelines.registry.problems import Key
from pipelines.registry.steps import Step

#: How alike a name has to be to a known one to be taken for a misspelling of it (difflib ratio).
_ALIKE = 0.8


@dataclass(frozen=True)
class UnusedColumn:
    """A column is renamed to something that nothing uses."""

    key: Key
    name: str


@dataclass(frozen=True)
class Misspelt:
    """A step names something that does not exist but nearly does."""

    key: Key
    name: str
    similar: str


def layout_names(dataset: Dataset) -> Iterator[UnusedColumn | Misspelt]:
    """Names in the layouts that cannot be meant.

    Labels that a layout does not rename stay as they are delivered, so an unknown name in a step may be a
    label; only what nearly is a known name is told.
    """
    fields = {spec.name for spec in dataset.fields}
    for number, layout in enumerate(dataset.descriptor.layouts):
        used = {name for step in layout.steps for name in _reads(step)}
        for label, name in layout.columns.items():
            if name is not None and name not in fields | used:
                yield UnusedColumn(("layouts", number, "columns", label), name)
        yield from _misspelt(layout, number, fields)


def _misspelt(layout: Layout, number: int, fields: set[str]) -> Iterator[Misspelt]:
    known = fields | {name for name in layout.columns.values() if name is not None} | set(layout.columns)
    known |= {name for step in layout.steps for name in _makes(step)}
    for position, step in enumerate(layout.steps):
        for name in _reads(step):
            close = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
            if name not in known and is_identifier(name) and close:
                yield Misspelt(("layouts", number, "steps", position), name, close[0])


def _reads(step: Step) -> tuple[str, ...]:
    """The columns that a step takes."""
    names: list[str] = [*getattr(step, "fields", ()), *getattr(step, "sums", ()), *getattr(step, "within", ())]
    names += [value for part in ("by", "code", "label", "level") if (value := getattr(step, part, None))]
    if step.step in {"map_values", "map_codes", "split", "indent"}:
        names.append(step.field)
    if step.step == "unpivot":
        names += step.columns
    if step.step == "compose":
        names += [part.partition("}")[0] for part in step.template.split("{")[1:]]
    return tuple(names)


def _makes(step: Step) -> tuple[str, ...]:
    """The columns that a step adds."""
    if step.step == "unpivot":
        return (step.name_field, step.value_field)
    if step.step == "split":
        return step.parts
    if step.step == "indent":
        return step.made
    if step.step == "scale":
        return (step.unit_field,) if step.unit_field else ()
    if step.step in {"lookup", "constant", "from_delivery", "compose"}:
        return (step.field,)
    return ()
