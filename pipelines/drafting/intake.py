"""Opening the file that a draft is made from: format, encoding, delimiter, sheet, and how its table seems to lie."""

from __future__ import annotations

import codecs
import contextlib
import glob
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.core.files import sha256_of
from pipelines.core.findings import Finding, Severity
from pipelines.core.messages import Message
from pipelines.core.paths import is_plain_name
from pipelines.core.personal_data import looks_like_personal_data
from pipelines.core.records import Delivery, DeliveryKey, LandedFile
from pipelines.drafting.answers import Answers
from pipelines.drafting.refusals import CannotDraft, cannot, of_findings
from pipelines.ingest.detection import Certainty, GridGuess, GridSample, detect_delimiter, detect_grid, sample_grid
from pipelines.ingest.detection.headers import HeaderGuess, detect_header
from pipelines.ingest.grids import Grid
from pipelines.ingest.problems import Unreadable
from pipelines.ingest.readers import open_grids
from pipelines.ingest.sources import SourceFile, source_files
from pipelines.registry.layouts import FileFormat, Layout
from pipelines.registry.selections import HiddenParts
from pipelines.validate.any_file.encodings import declared, found
from pipelines.validate.any_file.refusals import Refusal, Unusable
from pipelines.validate.any_file.text_scan import scan

_TEXT_SAMPLE = 1 << 18
#: JSON documents whose list of records has to be looked for are read whole: up to this size.
_MOST_JSON = 64 << 20
_DEEPEST = 3
#: What is told of a workbook that hides anything; the draft then says what becomes of it.
_HIDDEN = {"hidden-sheet", "hidden-cells"}
#: Encodings that a layout can name, by how Python calls them.
_ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "gb2312": "gb18030",
              "big5": "big5", "cp1252": "cp1252", "windows-1252": "cp1252", "utf-16": "utf-16"}  # fmt: skip


@dataclass(frozen=True)
class Intake:
    """The opened file: what a layout says about it so far, how its table lies, and what was assumed."""

    delivery: Delivery
    layout: Layout
    guess: GridGuess
    sheets: int
    assumed: tuple[Message, ...]


def take_in(file: Path, key: DeliveryKey, answers: Answers, scratch: Path) -> Intake:
    """Open a file and look at its ends.

    Raises:
        CannotDraft: it cannot be read, or holds no table with a header.
    """
    if not file.is_file():
        raise cannot("no-file", True, file=ascii(str(file))[1:-1])
    if not is_plain_name(file.name):
        raise cannot("file-name", True)
    landed = LandedFile(file.name, sha256_of(file), file.stat().st_size, file)
    delivery = Delivery(key, 1, landed.sha256, (landed,))
    findings: list[Finding] = []
    with contextlib.closing(source_files(delivery, scratch, findings)) as sources:
        source = next(sources, None)
        if source is None:
            raise of_findings(findings)
        # Asking for a second one deletes the members of an archive: the first is looked at before.
        try:
            taken = _look(delivery, source, answers)
        except Unreadable as fault:
            raise of_findings([fault.finding]) from fault
        except Refusal as refusal:
            raise CannotDraft([(refusal.message, refusal.remedy)]) from refusal
        if next(sources, None) is not None or any(finding.severity is Severity.ERROR for finding in findings):
            raise cannot("several-files")
    return taken


def _look(delivery: Delivery, source: SourceFile, answers: Answers) -> Intake:
    base: dict[str, Any] = {"name": "delivered", "format": source.format.value}
    assumed: list[Message] = []
    if source.format in {FileFormat.CSV, FileFormat.JSON}:
        base["encoding"] = (_encoding(source.path, answers, assumed),)
    if source.format is FileFormat.CSV:
        base["delimiter"] = answers.delimiter or _delimiter(source.path, base["encoding"][0], assumed)
    if source.format in {FileFormat.XLSX, FileFormat.XLS} and answers.sheet:
        base["sheet"] = glob.escape(answers.sheet)
    layout = Layout.model_validate(base)
    if source.format is FileFormat.JSON:
        layout = _with_records(layout, source)
    header = None
    if answers.header_row is not None:
        header = HeaderGuess(answers.header_row, answers.header_rows or 1, Certainty.CERTAIN, ())
    findings: list[Finding] = []
    looked = _tables(source, layout, header, findings)
    if layout.format is not FileFormat.HTML and any(finding.rule in _HIDDEN for finding in findings):
        layout = layout.model_copy(update={"hidden": HiddenParts()})
    if not looked:
        raise cannot("no-header")
    largest = max(looked, key=lambda table: table.sample.rows * max(table.sample.width, 1))
    if any(map(looks_like_personal_data, largest.guess.labels)):
        raise cannot("personal-label")
    alike = [table for table in looked if table.guess.labels == largest.guess.labels]
    if len(looked) > 1 and (len(alike) < len(looked) or not _same_place(alike)):
        alike = [largest]
        layout = layout.model_copy(update={"sheet": glob.escape(largest.grid.sheet_name or "*")})
        assumed.append(Message("draft-sheet", {"sheet": largest.grid.sheet or "", "sheets": len(looked)}))
    if largest.guess.header.certainty is Certainty.GUESS:
        assumed.append(Message("draft-header-guessed", {"row": largest.guess.header.row}))
    return Intake(delivery, layout, _common(alike), len(alike), tuple(assumed))


@dataclass(frozen=True)
class _Table:
    grid: Grid
    guess: GridGuess
    sample: GridSample


def _tables(
    source: SourceFile, layout: Layout, header: HeaderGuess | None, findings: list[Finding]
) -> list[_Table]:  # fmt: skip
    """The tables with a header."""
    found_tables = []
    for grid in open_grids(source, layout, findings):
        sample = sample_grid(grid)
        guess = detect_grid(grid, sample, _enlarged(header, sample))
        if guess is not None and any(guess.labels):
            found_tables.append(_Table(grid, guess, sample))
    return found_tables


def _enlarged(header: HeaderGuess | None, sample: GridSample) -> HeaderGuess | None:
    """A header whose row somebody named; its number of rows is detected where it begins there."""
    detected = detect_header(sample) if header is not None and header.rows == 1 else None
    return detected if detected is not None and header is not None and detected.row == header.row else header


def _same_place(tables: list[_Table]) -> bool:
    return len({(table.guess.header.row, table.guess.header.rows) for table in tables}) == 1


def _common(tables: list[_Table]) -> GridGuess:
    """The first table's guess, with a footer or totals that any of its like has."""
    first = tables[0].guess
    footer = next((table.guess.footer for table in tables if table.guess.footer is not None), None)
    totals = next((table.guess.totals_place for table in tables if table.guess.totals_place is not None), None)
    return replace(first, footer=footer, totals_place=totals)


def _encoding(path: Path, answers: Answers, assumed: list[Message]) -> str:
    try:
        encoding = declared(answers.encoding) if answers.encoding else found(path, scan(path))
    except Unusable as unusable:
        raise CannotDraft([(entry.message, entry.remedy) for entry in unusable.complaints], True) from unusable
    name = _ENCODINGS.get(codecs.lookup(encoding.name).name, _ENCODINGS.get(encoding.name.lower()))
    if name is None:
        raise cannot("encoding-unknown", encoding=encoding.name, known=", ".join(dict.fromkeys(_ENCODINGS.values())))
    if encoding.how == "detected":
        assumed.append(Message("draft-encoding", {"encoding": name}))
    return name


def _delimiter(path: Path, encoding: str, assumed: list[Message]) -> str:
    with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, errors="replace", newline="") as stream:
        text = stream.read(_TEXT_SAMPLE)
        guess = detect_delimiter(text, whole=not stream.read(1))
    if guess.certainty is Certainty.LIKELY:
        assumed.append(Message("draft-delimiter", {"delimiter": guess.delimiter.replace("\t", "TAB")}))
    return guess.delimiter


def _with_records(layout: Layout, source: SourceFile) -> Layout:
    """The layout of a JSON file, with where its list of records is."""
    try:
        next(open_grids(source, layout, []))
    except Unreadable as fault:
        if fault.finding.rule != "json-no-list" or source.path.stat().st_size > _MOST_JSON:
            raise
        path = max(_lists(json.loads(source.path.read_text(encoding="utf-8-sig")), ()), default=None)
        if path is None:
            raise
        return layout.model_copy(update={"records": ".".join(path[1])})
    return layout


def _lists(document: Any, path: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Lists of objects within objects: how long they are and where."""
    for key, value in document.items() if isinstance(document, dict) else ():
        here = (*path, key)
        if isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value) and "." not in key:
            yield len(value), here
        elif isinstance(value, dict) and len(here) < _DEEPEST and "." not in key:
            yield from _lists(value, here)
