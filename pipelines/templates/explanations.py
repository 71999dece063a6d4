"""The sheet that explains a template: how to fill it in, and each field, in both languages."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.core.messages import LANGUAGES, translate
from pipelines.registry import Catalog, Dataset
from pipelines.templates.columns import Column
from pipelines.templates.conditions import conditions
from pipelines.templates.disclosures import disclosure_text, is_public

HEADINGS = ("field", "title", "description", "type", "required", "unit", "allowed", "example", "disclosure")
WIDTHS = (26, 32, 44, 14, 10, 10, 40, 24, 44)


class Explanations:
    """Texts in both languages, the reader's first."""

    def __init__(self, dataset: Dataset, catalog: Catalog, columns: Sequence[Column], language: str) -> None:
        self._dataset, self._catalog, self._columns = dataset, catalog, columns
        self._languages = (language, *(other for other in LANGUAGES if other != language))
        self._examples = _examples(dataset.folder / "examples" / "valid.csv")

    def intro(self, data: str, codes: str) -> Iterator[str]:
        """What stands above the table: the dataset, and how to fill in its template. ``data``, ``codes``: sheets."""
        descriptor = self._dataset.descriptor
        yield self._both(descriptor.title.in_language)
        yield self._both(descriptor.description.in_language)
        for step in ("rows", "required", "codes", "deliver"):
            yield self._said(f"template-how-{step}", sheet=codes if step == "codes" else data, dataset=descriptor.id)

    def headings(self) -> list[str]:
        """The heads of the table's columns."""
        return [self._said(f"template-head-{name}") for name in HEADINGS]

    def rows(self) -> Iterator[list[str]]:
        """One row per field."""
        return (self._row(column) for column in self._columns)

    def rules(self) -> Iterator[list[str]]:
        """Rules over the fields of one row: the field, the remedy, and what is wrong when the rule is broken."""
        for rule in self._dataset.descriptor.row_constraints:
            yield [rule.field, self._both(rule.remedy.in_language), self._both(rule.message.in_language)]

    def rule_headings(self) -> list[str]:
        """The heads of the table of rules."""
        return [self._said(f"template-rules-{name}") for name in ("field", "remedy", "message")]

    def example(self, column: Column) -> str:
        """A value of the field. What is not published as it is has none but the schema's own."""
        spec = column.spec
        if spec.example is not None:
            return str(spec.example)
        return self._examples.get(spec.name, "") if is_public(spec, self._dataset) else ""

    def _row(self, column: Column) -> list[str]:
        spec = column.spec
        return [
            spec.name,
            self._both(spec.titles.in_language),
            self._both(spec.descriptions.in_language),
            self._said(f"template-type-{spec.type}"),
            self._said("template-required" if column.required else "template-optional"),
            spec.unit or "",
            self._both(lambda language: allowed_text(column, self._dataset, language)),
            self.example(column),
            self._both(lambda language: disclosure_text(spec, self._dataset, self._catalog, language)),
        ]

    def _said(self, message_id: str, **params: str) -> str:
        return self._both(lambda language: translate(message_id, language, **params))

    def _both(self, text: Callable[[str], str]) -> str:
        """The same in each language, below one another; once where they do not differ."""
        return "\n".join(dict.fromkeys(filter(None, map(text, self._languages))))


def allowed_text(column: Column, dataset: Dataset, language: str) -> str:
    """What the field asks of its values, as one text."""
    return translate("template-joint", language).join(each.text(language) for each in conditions(column, dataset))


def _examples(path: Path) -> Mapping[str, str]:
    """The first value of each column of the dataset's own example; as many as can be read."""
    found: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream, contextlib.suppress(csv.Error):
        rows = csv.reader(stream)
        header = next(rows, [])
        for row in rows:
            for name, value in zip(header, row, strict=False):
                if value:
                    found.setdefault(name, value)
    return found
