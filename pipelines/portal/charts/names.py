"""What fields, their units and their codes are called, as the version has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipelines.catalog.metadata.texts import LANGUAGES, Texts, same, short, shorts
from pipelines.core.messages import listed, translate
from pipelines.portal.charts.records import said
from pipelines.portal.numbers import unit_title
from pipelines.publish import Manifest, Store, load_codelist
from pipelines.registry import CodeList
from pipelines.registry.charts import ChartDescriptor

#: The only period of datasets that have none.
_WHOLE = "all"


@dataclass(frozen=True)
class Names:
    """Names for one chart. ``lists``: the registry's code lists, for fields whose public schema names none."""

    store: Store
    manifest: Manifest
    lists: Mapping[str, CodeList]
    chart: ChartDescriptor

    @cached_property
    def _entries(self) -> Mapping[str, Mapping[str, Any]]:
        return {entry["name"]: entry for entry in self.manifest.schema["fields"]}

    @cached_property
    def _codes(self) -> dict[str, Mapping[str, Mapping[str, str]]]:
        return {}

    def title(self, field: str | None) -> Texts:
        """What a field is called; what is counted where there is none."""
        return self.counted if field is None else shorts(self._entries[field]["titles"])

    @cached_property
    def counted(self) -> Texts:
        """What is counted: rows, or what they say something of."""
        once = self.chart.once_per
        return said("charts-rows") if once is None else said("charts-once", field=self.title(once))

    def unit(self, field: str | None) -> str | None:
        """The unit of a field's values."""
        return None if field is None else self._entries[field].get("unit")

    def is_whole(self, field: str) -> bool:
        """Whether a field's values are whole numbers."""
        return bool(self._entries[field]["type"] == "integer")

    def with_unit(self, field: str | None) -> Texts:
        """A field's title with its unit, as it heads a column."""
        title = self.title(field)
        unit = {language: unit_title(self.unit(field), language) for language in LANGUAGES}
        return said("charts-with-unit", title=title, unit=unit) if unit["en"] else title

    def codes(self, field: str) -> Mapping[str, Mapping[str, str]]:
        """The rows of a field's code list by code; none where it has no list.

        Raises:
            CorruptStore: the list is missing or damaged.
        """
        if field not in self._codes:
            self._codes[field] = self._read(field)
        return self._codes[field]

    def _read(self, field: str) -> Mapping[str, Mapping[str, str]]:
        named = self.chart.codelists.get(field)
        if named is not None:
            return self.lists[named].by_key if named in self.lists else {}
        sha256 = self.manifest.codelists.get(self._entries[field].get("codelist", ""))
        return {} if sha256 is None else {row["code"]: row for row in load_codelist(self.store, sha256)}

    def label(self, field: str, value: Any) -> Texts:
        """What a value of a field is called."""
        if value is None:
            return said("charts-not-stated")
        if isinstance(value, bool):
            return said("charts-yes") if value else said("charts-no")
        row = self.codes(field).get(str(value))
        if row is not None and row.get("name_zh") and row.get("name_en"):
            return {language: short(row[f"name_{language}"]) for language in LANGUAGES}
        for category in self._entries[field].get("categories") or ():
            if isinstance(category, Mapping) and category["value"] == value and category.get("label"):
                return same(short(str(category["label"])))
        return same(short(str(value)) or "…")

    def conditions(self) -> tuple[Texts, ...]:
        """Which rows alone are counted, as far as the figure does not tell it."""
        return tuple(
            said("charts-only", field=self.title(name), values=in_a_row([self.label(name, value) for value in values]))
            for name, values in self.chart.where.items()
            if name not in self.chart.coded.values()
        )


def in_a_row(texts: list[Texts] | tuple[Texts, ...]) -> Texts:
    """Texts one after the other, in one sentence."""
    return {language: listed((text[language] for text in texts), language) for language in LANGUAGES}


def enumerated(texts: list[Texts] | tuple[Texts, ...]) -> Texts:
    """Parts of sentences one after the other."""
    return {
        language: translate("mark-semicolon", language).join(text[language] for text in texts) for language in LANGUAGES
    }


def period_text(periods: tuple[str, ...]) -> Texts | None:
    """Which periods rows are of; ``None`` where the dataset has none."""
    if not periods or periods == (_WHOLE,):
        return None
    return same(periods[0]) if len(periods) == 1 else said("charts-periods", first=periods[0], last=periods[-1])
