"""The SQL of a period's difference.

Every SELECT here has the same columns, whose names no field can disturb: ``change`` (``added``, ``removed``,
``changed``), ``rows`` (how many equal rows), ``k<i>`` for the key's fields, ``o<i>`` and ``n<i>`` for the old and new
values of the others. Values are compared as values: nulls are equal, and so are all NaN.

Rows with one key are compared field by field. A 64-bit hash of the rows takes a third less time, but two rows with
the same hash can be made on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.publish.diff.fields import FieldChanges
from pipelines.publish.diff.reading import Files, PeriodFiles, Side, is_unique, side_rows


def difference(period: PeriodFiles, fields: FieldChanges, files: Files) -> str:
    """SELECT for the rows of a period that differ, in no order.

    Raises:
        CorruptStore: when a file is missing.
    """
    if not period.old.parts or not period.new.parts:
        return _one_side(period, fields, files)
    if fields.key:
        return _by_key(period, fields, files)
    return _by_all_fields(period, fields, files)


def nothing(fields: FieldChanges) -> str:
    """SELECT for a difference without rows, to know the types of the columns."""
    kinds = {"change": "VARCHAR", "rows": "BIGINT"}
    kinds |= {f"k{place}": entry.kind for place, entry in enumerate(fields.keys)}
    kinds |= {f"{side}{place}": entry.kind for place, entry in enumerate(fields.values) for side in "on"}
    return f"SELECT {', '.join(f'CAST(NULL AS {kind}) AS {name}' for name, kind in kinds.items())} WHERE false"


def order_of(period: PeriodFiles, fields: FieldChanges) -> str:
    """ORDER BY for a difference that leaves nothing open: by key, else by all fields."""
    values = range(len(fields.values))
    names = [f"k{position}" for position in range(len(fields.keys))]
    if not fields.key:
        names = [f"coalesce(o{position}, n{position})" for position in values]
    elif not _is_unique(period, fields):
        names += [f"{side}{position}" for side in "on" for position in values]
    return ", ".join([f"{name} ASC NULLS LAST" for name in names] or ["change"])


def differs(position: int) -> str:
    """Condition for a value that differs within a changed row."""
    return f"o{position} IS DISTINCT FROM n{position}"


def _one_side(period: PeriodFiles, fields: FieldChanges, files: Files) -> str:
    """All rows of the one side that has any; nothing to compare them with."""
    old = bool(period.old.parts)
    side = period.old if old else period.new
    rows = side_rows(side, (*fields.keys, *fields.values), files, old=old)
    count, rest = ("1::BIGINT", "") if fields.key else ("count(*)", " GROUP BY ALL")
    selected = [f"'{_what(old)}' AS change", f"{count} AS rows", *_renamed(fields, "o" if old else "n")]
    return f"SELECT {', '.join(selected)} FROM ({rows}){rest}"


def _by_key(period: PeriodFiles, fields: FieldChanges, files: Files) -> str:
    ordered = (*fields.keys, *fields.values)
    keys, count = range(len(fields.keys)), len(ordered)
    values = range(len(fields.keys), count)
    unique = _is_unique(period, fields)
    sides = []
    for side, old in _sides(period):
        rows = side_rows(side, ordered, files, old=old)
        sides.append(f"({rows if unique else _numbered(rows, keys, count)})")
    on = [f"o.c{key} IS NOT DISTINCT FROM n.c{key}" for key in keys]
    if not unique:
        on.append("o.number = n.number")
    differing = [f"o.c{value} IS DISTINCT FROM n.c{value}" for value in values]
    selected = [f"coalesce(o.c{key}, n.c{key}) AS k{key}" for key in keys]
    for place, value in enumerate(values):
        selected += [f"o.c{value} AS o{place}", f"n.c{value} AS n{place}"]
    change = "CASE WHEN o.present IS NULL THEN 'added' WHEN n.present IS NULL THEN 'removed' ELSE 'changed' END"
    return (
        f"SELECT {change} AS change, 1::BIGINT AS rows, {', '.join(selected)} "
        f"FROM {sides[0]} o FULL JOIN {sides[1]} n ON {' AND '.join(on)} "
        f"WHERE {' OR '.join(['o.present IS NULL', 'n.present IS NULL', *differing])}"
    )


def _is_unique(period: PeriodFiles, fields: FieldChanges) -> bool:
    return is_unique(period.old, fields, old=True) and is_unique(period.new, fields, old=False)


def _numbered(rows: str, keys: range, count: int) -> str:
    """Rows that the key may not tell apart, with a number within each key: the first is compared with the first."""
    by = ", ".join(f"c{key}" for key in keys)
    order = ", ".join(f"c{position} ASC NULLS LAST" for position in range(count))
    return f"SELECT *, row_number() OVER (PARTITION BY {by} ORDER BY {order}) AS number FROM ({rows})"


def _by_all_fields(period: PeriodFiles, fields: FieldChanges, files: Files) -> str:
    """How many more or fewer there are of each row: every row counts, equal ones too."""
    parts = [
        f"SELECT *, {-1 if old else 1} AS one FROM ({side_rows(side, fields.values, files, old=old)})"
        for side, old in _sides(period)
    ]
    columns = [f"c{position}" for position in range(len(fields.values))]
    counted = (
        f"SELECT {', '.join(['present', *columns])}, sum(one)::BIGINT AS more "
        f"FROM ({' UNION ALL '.join(parts)}) GROUP BY ALL HAVING more <> 0"
    )
    selected = []
    for place, column in enumerate(columns):
        selected += [f"CASE WHEN more {sign} 0 THEN {column} END AS {side}{place}" for side, sign in ("o<", "n>")]
    change = f"CASE WHEN more < 0 THEN '{_what(True)}' ELSE '{_what(False)}' END"
    return f"SELECT {', '.join([f'{change} AS change', 'abs(more) AS rows', *selected])} FROM ({counted})"


def _renamed(fields: FieldChanges, side: str) -> list[str]:
    """The columns of one side in the places of the difference; null for the other side."""
    shift = len(fields.keys)
    names = [f"c{key} AS k{key}" for key in range(shift)]
    for place, entry in enumerate(fields.values):
        for letter in "on":
            value = f"c{place + shift}" if letter == side else f"CAST(NULL AS {entry.kind})"
            names.append(f"{value} AS {letter}{place}")
    return names


def _sides(period: PeriodFiles) -> Iterator[tuple[Side, bool]]:
    yield period.old, True
    yield period.new, False


def _what(old: bool) -> str:
    return "removed" if old else "added"
