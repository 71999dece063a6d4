"""Making the charts of a version: a database of their own, bounded, in which each asks a few questions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from decimal import localcontext
from functools import partial
from pathlib import Path
from typing import assert_never

from pipelines.core.files import scratch_folder
from pipelines.portal.charts.bars import distribution, tree
from pipelines.portal.charts.choosing import chosen
from pipelines.portal.charts.lines import progress, rows
from pipelines.portal.charts.names import Names
from pipelines.portal.charts.queries import Rows, distinct
from pipelines.portal.charts.records import Chart
from pipelines.portal.charts.stacks import MOST_STACKS, categories, status
from pipelines.portal.charts.telling import Asked
from pipelines.publish import Manifest, Segment, Store
from pipelines.publish.sql import MEMORY_LIMIT, scratch_database
from pipelines.registry import CodeList
from pipelines.registry.charts import (
    CategoriesChart,
    ChartDescriptor,
    CodesChart,
    DistributionChart,
    Periods,
    ProgressChart,
    RowsChart,
    StatusChart,
    TreeChart,
)

#: Raised when charts of the same version come to be other ones.
REVISION = 2
#: The newest periods that a chart over periods has.
MOST_PERIODS = 24
#: More than a sum in DECIMAL has, which are 38.
_DIGITS = 60


def charts_digest(wanted: Sequence[ChartDescriptor], lists: Mapping[str, CodeList]) -> str:
    """Changes whenever charts of the same version may be other ones: with what is declared, and the lists it names."""
    named = sorted({name for chart in wanted for name in chart.codelists.values()} & lists.keys())
    parts = [str(REVISION), *(chart.model_dump_json() for chart in wanted), *(lists[name].digest for name in named)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def charts_of(
    store: Store,
    manifest: Manifest,
    wanted: Sequence[ChartDescriptor],
    lists: Mapping[str, CodeList],
    work: Path,
    memory_limit: str = MEMORY_LIMIT,
) -> tuple[Chart, ...]:
    """The charts of a version, at most three; none where it has no rows, or nothing to draw.

    Reads the columns that they need, of the periods that they show. The same version gives the same charts.

    Args:
        store: the catalog.
        manifest: the version.
        wanted: what its dataset declares (``charts:``); empty, or of fields that the version does not have: charts
            that its public schema and its values suggest.
        lists: the registry's code lists, for fields whose public schema names none.
        work: private folder for what does not fit into memory.
        memory_limit: as DuckDB has it.

    Raises:
        CorruptStore: when an object or a code list is missing or damaged.
        duckdb.Error, OSError: when memory or disk do not suffice.
    """
    if not any(segment.rows for segment in manifest.segments):
        return ()
    with (
        localcontext(prec=_DIGITS),
        scratch_folder(work, "charts") as folder,
        scratch_database(folder, 1, memory_limit) as connection,
    ):
        made = []
        for place, chart in enumerate(chosen(manifest, wanted, partial(distinct, connection, store, manifest)), 1):
            read = Rows(connection, store, manifest, _segments(manifest, chart), chart)
            asked = Asked(f"chart-{place}", chart, Names(store, manifest, lists, chart), read)
            made.append(_make(asked, chart))
        return tuple(chart for chart in made if chart is not None)


def _segments(manifest: Manifest, chart: ChartDescriptor) -> tuple[Segment, ...]:
    """The periods that a chart is about: the newest one with rows, the newest so many, or all."""
    filled = [segment for segment in manifest.segments if segment.rows]
    if isinstance(chart, StatusChart):
        return tuple(filled[-MOST_STACKS - 1 :])
    if isinstance(chart, ProgressChart | RowsChart):
        return tuple(filled[-MOST_PERIODS:])
    return tuple(filled if chart.periods is Periods.ALL else filled[-1:])


def _make(asked: Asked, chart: ChartDescriptor) -> Chart | None:
    match chart:
        case TreeChart() | CodesChart():
            return tree(asked, chart)
        case CategoriesChart():
            return categories(asked, chart)
        case StatusChart():
            return status(asked, chart)
        case ProgressChart():
            return progress(asked, chart)
        case DistributionChart():
            return distribution(asked, chart)
        case RowsChart():
            return rows(asked)
        case never:
            assert_never(never)
