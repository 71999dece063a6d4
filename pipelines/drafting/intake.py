"""Opening the file that a draft is made from, as every delivery is opened, and looking at its tables."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.core.files import sha256_of
from pipelines.core.findings import Finding, Severity
from pipelines.core.messages import Message
from pipelines.core.paths import is_plain_name
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.core.records import Delivery, DeliveryKey, LandedFile
from pipelines.drafting.answers import Answers
from pipelines.drafting.choosing import Choice, Looked, choose_tables
from pipelines.drafting.merged import merged_groups
from pipelines.drafting.openings import open_layout
from pipelines.drafting.ranges import left_outside, wanted_range
from pipelines.drafting.refusals import CannotDraft, cannot, of_findings
from pipelines.ingest.detection import (
    Certainty,
    GridGuess,
    GridSample,
    TablesFound,
    detect_grid,
    find_tables,
    sample_grid,
)
from pipelines.ingest.detection.headers import HeaderGuess, detect_header
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile, source_files
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.registry.selections import HiddenParts
from pipelines.registry.steps import Indent
from pipelines.validate.any_file.refusals import Refusal

#: What is told of a workbook that hides anything; the draft then says what becomes of it.
_HIDDEN = {"hidden-sheet", "hidden-cells"}
_ASKING_FOR_INDENTS = Indent(step="indent", field="label", level_field="level")


@dataclass(frozen=True)
class Intake:
    """The opened file: what a layout says about it so far, how its table lies, and what was assumed.

    ``tables`` is how many tables are read as one, ``places`` what tells them apart: ``file``, ``sheet``.
    ``merged``: columns whose labels stand in cells merged over several rows, and how many cells these take in.
    """

    delivery: Delivery
    layout: Layout
    guess: GridGuess
    tables: int
    places: tuple[str, ...]
    assumed: tuple[Message, ...]
    merged: Mapping[int, int] = field(default_factory=dict)


def take_in(file: Path, key: DeliveryKey, answers: Answers, scratch: Path) -> Intake:
    """Open a file and look at the ends of its tables.

    Raises:
        CannotDraft: it cannot be read, or holds no table with a header.
    """
    if not file.is_file():
        raise cannot("no-file", True, file=ascii(str(file))[1:-1])
    if not is_plain_name(file.name):
        raise cannot("file-name", True)
    landed = LandedFile(file.name, sha256_of(file), file.stat().st_size, file)
    delivery = Delivery(key, 1, landed.sha256, (landed,))
    opened = _open(delivery, answers, scratch)
    choice = choose_tables(opened.looked)
    wanted = wanted_range(choice, opened.layouts[0], answers) if answers.range is None else None
    if wanted is not None:
        again = scratch / "again"
        again.mkdir()
        return take_in(file, key, replace(answers, range=wanted), again)
    assumed = [*opened.assumed, *(left_outside(choice, answers.range) if answers.range is not None else ())]
    if any(map(looks_like_personal_data, choice.guess.labels)):
        raise cannot("personal-label")
    layout = _common(opened.layouts)
    if layout.format is not FileFormat.HTML and any(finding.rule in _HIDDEN for finding in opened.told):
        layout = layout.model_copy(update={"hidden": HiddenParts()})
    if choice.sheet is not None:
        layout = layout.model_copy(update={"sheet": choice.sheet})
    assumed += choice.assumed
    if choice.guess.header.certainty is Certainty.GUESS:
        assumed.append(Message("draft-header-guessed", {"row": choice.guess.header.row}))
    told = tuple({(message.id, str(message.params)): message for message in assumed}.values())
    return Intake(delivery, layout, choice.guess, len(choice.tables), _places(choice), told,
                  merged_groups(choice.tables))  # fmt: skip


@dataclass
class _Opened:
    """Layouts and tables of all files; ``told`` is what opening their tables told."""

    layouts: list[Layout] = field(default_factory=list)
    looked: list[Looked] = field(default_factory=list)
    told: list[Finding] = field(default_factory=list)
    assumed: list[Message] = field(default_factory=list)


def _open(delivery: Delivery, answers: Answers, scratch: Path) -> _Opened:
    opened = _Opened()
    findings: list[Finding] = []
    with contextlib.closing(source_files(delivery, scratch, findings)) as sources:
        for source in sources:
            try:
                opened.layouts.append(open_layout(source, answers, opened.assumed))
                opened.looked += _look(source, opened.layouts[-1], answers, opened.told)
            except Unreadable as fault:
                raise of_findings([fault.finding]) from fault
            except Refusal as refusal:
                raise CannotDraft([(refusal.message, refusal.remedy)]) from refusal
    errors = [finding for finding in findings if finding.severity is Severity.ERROR]
    if errors:
        raise of_findings(errors)
    return opened


def _look(source: SourceFile, layout: Layout, answers: Answers, findings: list[Finding]) -> list[Looked]:
    """The tables of one file. ``findings`` receives what opening it tells."""
    header = None
    if answers.header_row is not None:
        header = HeaderGuess(answers.header_row, answers.header_rows or 1, Certainty.CERTAIN, ())
    looked = []
    # A workbook tells which cells it indents only where a layout asks for that.
    asking = layout.model_copy(update={"steps": (_ASKING_FOR_INDENTS,)})
    whole = [] if layout.range is None else [*open_grids(source, layout.model_copy(update={"range": None}), [])]
    for place, grid in enumerate(open_grids(source, asking, findings)):
        sample = sample_grid(grid)
        found = find_tables(whole[place] if whole else grid, layout.range)
        guess = detect_grid(grid, sample, _enlarged(header, sample) or _largest(found, layout))
        if guess is not None and not (guess.units.known or guess.units.other):
            guess = replace(guess, units=found.units, units_inside=False)
        looked.append(Looked(grid, guess if guess is not None and any(guess.labels) else None, sample, found))
    return looked


def _largest(found: TablesFound, layout: Layout) -> HeaderGuess | None:
    """The header of the largest of several tables, where none was chosen."""
    if layout.range is not None or len(found.tables) < 2:
        return None
    largest = max(found.tables, key=lambda table: table.rows * len(table.labels))
    return HeaderGuess(largest.header_row, largest.header_rows, Certainty.CERTAIN, ())


def _enlarged(header: HeaderGuess | None, sample: GridSample) -> HeaderGuess | None:
    """A header whose row somebody named; its number of rows is detected where it begins there."""
    detected = detect_header(sample) if header is not None and header.rows == 1 else None
    return detected if detected is not None and header is not None and detected.row == header.row else header


def _common(layouts: Sequence[Layout]) -> Layout:
    """One layout for all files of an archive; each of their encodings is tried.

    Raises:
        CannotDraft: they differ in what a layout has only one of.
    """
    encodings = tuple(dict.fromkeys(encoding for layout in layouts for encoding in layout.encoding))
    alike = [layout.model_copy(update={"encoding": encodings}) for layout in layouts]
    if any(layout != alike[0] for layout in alike):
        raise cannot("several-formats", formats=", ".join(sorted({layout.format.value for layout in layouts})))
    return alike[0]


def _places(choice: Choice) -> tuple[str, ...]:
    """What tells the tables apart, besides their rows."""
    files, sheets = ({getattr(table.grid, part) for table in choice.tables} for part in ("file", "sheet_name"))
    return (*(("file",) if len(files) > 1 else ()), *(("sheet",) if len(sheets) > 1 else ()))
