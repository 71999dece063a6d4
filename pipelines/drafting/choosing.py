"""Which of the tables of a file, or of an archive's files, become the dataset: the largest and all that are like it."""

from __future__ import annotations

import fnmatch
import glob
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipelines.core.messages import Message, Parameter
from pipelines.drafting.refusals import cannot
from pipelines.ingest.detection import GridGuess, GridSample, TablesFound
from pipelines.ingest.grids import Grid
from pipelines.registry.layouts import FileFormat

_MOST_SHOWN = 10


@dataclass(frozen=True)
class Looked:
    """A sheet of the file and how its table seems to lie; ``guess`` is ``None`` where no header was found.

    ``found``: the tables that lie apart from each other in it.
    """

    grid: Grid
    guess: GridGuess | None
    sample: GridSample
    found: TablesFound


@dataclass(frozen=True)
class Table:
    """A table with a header."""

    grid: Grid
    guess: GridGuess
    sample: GridSample
    found: TablesFound

    def is_like(self, other: Table) -> bool:
        """Whether one layout reads both."""
        return self.guess.labels == other.guess.labels and self.guess.header.rows == other.guess.header.rows


@dataclass(frozen=True)
class Choice:
    """The tables taken, all alike. ``sheet`` is the layout's glob, where it is not what was asked for."""

    tables: tuple[Table, ...]
    sheet: str | None
    assumed: tuple[Message, ...]

    @property
    def guess(self) -> GridGuess:
        """How they lie: the header where most have it, with a footer or indents that any of them has."""
        guesses = [table.guess for table in self.tables]
        row = Counter(guess.header.row for guess in guesses).most_common(1)[0][0]
        first = next(guess for guess in guesses if guess.header.row == row)
        footer = next((guess.footer for guess in guesses if guess.footer is not None), None)
        indented = next((guess.indented for guess in guesses if guess.indented), ())
        levels = next((guess.levels for guess in guesses if guess.levels), ())
        return replace(first, footer=footer, indented=indented, levels=levels)


def choose_tables(looked: Sequence[Looked]) -> Choice:
    """The largest table and those like it, as far as a glob on sheets tells them from the others.

    Raises:
        CannotDraft: no table has a header, or files of an archive have other tables than the largest.
    """
    tables = [Table(each.grid, each.guess, each.sample, each.found) for each in looked if each.guess is not None]
    if not tables:
        raise cannot("no-header")
    largest = max(tables, key=lambda table: table.sample.rows * max(table.sample.width, 1))
    alike = [table for table in tables if table.is_like(largest)]
    kept = {id(table.grid) for table in alike}
    others = [each.grid for each in looked if id(each.grid) not in kept]
    _require_whole_files([each.grid.file for each in looked], [table.grid.file for table in alike])
    if not others:
        return Choice(tuple(alike), None, ())
    sheet = covering([names_of(table.grid) for table in alike], [names_of(grid) for grid in others])
    if sheet is not None:
        told = "draft-sheet" if len(alike) == 1 else "draft-sheets"
        said: dict[str, Parameter] = {
            "sheet": largest.grid.sheet or "",
            "pattern": sheet,
            "taken": len(alike),
            "left": _listed(others),
        }
        return Choice(tuple(alike), sheet, (Message(told, said),))
    if len({each.grid.file for each in looked}) > 1:
        raise cannot("sheets-differ")
    others += [table.grid for table in alike if table is not largest]
    said = {"sheet": largest.grid.sheet or "", "left": _listed(others)}
    return Choice((largest,), glob.escape(names_of(largest.grid)[0]), (Message("draft-sheet", said),))


def covering(wanted: Sequence[Sequence[str]], others: Sequence[Sequence[str]]) -> str | None:
    """A glob that fits each of the ``wanted`` sheets and none of the ``others``, all by their names."""
    for pattern in _globs([names[0] for names in wanted]):
        fits = [[any(fnmatch.fnmatchcase(name, pattern) for name in names) for names in side]
                for side in (wanted, others)]  # fmt: skip
        if all(fits[0]) and not any(fits[1]):
            return pattern
    return None


def names_of(grid: Grid) -> tuple[str, ...]:
    """What a layout may call the sheet; tables of a page also have a number."""
    names = (grid.sheet_name or "*",)
    return (*names, grid.sheet or "*") if grid.format is FileFormat.HTML else names


def _globs(names: Sequence[str]) -> Iterator[str]:
    """Globs that fit all the names, the most general first; then the names, character by character."""
    if len(set(names)) == 1:
        yield glob.escape(names[0])
        return
    first = _common_start(names)
    last = _common_start([name[len(first) :][::-1] for name in names])[::-1]
    if first or last:
        yield f"{glob.escape(first)}*{glob.escape(last)}"
    if len({len(name) for name in names}) == 1:
        yield "".join(_one_of(sorted(set(letters))) for letters in zip(*names, strict=True))


def _common_start(names: Sequence[str]) -> str:
    alike = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def _one_of(letters: Sequence[str]) -> str:
    if len(letters) == 1:
        return glob.escape(letters[0])
    # Within brackets, "]" stands first, "-" last, and "!" not first.
    inside = sorted(letters, key=lambda letter: (letter != "]", letter in "-!", letter == "-"))
    return f"[{''.join(inside)}]"


def _require_whole_files(files: Sequence[str], taken: Sequence[str]) -> None:
    """Every file of an archive is read, so each has to have such a table."""
    left = sorted(set(files) - set(taken))
    if left:
        raise cannot("files-differ", files=_joined(left), first=taken[0])


def _listed(grids: Sequence[Grid]) -> str:
    return _joined([grid.sheet or grid.file for grid in grids])


def _joined(names: Sequence[str]) -> str:
    return ", ".join(names[:_MOST_SHOWN]) + (" …" if len(names) > _MOST_SHOWN else "")
