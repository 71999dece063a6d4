"""What the index offers of each dataset: views, macros, comments, made from nothing but the index's own tables.

``<theme>.<dataset>`` is the view of the latest version and the macro of any; ``labelled.<dataset>`` adds the names of
codes, ``changes.<dataset>`` tells what changed. Views and macros may share a name, so nothing here can collide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import duckdb

from pipelines.catalog.macros import changes_macro, quoted, version_macro
from pipelines.catalog.shapes import Shape
from pipelines.catalog.tables import AMONG, CODELISTS, place, rows_by_dataset
from pipelines.catalog.timeline import FileRange, Timeline
from pipelines.catalog.views import select_rows
from pipelines.core.messages import in_both
from pipelines.core.sql import identifier, literal

#: Schemas beside the themes'.
LABELLED, CHANGES = "labelled", "changes"


@dataclass(frozen=True)
class Field:
    """A field of the latest version; ``codelist`` only where the index has its codes."""

    name: str
    title: str
    description: str
    unit: str | None
    codelist: str | None


@dataclass(frozen=True)
class Indexed:
    """A dataset that the current release shows. ``files`` are the latest version's, with their shapes."""

    dataset: str
    theme: str
    comment: str
    fields: Sequence[Field]
    shape: Shape
    files: Sequence[tuple[Shape, str]]
    timeline: Timeline

    @property
    def view(self) -> str:
        """Its view, and the macro of any version."""
        return f"{identifier(self.theme)}.{identifier(self.dataset)}"


def read_indexed(connection: duckdb.DuckDBPyConnection, datasets: Sequence[str]) -> Iterator[Indexed]:
    """Read from the index's tables what views and macros are made of, of those datasets that it shows."""
    rows = partial(rows_by_dataset, connection, datasets=datasets)
    shown = rows(
        "SELECT dataset, theme, concat(title_zh, ' | ', title_en, chr(10), description_zh, chr(10), description_en), "
        f"version FROM main.datasets WHERE {AMONG} ORDER BY dataset"
    )
    fields = rows(
        "SELECT f.dataset, field, concat_ws(' | ', title_zh, title_en), "
        "concat_ws(chr(10), description_zh, description_en), unit, l.codelist "
        "FROM main.fields f LEFT JOIN main.code_lists l ON l.codelist = f.codelist "
        f"WHERE f.{AMONG} ORDER BY f.dataset, position"
    )
    timelines = {timeline.dataset: timeline for timeline in _read_timelines(connection, datasets)}
    for dataset, ((theme, comment, latest),) in shown.items():
        timeline = timelines[dataset]
        number = [version for version, _, _ in timeline.versions].index(latest) + 1
        files = [entry for entry in timeline.files if entry.first <= number <= (entry.last or number)]
        yield Indexed(
            dataset, theme, comment, [Field(*row) for row in fields.get(dataset, ())],
            timeline.shapes[timeline.versions[number - 1][1] - 1],
            [(timeline.shapes[entry.shape - 1], entry.sha256) for entry in files], timeline,
        )  # fmt: skip


def _read_timelines(connection: duckdb.DuckDBPyConnection, datasets: Sequence[str]) -> Iterator[Timeline]:
    rows = partial(rows_by_dataset, connection, datasets=datasets)
    definitions = rows(f"SELECT dataset, definition FROM main.shapes WHERE {AMONG} ORDER BY dataset, shape")
    versions = rows(
        f"SELECT dataset, version, shape, previous, number FROM main.versions WHERE {AMONG} ORDER BY dataset, number"
    )
    withdrawn = rows(f"SELECT dataset, version FROM main.withdrawals WHERE {AMONG}")
    releases = rows(
        "SELECT dataset, strftime(released, '%Y-%m-%dT%H:%M:%S'), version FROM main.releases "
        f"WHERE {AMONG} ORDER BY dataset, snapshot"
    )
    files = rows(
        "SELECT r.dataset, f.sha256, s.shape, r.first, r.last, "
        "dense_rank() OVER (PARTITION BY r.dataset ORDER BY s.period) FROM main.segment_versions r "
        "JOIN main.segments s ON s.dataset = r.dataset AND s.segment = r.segment "
        "JOIN main.segment_files f ON f.dataset = s.dataset AND f.segment = s.segment "
        f"WHERE r.{AMONG} ORDER BY r.dataset, s.period, s.segment, f.part, r.first"
    )
    for dataset, found in versions.items():
        gone = {version for (version,) in withdrawn.get(dataset, ())}
        numbers = {version: number for version, _, _, number in found if version not in gone}
        followed: dict[str, int] = {}
        for version, _, previous, _ in found:
            followed[version] = numbers.get(previous, followed.get(previous, 0))
        # Files that only withdrawn versions had are not to be found here any more.
        kept = set(numbers.values())
        listed = (FileRange(*row) for row in files.get(dataset, ()))
        yield Timeline(
            dataset,
            [("" if version in gone else version, shape, followed[version]) for version, shape, _, _ in found],
            [(released, numbers.get(version, 0)) for released, version in releases.get(dataset, ())],
            [Shape.parse(text) for (text,) in definitions.get(dataset, ())],
            [entry for entry in listed if not kept.isdisjoint(range(entry.first, (entry.last or len(found)) + 1))],
        )


def dataset_statements(indexed: Indexed) -> Iterator[str]:
    """SQL that makes, or makes anew, what the index offers of a dataset; comments are in Chinese and English."""
    changes = f"{CHANGES}.{identifier(indexed.dataset)}"
    for schema in (indexed.theme, LABELLED, CHANGES):
        yield f"CREATE SCHEMA IF NOT EXISTS {identifier(schema)}"
    yield f"CREATE OR REPLACE VIEW {indexed.view} AS {select_rows(indexed.shape, indexed.files)}"
    yield version_macro(indexed.view, indexed.timeline)
    yield changes_macro(changes, indexed.view)
    yield from _labelled(indexed)
    yield f"COMMENT ON VIEW {indexed.view} IS {literal(indexed.comment)}"
    for macro, message in ((indexed.view, "index-version-macro"), (changes, "index-changes-macro")):
        yield f"COMMENT ON MACRO TABLE {macro} IS {literal(in_both(message, dataset=indexed.dataset))}"
    for entry in indexed.fields:
        yield from _column_comment(indexed.view, entry)


def removal_statements(dataset: str, theme: str) -> Iterator[str]:
    """SQL that takes a dataset's views and macros away."""
    name = identifier(dataset)
    yield f"DROP VIEW {LABELLED}.{name}"
    yield f"DROP VIEW {identifier(theme)}.{name}"
    for schema in (theme, LABELLED, CHANGES):
        yield f"DROP MACRO TABLE {identifier(schema)}.{name}"


def codelist_statements(codelists: Sequence[str]) -> Iterator[str]:
    """SQL that makes the views of code lists."""
    for name in codelists:
        codes = f"SELECT * EXCLUDE (codelist) FROM {place('codes')} WHERE codelist = {literal(name)}"
        yield f"CREATE OR REPLACE VIEW {CODELISTS}.{identifier(name)} AS {codes}"


def _labelled(indexed: Indexed) -> Iterator[str]:
    """The same rows, and after them the names of their codes in Chinese and English."""
    taken = {entry.name for entry in indexed.fields}
    selected, joins = ["d.*"], ["d"]
    for position, entry in enumerate(indexed.fields):
        names = {column: f"{entry.name}_{column}" for column in ("name_zh", "name_en")}
        if entry.codelist is not None and taken.isdisjoint(names.values()):
            selected += [f"c{position}.{column} AS {identifier(name)}" for column, name in names.items()]
            joins.append(
                f"LEFT JOIN {CODELISTS}.{identifier(entry.codelist)} c{position} "
                f"ON c{position}.code = CAST(d.{identifier(entry.name)} AS VARCHAR)"
            )
    labelled = f"{LABELLED}.{identifier(indexed.dataset)}"
    head, tail = f"SELECT {', '.join(selected)} FROM", " ".join(joins)
    yield f"CREATE OR REPLACE VIEW {labelled} AS {head} {indexed.view} {tail}"
    yield (
        f"CREATE OR REPLACE MACRO {labelled}(version) AS TABLE FROM query("
        f"{literal(f'{head} {indexed.view}(')} || {quoted('version')} || {literal(f') {tail}')})"
    )
    comment = in_both("index-labelled", dataset=f"{indexed.theme}.{indexed.dataset}")
    yield f"COMMENT ON VIEW {labelled} IS {literal(comment)}"


def _column_comment(view: str, entry: Field) -> Iterator[str]:
    lines = [entry.title, entry.description]
    if entry.unit is not None:
        lines.append(in_both("index-unit", unit=entry.unit))
    if entry.codelist is not None:
        lines.append(in_both("index-codelist", codelist=f"{CODELISTS}.{entry.codelist}"))
    text = "\n".join(line for line in lines if line)
    if text:
        yield f"COMMENT ON COLUMN {view}.{identifier(entry.name)} IS {literal(text)}"
