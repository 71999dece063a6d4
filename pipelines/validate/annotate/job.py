"""What is to be written into one copy: notes by cell, and the sheet of findings; texts in one language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pipelines.core.findings import Finding, Severity
from pipelines.core.messages import Message, translate
from pipelines.ingest.places import TablePlaces
from pipelines.registry.selections import column_letters
from pipelines.validate.annotate.cells import Locator, Position, Target
from pipelines.validate.annotate.selection import Selection


@dataclass(frozen=True)
class Note:
    """One finding at one cell."""

    row: int
    column: int
    is_error: bool
    text: str


@dataclass(frozen=True)
class Line:
    """One finding in the list. ``link`` is the sheet's name and a cell in it."""

    is_error: bool
    cells: tuple[str, str, str, str, str, str]
    link: tuple[str, str] | None


@dataclass
class Job:
    """A copy to be made. ``notes`` are by sheet name; ``more`` has ``{count}`` for what a note has no room for."""

    source: str
    copy: str
    format: str
    title: str
    more: str
    intro: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    @property
    def marked(self) -> int:
        """Cells that get a note."""
        return sum(len({(note.row, note.column) for note in notes}) for notes in self.notes.values())

    def as_dict(self) -> dict[str, object]:
        """JSON form, as the writing process takes it."""
        return asdict(self)


class JobTexts:
    """The texts of one copy, in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, message_id: str, **params: str | int) -> str:
        """A sentence of the catalogue."""
        return translate(message_id, self._language, **params)

    def of(self, message: Message) -> str:
        """A message in this language."""
        return message.text(self._language)

    def note(self, finding: Finding, target: Target) -> str:
        """What a cell's note says about one finding."""
        said = self.say("annotate-note", severity=self.severity(finding), message=self.of(finding.message))
        if target.one_of:
            said += "\n" + self.say("annotate-one-of", cells=_cells(target.one_of))
        return f"{said}\n→ {self.of(finding.remedy)}"

    def severity(self, finding: Finding) -> str:
        """Error or warning."""
        return self.say(f"report-{finding.severity.value}")

    def line(self, finding: Finding, target: Target, sheet_name: str | None) -> Line:
        """The finding's line in the list."""
        row = finding.location.row
        where = _cells(target.cells) or (self.say("cli-row", row=row) if row is not None else "")
        link = (sheet_name, _cells(target.cells[:1])) if target.cells and sheet_name is not None else None
        told = (self.severity(finding), finding.rule, finding.location.sheet or "", where,
                self.of(finding.message), self.of(finding.remedy))  # fmt: skip
        return Line(finding.severity is Severity.ERROR, told, link)

    def heads(self) -> list[str]:
        """The headings of the list."""
        kinds = ("severity", "rule", "sheet", "cell", "finding", "remedy")
        return [self.say(f"annotate-head-{kind}") for kind in kinds]


def fill(job: Job, selection: Selection, tables: Iterator[TablePlaces], texts: JobTexts) -> None:
    """Put the selected findings into a job: at their cells where their sheet has a table, and all into the list."""
    targets: dict[int, tuple[Target, str]] = {}
    by_sheet = _by_sheet(selection.findings)
    for table in tables:
        numbers = by_sheet.get(table.sheet, [])
        locator = Locator(table, [selection.findings[number] for number in numbers])
        for number in numbers:
            targets[number] = locator.locate(selection.findings[number]), table.name
    for number, finding in enumerate(selection.findings):
        target, name = targets.get(number, (Target(), None))
        job.lines.append(texts.line(finding, target, name))
        if name is not None:
            is_error, said = finding.severity is Severity.ERROR, texts.note(finding, target)
            job.notes.setdefault(name, []).extend(Note(row, column, is_error, said) for row, column in target.cells)


def _by_sheet(findings: Sequence[Finding]) -> Mapping[str, list[int]]:
    """Numbers of the findings by sheet; those about the whole delivery have none."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, finding in enumerate(findings):
        if finding.location.file is not None and finding.location.sheet is not None:
            found[finding.location.sheet].append(number)
    return found


def _cells(positions: Sequence[Position]) -> str:
    return ", ".join(f"{column_letters(column)}{row}" for row, column in positions)
