"""The macros of the index: any version of a dataset, by number or date, and what changed between two.

No subquery may stand in ``read_parquet``, and each version has columns of its own. So when a query is prepared a
macro writes the SELECT for what is asked and has ``query`` run it, in three steps: the first writes down what is asked,
the second finds the versions, the third their files. Names are never qualified in them: DuckDB takes ``a.b`` in an
argument for text; and lambdas hardly nested: the time that it takes to bind one doubles with each level. All but the
first step is text within the macro: whoever attaches an index has all of its macros in memory, expressions take far
more than text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from pipelines.catalog.shapes import Shape
from pipelines.catalog.timeline import PREVIOUS, Timeline, belongs_to, refusal
from pipelines.catalog.units import convert_expression
from pipelines.catalog.views import ROOT
from pipelines.core.sql import identifier, literal

#: Places in the second step for what is asked, and in the third for what the second finds, in the order in which it
#: comes in; no other text has an @.
_ASKED_VERSION, _ASKED_SINCE = "@v", "@s"
_VERSION, _SINCE, _FILES, _ROOT = "@n", "@o", "@f", "@r"
_PREVIOUS_NUMBER = "-1"


def version_macro(name: str, timeline: Timeline) -> str:
    """SQL that makes the table macro ``name(version, since)``.

    Without ``since``: a version's rows, by its number or by date. With it: the rows that differ, read from the files
    that differ. Their columns are ``_change_type`` (Delta Lake's and DuckLake's words: insert, delete,
    update_preimage, update_postimage), then the fields of both versions; one that has had several types is text.
    """
    since = (
        f"CASE WHEN {_ASKED_SINCE} = '{PREVIOUS}' THEN '{_PREVIOUS_NUMBER}' "
        f"ELSE CAST({timeline.number_of(_ASKED_SINCE)} AS VARCHAR) END"
    )
    text = f"CASE WHEN {_ASKED_SINCE} IS NULL THEN {literal(_rows(timeline))} ELSE {literal(_changes(timeline))} END"
    for place, found in (
        (_VERSION, f"CAST({timeline.number_of(_ASKED_VERSION)} AS VARCHAR)"),
        (_SINCE, f"CASE WHEN {_ASKED_SINCE} IS NULL THEN '' ELSE {since} END"),
        # The folder comes last: its name may hold anything.
        (_FILES, literal(timeline.listed)),
        (_ROOT, f"replace({ROOT}, '''', '''''')"),
    ):
        text = f"replace({text}, '{place}', {found})"
    asked = literal(f"FROM query('FROM query(' || {text} || ')')")
    # What is asked may hold anything too; no version has an @.
    for place, argument in ((_ASKED_VERSION, "replace(CAST(version AS VARCHAR), '@', '＠')"), (_ASKED_SINCE, "since")):
        asked = f"replace({asked}, '{place}', {quoted(argument)})"
    return f"CREATE OR REPLACE MACRO {name}(version, since := NULL) AS TABLE FROM query({asked})"


def _rows(timeline: Timeline) -> str:
    """SQL for the text of the SELECT of a version's rows, once what stands in the places is known."""
    columns = [shape.select_list for shape in timeline.shapes]
    return timeline.source(f"'{_FILES}'", belongs_to("f", _VERSION), timeline.shape_of(_VERSION), f"'{_ROOT}'", columns)


def _changes(timeline: Timeline) -> str:
    """SQL for the text of the SELECT of the rows that differ."""
    old = f"CASE WHEN {_SINCE} = {_PREVIOUS_NUMBER} THEN {timeline.previous_of(_VERSION)} ELSE {_SINCE} END"
    new_shape = timeline.shape_of(_VERSION)
    old_shape = f"coalesce({timeline.shape_of(old)}, {new_shape})"
    retyped = _retyped(timeline.shapes)
    columns = [partial(shape.select_list, as_text=retyped) for shape in timeline.shapes]
    in_new, in_old = belongs_to("f", _VERSION), belongs_to("f", old)
    new_rows, old_rows = (
        timeline.source(f"'{_FILES}'", f"{here} AND NOT {there}", shape, f"'{_ROOT}'", columns, periods=True)
        for here, there, shape in ((in_new, in_old, new_shape), (in_old, in_new, old_shape))
    )
    compared = [_comparison(shape.key) for shape in timeline.shapes]
    comparison = literal(compared[0])
    if len(set(compared)) > 1:
        by_shape = f"list_extract([{', '.join(map(literal, compared))}], {{}})"
        comparison = (
            f"CASE WHEN {by_shape.format(new_shape)} = {by_shape.format(old_shape)} THEN {by_shape.format(new_shape)} "
            f"ELSE {literal(_comparison(()))} END"
        )
    return f"'WITH a AS (' || {new_rows} || '), b AS (' || {old_rows} || {literal(_ALIGNED)} || {comparison}"


def changes_macro(name: str, of: str) -> str:
    """SQL that makes the table macro ``name(version, since)``, which asks ``of`` for what changed."""
    return (
        f"CREATE OR REPLACE MACRO {name}(version, since := '{PREVIOUS}') AS TABLE FROM query("
        f"{literal(f'FROM {of}(')} || {quoted('version')} || ', since := ' || {quoted('since')} || ')')"
    )


def common_macros() -> Iterator[str]:
    """SQL that makes the macros that are not about one dataset."""
    dataset = refusal("index-no-identifier", dataset="coalesce(CAST(dataset AS VARCHAR), 'NULL')")
    yield (
        "CREATE OR REPLACE MACRO main.changes(dataset, version, since := 'previous') AS TABLE FROM query("
        "CASE WHEN regexp_full_match(CAST(dataset AS VARCHAR), '[a-z][a-z0-9_]*') THEN 'FROM changes.\"' || dataset || "
        f"'\"(' || {quoted('version')} || ', since := ' || {quoted('since')} || ')' ELSE error({dataset}) END)"
    )
    units = refusal("index-no-conversion", origin="coalesce(origin, 'NULL')", target="coalesce(target, 'NULL')")
    yield (
        "CREATE OR REPLACE MACRO main.convert_unit(amount, origin, target) AS "
        f"{convert_expression('amount', 'origin', 'target', units)}"
    )


def quoted(argument: str) -> str:
    """SQL for an argument as a literal, to hand it on in the text of a query."""
    return f"coalesce('''' || replace(CAST({argument} AS VARCHAR), '''', '''''') || '''', 'NULL')"


def _retyped(shapes: Sequence[Shape]) -> frozenset[str]:
    """Columns that have had several types."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for shape in shapes:
        for name, kind in shape.columns:
            kinds[name].add(kind)
    return frozenset(name for name, found in kinds.items() if len(found) > 1)


#: Both sides with the columns of both, those of the newer version first.
_ALIGNED = (
    "), _new AS (FROM a UNION ALL BY NAME (FROM b LIMIT 0)), _old AS ((FROM a LIMIT 0) UNION ALL BY NAME FROM b) "
)


def _comparison(key: tuple[str, ...]) -> str:
    """SELECT of the rows that differ, period by period: a key tells rows of one apart. Without a key rows are equal or
    they are not."""
    if not key:
        return (
            "SELECT 'delete' AS _change_type, * EXCLUDE (_period) FROM (FROM _old EXCEPT ALL FROM _new) UNION ALL "
            "SELECT 'insert', * EXCLUDE (_period) FROM (FROM _new EXCEPT ALL FROM _old)"
        )
    joined = " AND ".join(f"_o.{identifier(name)} IS NOT DISTINCT FROM _n.{identifier(name)}" for name in key)
    return (
        "SELECT * EXCLUDE (_period) FROM (SELECT _change_type, "
        "unnest(CASE WHEN _change_type IN ('insert', 'update_postimage') THEN _n ELSE _o END) "
        "FROM (SELECT unnest(CASE WHEN _o._period IS NULL THEN ['insert'] WHEN _n._period IS NULL THEN ['delete'] "
        "ELSE ['update_preimage', 'update_postimage'] END) AS _change_type, _o, _n FROM _old _o FULL JOIN _new _n "
        f"ON _o._period = _n._period AND {joined} WHERE _o IS DISTINCT FROM _n))"
    )
