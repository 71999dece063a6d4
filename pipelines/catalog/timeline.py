"""A dataset's versions and files as text, and the SQL that finds a version and its files in it.

A macro holds this instead of rows of a table: of an attached database it would not find the table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipelines.catalog.shapes import Shape
from pipelines.catalog.views import object_expression
from pipelines.core.messages import in_both
from pipelines.core.sql import literal

_VERSION = r"'[0-9]+\.[0-9]+\.[0-9]+'"
_TIME = r"'[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?Z?)?'"
_VERSIONS_TOLD = 10
#: Of a file's name, which ends in its hash, the period follows.
_PERIODS = "], filename = '_file') JOIN (VALUES "
_MATCH = ") AS _listed (_sha256, _period) ON _sha256 = left(right(_file, 72), 64)"


#: What ``since`` says for the version that another followed.
PREVIOUS = "previous"


@dataclass(frozen=True)
class FileRange:
    """An object, the number of the shape it was written in, the versions it belongs to (no ``last``: up to now), and
    the number of its period."""

    sha256: str
    shape: int
    first: int
    last: int | None
    period: int


@dataclass(frozen=True)
class Timeline:
    """A dataset's versions, counted from 1 in the order of their release.

    ``versions``: version (empty: withdrawn), number of its shape, number of the version it followed (0: none).
    ``releases``: time in UTC (ISO 8601, to the second) and number of the version shown from then on (0: none).
    ``shapes`` by number from 1.
    """

    dataset: str
    versions: Sequence[tuple[str, int, int]]
    releases: Sequence[tuple[str, int]]
    shapes: Sequence[Shape]
    files: Sequence[FileRange]

    def number_of(self, text: str) -> str:
        """SQL for the number of the version that ``text`` (SQL) names, or that was shown at the end of that time.

        Times are compared as text, as far as they are given: 2026-06-30 is all of that day.
        """
        told = f"coalesce({text}, 'NULL')"
        dataset = literal(self.dataset)
        names = [version for version, _, _ in self.versions]
        shown = [name for name in names if name]
        known = literal(", ".join((["…"] if len(shown) > _VERSIONS_TOLD else []) + shown[-_VERSIONS_TOLD:]))
        unknown = refusal("index-no-version", dataset=dataset, version=told, known=known)
        absent = refusal("index-no-release", dataset=dataset, time=told)
        neither = refusal("index-no-version-or-date", version=told)
        moment = f"rtrim(replace(left({text}, 19), ' ', 'T'), 'Z')"
        releases = literal(" ".join(f"{time}={number}" for time, number in self.releases))
        past = f"list_filter(string_split({releases}, ' '), lambda r: left(r, length({moment})) <= {moment})"
        current = f"nullif(split_part(coalesce(list_extract({past}, -1), '=0'), '=', 2), '0')"
        position = f"nullif(list_position(string_split({literal(' '.join(names))}, ' '), {text}), 0)"
        return (
            f"CASE WHEN regexp_full_match({text}, {_VERSION}) THEN coalesce({position}, error({unknown})) "
            f"WHEN regexp_full_match({text}, {_TIME}) THEN coalesce(CAST({current} AS INTEGER), error({absent})) "
            f"ELSE error({neither}) END"
        )

    def shape_of(self, number: str) -> str:
        """SQL for the number of a version's shape; null for a version 0."""
        return _element([str(shape) for _, shape, _ in self.versions], number)

    def previous_of(self, number: str) -> str:
        """SQL for the number of the version that another followed."""
        return _element([str(previous) for _, _, previous in self.versions], number)

    @property
    def listed(self) -> str:
        """Its files as text, separated by ``;``: ``<sha256> <shape> <first> <last> <period>``."""
        texts = (
            f"{entry.sha256} {entry.shape} {entry.first} {entry.last or ''} {entry.period}" for entry in self.files
        )
        return ";".join(texts)

    def source(
        self,
        files: str,
        belongs: str,
        shape: str,
        root: str,
        columns: Sequence[Callable[[Shape], str]],
        *,
        periods: bool = False,
    ) -> str:
        """SQL for the text of a SELECT over files, those written in one shape together.

        Args:
            files: SQL for the text of all files.
            belongs: SQL that tells whether the file ``f`` is wanted.
            shape: SQL for the number of the shape that rows are wanted in.
            root: SQL for the catalog's folder.
            columns: for each such number, what is selected from files of a shape.
            periods: whether the number of the period comes first, as ``_period``.
        """
        path = f"'''' || replace({root}, '''', '''''') || {object_expression('left(f, 64)')} || ''''"
        parts = []
        for number, written in enumerate(self.shapes, start=1):
            selected = _choice([of(written) for of in columns], shape)
            wanted = f"split_part(f, ' ', 2) = '{number}' AND {belongs}"
            each = f"list_transform(string_split({files}, ';'), lambda f: CASE WHEN {wanted} THEN {{}} END)"
            paths = each.format(path)
            if periods:
                # Periods of equal rows share a file: it is read once, and its rows count for each.
                listed = _joined(each.format("'(''' || left(f, 64) || ''', ' || split_part(f, ' ', 5) || ')'"))
                opened = f"{_joined(f'list_distinct({paths})')} || {literal(_PERIODS)} || {listed} || {literal(_MATCH)}"
                parts.append(f"'SELECT _period, ' || {selected} || ' FROM read_parquet([' || {opened}")
            else:
                parts.append(f"'SELECT ' || {selected} || ' FROM read_parquet([' || {_joined(paths)} || '])'")
        nothing = _choice([of(Shape((), ())) for of in columns], shape)
        united = f"concat_ws(' UNION ALL ', {', '.join(parts)})"
        first = "SELECT 0 AS _period, " if periods else "SELECT "
        return f"coalesce(nullif({united}, ''), {literal(first)} || {nothing} || ' LIMIT 0')"


def _joined(texts: str) -> str:
    """SQL for texts with commas between; null where there are none."""
    return f"nullif(array_to_string({texts}, ', '), '')"


def belongs_to(file: str, number: str) -> str:
    """SQL: whether a file, as :attr:`Timeline.listed` writes it, belongs to a version."""
    return (
        f"{number} BETWEEN CAST(split_part({file}, ' ', 3) AS INTEGER) AND "
        f"CAST(coalesce(nullif(split_part({file}, ' ', 4), ''), '2147483647') AS INTEGER)"
    )


def refusal(message_id: str, **values: str) -> str:
    """SQL for a text of the message catalogue in both languages; ``values`` are SQL."""
    parts = in_both(message_id, **{name: f"\0{name}\0" for name in values}).split("\0")
    return " || ".join(values[part] if position % 2 else literal(part) for position, part in enumerate(parts) if part)


def _element(values: Sequence[str], number: str) -> str:
    return f"CAST(list_extract(string_split({literal(' '.join(values))}, ' '), {number}) AS INTEGER)"


def _choice(texts: Sequence[str], number: str) -> str:
    if len(set(texts)) == 1:
        return literal(texts[0])
    return f"list_extract([{', '.join(map(literal, texts))}], {number})"
