"""Taking what moved in a delivery into the layouts of its dataset's descriptor."""

from __future__ import annotations

import difflib
import fnmatch
import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from pipelines.core.files import replace_file
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.core.records import Delivery
from pipelines.flow.installation import Installation
from pipelines.flow.layout_errors import ContradictoryLayouts, LayoutByHand
from pipelines.flow.layout_texts import edited, with_layout_beside
from pipelines.flow.layout_trial import DESCRIPTOR, try_descriptor
from pipelines.flow.lookups import outcome_document, standing_outcomes
from pipelines.flow.movements import look
from pipelines.ingest.movements import Edit, Movement
from pipelines.registry import Dataset

#: What a layout says in one way only: files that have it otherwise cannot be read by it any more.
_NARROW = frozenset({"delimiter", "sheet", "header_rows"})


@dataclass(frozen=True)
class LayoutChange:
    """A change of ``dataset.yaml``. ``beside`` is the layout that a new one was made from, ``None`` without one."""

    layout: str
    key: str
    declared: Any
    found: Any
    field: str | None
    beside: str | None
    path: Path

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {**vars(self), "path": str(self.path)}


@dataclass(frozen=True)
class LayoutPlan:
    """What accepting a delivery's layout comes to.

    ``left`` are movements that no layout can follow. ``older`` are accepted deliveries that came in the old form of a
    layout which is replaced, because nothing tells their files from the new ones.
    """

    path: Path
    before: str
    after: str
    changes: tuple[LayoutChange, ...]
    left: tuple[Movement, ...]
    older: tuple[str, ...]

    @property
    def diff(self) -> str:
        """The change of the descriptor, as a unified diff."""
        lines = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(*lines, fromfile=DESCRIPTOR, tofile=DESCRIPTOR, n=2))


def plan_layouts(inst: Installation, dataset: Dataset, delivery: Delivery) -> LayoutPlan:
    """Work out how the descriptor has to change for a delivery, and try it on that delivery.

    Raises:
        ContradictoryLayouts: its tables differ among themselves.
        LayoutByHand: the descriptor is not written so that it can be changed safely.
        LayoutDoesNotLoad, LayoutDoesNotRead: the change would not do.
    """
    with inst.scratch(f"{delivery.id}-layout") as folder:
        movements = look(delivery, dataset, folder)
        path = dataset.folder / DESCRIPTOR
        before = after = path.read_text(encoding="utf-8")
        changes: list[LayoutChange] = []
        older: set[str] = set()
        for group in _groups(movements):
            beside, replaced = _beside(inst, dataset, delivery, group)
            older |= replaced
            after = _with(after, group, beside, path)
            changes += [_change(edit, beside, path) for edit in (*group.edits, *(beside.edits if beside else ()))]
        if changes:
            try_descriptor(inst, dataset, delivery, after, folder)
    left = tuple(movement for movement in movements if not movement.edits)
    return LayoutPlan(path, before, after, tuple(changes), left, tuple(sorted(older)))


def store_layouts(plan: LayoutPlan) -> None:
    """Write the descriptor; everything that did not move stays as it is, comments included.

    Deliveries of the dataset are decided again by the next run.

    Raises:
        LayoutByHand: somebody has changed the descriptor in the meantime.
    """
    if plan.path.read_text(encoding="utf-8") != plan.before:
        raise LayoutByHand(plan.path)
    if plan.changes:
        replace_file(plan.path, plan.after.encode(), plan.path.stat().st_mode & 0o777)


@dataclass(frozen=True)
class _Group:
    """The edits of one layout, each once, and the names of the files that ask for them."""

    layout: str
    edits: tuple[Edit, ...]
    files: tuple[str, ...]

    def asks_for(self, keys: frozenset[str]) -> bool:
        return any(edit.key in keys for edit in self.edits)


@dataclass(frozen=True)
class _Beside:
    """A further layout: its name, and what it says besides the edits."""

    name: str
    edits: tuple[Edit, ...]


def _groups(movements: Sequence[Movement]) -> list[_Group]:
    """The edits by layout; those of files in another format by themselves.

    Raises:
        ContradictoryLayouts: two tables ask for different values of one key.
    """
    formats = {movement.location.file: edit.found for movement in movements for edit in movement.edits
               if edit.key == "format"}  # fmt: skip
    found: dict[tuple[str, str | None], dict[tuple[str, str], Edit]] = {}
    files: dict[tuple[str, str | None], dict[str, None]] = {}
    for movement in movements:
        for edit in movement.edits:
            group = edit.layout, formats.get(movement.location.file)
            known = found.setdefault(group, {})
            key = edit.key, edit.found if edit.key == "columns" else ""
            same = known.setdefault(key, edit)
            if (same.found, same.field) != (edit.found, edit.field):
                values = ", ".join(sorted({str(same.found), str(edit.found)}))
                raise ContradictoryLayouts(edit.layout, edit.key, values)
            files.setdefault(group, {})[_file_name(movement.location.file or "")] = None
    return [_Group(group[0], tuple(edits.values()), tuple(files[group])) for group, edits in found.items()]


def _file_name(shown: str) -> str:
    return PurePosixPath(shown).name.removesuffix(".gz")


def _beside(inst: Installation, dataset: Dataset, delivery: Delivery, group: _Group) -> tuple[_Beside | None, set[str]]:
    """The further layout that a group needs, if it can have one; and accepted deliveries that its changes leave out.

    Files of another format are told apart by that. Else older files, if there are any, must have other names.
    """
    names = {layout.name for layout in dataset.descriptor.layouts}
    if group.asks_for(frozenset({"format"})):
        kind = next(edit.found for edit in group.edits if edit.key == "format")
        return _Beside(_free(f"{group.layout}_{kind}", names), ()), set()
    if not group.asks_for(_NARROW):
        return None, set()
    older = _read_by(inst, dataset, delivery, group.layout)
    pattern = _pattern(group.files, {name for files in older.values() for name in files}) if older else None
    if pattern is None:
        return None, set(older)
    declared = next(layout.file for layout in dataset.descriptor.layouts if layout.name == group.layout)
    edit = Edit(group.layout, "file", declared, pattern)
    return _Beside(_free(group.layout, names), (edit,)), set()


def _read_by(inst: Installation, dataset: Dataset, delivery: Delivery, layout: str) -> dict[str, set[str]]:
    """The files that a layout has read, by the accepted delivery whose rows stand today."""
    found: dict[str, set[str]] = {}
    for outcome in standing_outcomes(inst, dataset.id).values():
        document = outcome_document(inst.workspace.outcomes / outcome.folder)
        files = {_file_name(reading["file"]) for reading in document["readings"] if reading["layout"] == layout}
        if files and outcome.delivery != delivery.id:
            found[outcome.delivery] = files
    return found


def _pattern(new: Sequence[str], old: set[str]) -> str | None:
    """A glob that fits the one new file and none of the old ones: with any digits where it has some, else its name."""
    if len(new) != 1 or looks_like_personal_data(new[0]):
        return None
    name = glob.escape(new[0])
    for pattern in (re.sub(r"[0-9]+", "*", name), name):
        if not any(fnmatch.fnmatchcase(known, pattern) for known in old):
            return pattern
    return None


def _free(name: str, taken: set[str]) -> str:
    candidates = (name, *(f"{name}_{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)


def _with(text: str, group: _Group, beside: _Beside | None, path: Path) -> str:
    try:
        if beside is None:
            return edited(text, group.layout, group.edits)
        return with_layout_beside(text, group.layout, beside.name, (*group.edits, *beside.edits))
    except (KeyError, yaml.YAMLError):  # anchors that several layouts share, for example
        raise LayoutByHand(path) from None


def _change(edit: Edit, beside: _Beside | None, path: Path) -> LayoutChange:
    name, of = (beside.name, edit.layout) if beside is not None else (edit.layout, None)
    return LayoutChange(name, edit.key, edit.declared, edit.found, edit.field, of, path)
