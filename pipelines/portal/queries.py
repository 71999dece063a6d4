"""Example queries of a dataset for the console, made from its schema: statements that run as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.core.messages import translate
from pipelines.core.sql import identifier, is_one_of
from pipelines.portal.places import LANGUAGES
from pipelines.publish import Manifest
from pipelines.publish.schemas import primary_key
from pipelines.registry.charts import ChartDescriptor, CodesChart, Periods, TreeChart

Field = Mapping[str, Any]
#: Rows that an example shows.
_ROWS, _GROUPS = 100, 50
#: Texts of these forms are periods (2026-Q1, 2026-03, 2026).
_PERIODS = ("[0-9]{4}-Q[1-4]", "[0-9]{4}-[0-9]{2}", "[0-9]{4}-(0[1-9]|1[0-2])", "[0-9]{4}")


@dataclass(frozen=True)
class _Totals:
    """What is added up by which code, of which rows."""

    code: Field
    quantity: str | None
    conditions: Sequence[str] = ()


def example_queries(
    manifest: Manifest,
    previous: str | None,
    versions: Iterable[tuple[str, Manifest]],
    charts: Sequence[ChartDescriptor] = (),
) -> dict[str, list[dict[str, str]]]:
    """Examples by language, each with ``title`` and ``sql``.

    Args:
        manifest: the latest version.
        previous: the version before it that is shown.
        versions: the versions, newest first, as far as the previous one may be among them.
        charts: those that the dataset declares. They know which rows may be added up: not all phases of a budget.
    """
    before = next((each for _, each in versions if each.version == previous), None) if previous else None
    return {language: list(_examples(manifest, before, charts, language)) for language in LANGUAGES}


def _examples(
    manifest: Manifest, before: Manifest | None, charts: Sequence[ChartDescriptor], language: str
) -> Iterator[dict[str, str]]:
    fields = manifest.schema["fields"]
    dataset = identifier(manifest.dataset)
    quantity = _quantity(fields)
    yield _example("console-example-rows", language, f"SELECT *\nFROM {dataset}\nLIMIT {_ROWS}")
    if period := _period(fields):
        lines = [f"SELECT {period} AS period, count(*) AS row_count", f"FROM {dataset}", "GROUP BY ALL", "ORDER BY ALL"]
        yield _example("console-example-periods", language, "\n".join(lines))
    totals = next(_declared(manifest, charts), None)
    if totals is None and (code := _code(fields, manifest.codelists)):
        totals = _Totals(code, quantity)
    if totals:
        yield _example("console-example-codes", language, _by_code(dataset, totals, language))
    if before:
        yield _example("console-example-versions", language, _versions(manifest, before, quantity))
        if key := _shared_key(manifest, before):
            newer, older = (f'SELECT {key}\nFROM "{each.dataset}@{each.version}"' for each in (manifest, before))
            yield _example("console-example-new-rows", language, f"{newer}\nEXCEPT\n{older}\nLIMIT {_ROWS}")


def _example(title: str, language: str, sql: str) -> dict[str, str]:
    return {"title": translate(title, language), "sql": sql}


def _quantity(fields: Sequence[Field]) -> str | None:
    """The first field that may be summed: it has a unit or decimals."""
    found = (
        entry for entry in fields if entry["type"] == "number" or (entry["type"] == "integer" and entry.get("unit"))
    )
    return next((identifier(entry["name"]) for entry in found if entry.get("unit") != "percent"), None)


def _period(fields: Sequence[Field]) -> str | None:
    """What tells a row's period: a field that is one, else the month of the first date."""
    for entry in fields:
        pattern = entry.get("constraints", {}).get("pattern")
        if entry["type"] in {"year", "yearmonth"} or (entry["type"] == "string" and pattern in _PERIODS):
            return identifier(entry["name"])
    dates = (identifier(entry["name"]) for entry in fields if entry["type"] in {"date", "datetime"})
    return next((f"strftime({name}, '%Y-%m')" for name in dates), None)


def _code(fields: Sequence[Field], codelists: Mapping[str, str]) -> Field | None:
    """The first field with a code list that is published; departments only where there is no other."""
    found = [entry for entry in fields if entry.get("codelist") in codelists]
    return min(found, key=lambda entry: entry["codelist"] == "organisations", default=None)


def _declared(manifest: Manifest, charts: Sequence[ChartDescriptor]) -> Iterator[_Totals]:
    """The totals of the charts that a query can add up: over a code list, and each row counting for itself."""
    fields = {entry["name"]: entry for entry in manifest.schema["fields"]}
    period = _period(manifest.schema["fields"])
    for chart in charts:
        if (
            not isinstance(chart, TreeChart | CodesChart)
            or chart.once_per
            or not fields.keys() >= {*chart.fields.values()}
        ):
            continue
        if fields[chart.by].get("codelist") not in manifest.codelists:
            continue
        conditions = [is_one_of(name, values, "d.") for name, values in chart.where.items()]
        if period and chart.periods is Periods.NEWEST:
            conditions.append(f"{period} = (SELECT max({period}) FROM {identifier(manifest.dataset)})")
        yield _Totals(fields[chart.by], identifier(chart.value) if chart.value else None, conditions)


def _by_code(dataset: str, totals: _Totals, language: str) -> str:
    name = f"d.{identifier(totals.code['name'])}"
    measure = f", sum(d.{totals.quantity}) AS total" if totals.quantity else ""
    return "\n".join([
        f"SELECT {name} AS code, c.name_{language} AS name, count(*) AS row_count{measure}",
        f"FROM {dataset} d",
        f"LEFT JOIN codelists.{identifier(totals.code['codelist'])} c ON c.code = {name}",
        *(f"{'AND' if place else 'WHERE'} {condition}" for place, condition in enumerate(totals.conditions)),
        "GROUP BY ALL",
        f"ORDER BY {'total' if totals.quantity else 'row_count'} DESC NULLS LAST",
        f"LIMIT {_GROUPS}",
    ])  # fmt: skip


def _versions(manifest: Manifest, before: Manifest, quantity: str | None) -> str:
    shared = quantity and quantity in {identifier(entry["name"]) for entry in before.schema["fields"]}
    measure = f", sum({quantity}) AS total" if shared else ""
    rows = [
        f"SELECT '{each.version}' AS version, count(*) AS row_count{measure}\nFROM \"{each.dataset}@{each.version}\""
        for each in (manifest, before)
    ]
    return "\nUNION ALL\n".join(rows)


def _shared_key(manifest: Manifest, before: Manifest) -> str | None:
    """The columns of the key, where both versions have them."""
    key = primary_key(manifest.schema)
    known = {entry["name"] for entry in before.schema["fields"]}
    return ", ".join(map(identifier, key)) if key and known.issuperset(key) else None
