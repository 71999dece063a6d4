"""How commands speak: in the user's language as text with Rich, or as JSON on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.core.messages import LANGUAGES, Message, Parameter, translate

LANGUAGE_VARIABLE = "GONGKAI_LANG"

_WIDTH_OF_FILES = 140

#: Exit codes, documented in docs/officer.md.
EXIT_DONE, EXIT_PROBLEMS, EXIT_USAGE, EXIT_UNFINISHED = 0, 1, 2, 3


def default_language() -> str:
    """The language of the environment: ``GONGKAI_LANG``, else Chinese for a Chinese locale, else English."""
    chosen = os.environ.get(LANGUAGE_VARIABLE, "")
    if chosen in LANGUAGES:
        return chosen
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.startswith("zh") else "en"


def _console(is_terminal: bool, stderr: bool = False) -> Console:
    # A pipe or a log file has no width; Rich would take 80 columns and fold identifiers.
    width = None if is_terminal else _WIDTH_OF_FILES
    return Console(stderr=stderr, highlight=False, markup=False, width=width)


@dataclass(frozen=True)
class Output:
    """Where a command writes. Text that comes from files is never read as markup."""

    language: str
    as_json: bool
    console: Console = field(default_factory=lambda: _console(sys.stdout.isatty()))
    errors: Console = field(default_factory=lambda: _console(sys.stderr.isatty(), stderr=True))

    def text(self, message_id: str, /, **params: Parameter) -> str:
        """A sentence of the message catalogue."""
        return translate(message_id, self.language, **params)

    def of(self, message: Message) -> str:
        """A message in this output's language."""
        return message.text(self.language)

    def say(self, message_id: str, /, **params: Parameter) -> None:
        """Print a sentence, unless JSON was asked for."""
        if not self.as_json:
            self.console.print(self.text(message_id, **params), soft_wrap=True)

    def json(self, document: Any) -> None:
        """Print a JSON document if JSON was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2) + "\n")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None,
              right: Sequence[str] = ()) -> None:  # fmt: skip
        """Print a table whose headings are message identifiers; those in ``right`` are aligned to the right."""
        headings = {self.text(column): column in right for column in columns}
        self.grid(headings, rows, title)

    def grid(self, headings: Mapping[str, bool], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
        """Print a table, unless JSON was asked for. ``headings``: text, and whether the column is aligned right."""
        if self.as_json:
            return
        table = Table(title=title, title_justify="left")
        for heading, right in headings.items():
            table.add_column(Text(heading), justify="right" if right else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
        self.console.print(table)

    def error(self, text: str) -> None:
        """Print to standard error."""
        self.errors.print(text, soft_wrap=True)
