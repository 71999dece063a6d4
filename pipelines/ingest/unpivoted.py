"""Which delivered column an unpivoted row was made of: told by what its name field says, where that is certain."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.ingest.origins import origins_of
from pipelines.ingest.steps.cells import half_width, mapper
from pipelines.registry.layouts import Layout
from pipelines.registry.steps import HalfWidth, MapValues, Step, Trim, Unpivot


def name_field(layout: Layout) -> str | None:
    """The field that says which column a row was made of; ``None`` for a layout that unpivots nothing, or twice."""
    unpivots = _unpivots(layout)
    return unpivots[0].name_field if len(unpivots) == 1 else None


def unpivoted_column(layout: Layout, name: str | None) -> str | None:
    """The delivered label of the column that a row was made of.

    Args:
        layout: that the row's table was read by.
        name: the row's value of :func:`name_field`, after all steps.

    Returns:
        The label; ``None`` where columns come to the same name, or a step makes the name of something else.
    """
    column = unpivoted_name(layout, name)
    return _delivered(layout, column) if column is not None else None


def unpivoted_name(layout: Layout, name: str | None) -> str | None:
    """As :func:`unpivoted_column`, what the layout calls that column before it unpivots."""
    unpivots = _unpivots(layout)
    if len(unpivots) != 1:
        return None
    unpivot = unpivots[0]
    origin = origins_of(tuple(unpivot.columns), layout).by_name.get(unpivot.value_field)
    changes = [_change(step, unpivot.name_field) for step in layout.steps[layout.steps.index(unpivot) + 1 :]]
    if origin is None or None in changes:
        return None
    found = []
    for place, (column, told) in enumerate(unpivot.columns.items()):
        text = told
        for change in changes:
            text = change(text) if change is not None else text
        if text == (name or "") and place in origin.places:
            found.append(column)
    return found[0] if len(found) == 1 else None


def _unpivots(layout: Layout) -> list[Unpivot]:
    return [step for step in layout.steps if isinstance(step, Unpivot)]


def _change(step: Step, field: str) -> Callable[[str], str] | None:
    """What a later step makes of a name; ``None`` where that depends on more than the name."""
    match step:
        case MapValues():
            return mapper(step.values) if step.field == field else str
        case Trim() | HalfWidth():
            if step.fields and field not in step.fields:
                return str
            return str.strip if isinstance(step, Trim) else half_width
        case _:
            named = {getattr(step, "field", None), getattr(step, "unit_field", None), *getattr(step, "fields", ())}
            return None if field in named else str


def _delivered(layout: Layout, column: str) -> str | None:
    """The label that a column was delivered under, before the layout named it."""
    labels = [label for label, name in layout.columns.items() if name == column]
    return (labels or [column])[0] if len(labels) < 2 else None
