"""Every row of a file is in the table or counted as left out, by reason: compared with how the file was made up."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from drafting import draft
from flowing import HEADER, run_all
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingesting import read_files, rows_of
from support import write_registry
from tables import (
    COLUMNS,
    FIELDS,
    RECORDS,
    SHEETS,
    STYLES,
    Kind,
    Style,
    Table,
    account,
    as_csv,
    packed,
    tables,
)

from pipelines.core.errors import DeliveryRejected
from pipelines.core.findings import Severity
from pipelines.core.paths import Workspace
from pipelines.core.records import RawTable
from pipelines.drafting import CannotDraft
from pipelines.flow import open_installation
from pipelines.publish import FolderStore, latest_snapshot, load_manifest

PACKINGS = st.sampled_from(["plain", "gzip", "zip"])


def layout(table: Table, kind: str, unpivot: bool, header_row: int = 1, **more: Any) -> dict[str, Any]:
    """The layout that such tables are declared with."""
    names = dict(zip(COLUMNS[table.header_rows], FIELDS, strict=True)) if table.header_rows else {}
    steps: list[dict[str, Any]] = [
        {"step": "exclude_totals", "label": "tree_id", "pattern": "^合计$", "sums": ["height", "note"]}
    ]
    if unpivot:
        steps.append({"step": "unpivot", "columns": {"height": "h", "note": "n"}, "name_field": "planted",
                      "value_field": "felled"})  # fmt: skip
    return {"format": kind, "columns": names, "header_row": header_row, "header_rows": table.header_rows or 1,
            "footer": "^(数据来源|制表人|注)", "unit_note": {"required": False}, "steps": steps, **more}  # fmt: skip


def check(files: Mapping[str, bytes], written: Sequence[Table], layout: dict[str, Any], unpivot: bool) -> None:
    """Read the files, and compare with what is known of the tables that were written into them."""
    repeated = sum(table.repeated for table in written if table.header_rows)
    with TemporaryDirectory() as folder:
        try:
            raw = read_files(Path(folder), files, layout)
        except DeliveryRejected as rejected:
            errors = [finding for finding in rejected.findings if finding.severity is Severity.ERROR]
            assert {finding.rule for finding in errors} == {"header-repeated"}
            assert sum(int(str(finding.message.params["rows"])) for finding in errors) == repeated
            return
        assert not repeated
        assert len(rows_of(raw)) == raw.rows
    balance(raw, written, unpivot)


def balance(raw: RawTable, written: Sequence[Table], unpivot: bool) -> None:
    expected: Counter[str] = sum((account(table, unpivot) for table in written), Counter())
    assert Counter({"table": raw.rows, **raw.excluded}) == expected
    read = sum(len(table.rows) for table in written)
    gained = sum(count for step, count in raw.steps.items() if step.endswith(":unpivot"))
    assert raw.rows_in_files == read + gained


@given(st.data(), STYLES, PACKINGS, st.booleans())
@settings(max_examples=120)
def test_rows_of_csv_files(data: st.DataObject, style: Style, packing: str, unpivot: bool) -> None:
    first = data.draw(tables(ragged=True, repeated=True))
    more = data.draw(st.lists(tables(ragged=True), max_size=2))
    written = [first, *(table for table in more if table.header_rows == first.header_rows)]
    contents = [as_csv(table, style) for table in written]
    for table, content in zip(written, contents, strict=True):
        text = io.StringIO(content.decode("utf-8-sig" if style.encoding == "utf-8" else style.encoding), newline="")
        assert len(list(csv.reader(text, delimiter=style.delimiter))) == len(table.rows)
    header_row = data.draw(st.sampled_from([1, [row.kind for row in first.rows].index(Kind.HEADER) + 1]))
    declared = layout(first, "csv", unpivot, header_row, delimiter=style.delimiter,
                      encoding=[style.encoding.removesuffix("-sig")])  # fmt: skip
    check(packed(contents, "csv", packing), written, declared, unpivot)


@pytest.mark.parametrize(("kind", "examples"), [("xlsx", 30), ("ods", 60), ("html", 60)])
def test_rows_of_sheets(kind: str, examples: int) -> None:
    @given(st.data(), st.sampled_from(["plain", "zip"]), st.booleans())
    @settings(max_examples=examples)
    def holds(data: st.DataObject, packing: str, unpivot: bool) -> None:
        first = data.draw(tables(repeated=True))
        more = data.draw(st.lists(tables(), max_size=2))
        written = [first, *(table for table in more if table.header_rows == first.header_rows)]
        files = packed([SHEETS[kind](written)], kind, packing)
        kept = written if kind == "html" else [table.ended for table in written]
        check(files, kept, layout(first, kind, unpivot), unpivot)

    holds()


@pytest.mark.parametrize("kind", sorted(RECORDS))
def test_rows_of_records(kind: str) -> None:
    @given(tables(), PACKINGS, st.booleans())
    @settings(max_examples=30)
    def holds(table: Table, packing: str, unpivot: bool) -> None:
        files = packed([RECORDS[kind]([table.body])], kind, packing)
        check(files, [table.body], layout(table.body, kind, unpivot), unpivot)

    holds()


@pytest.mark.parametrize(("kind", "examples"), [("csv", 6), ("xlsx", 3), ("ods", 3)])
def test_rows_under_a_drafted_layout(kind: str, examples: int) -> None:
    @given(st.data(), STYLES)
    @settings(max_examples=examples, suppress_health_check=[HealthCheck.too_slow])
    def holds(data: st.DataObject, style: Style) -> None:
        table = data.draw(tables(gaps=False))
        content = as_csv(table, style) if kind == "csv" else SHEETS[kind]([table])
        kept = table if kind == "csv" else table.ended
        with TemporaryDirectory() as folder:
            try:
                drafted = draft(Path(folder), f"t.{kind}", content).drafted
            except CannotDraft:
                return
        assert drafted.rows + sum(drafted.excluded.values()) == drafted.rows_in_file == len(kept.rows)

    holds()


AS_DELIVERED = st.sampled_from(["", "oak", "ginkgo"])


@given(st.lists(st.tuples(st.integers(0, 6), AS_DELIVERED), max_size=8), st.integers(0, 2), st.integers(0, 2))
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
def test_rows_up_to_the_published_version(rows: list[tuple[int, str]], blank: int, gaps: int) -> None:
    body = [f"t{key},{species},999901,1,,,," for key, species in rows] + [",,,,,,,"] * gaps + ["t9,pine,999901,1,,,,"]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_SURROGATE_KEY", "ab" * 32)
        workspace = Workspace.at(Path(folder) / "data", write_registry(Path(folder) / "schema"))
        inbox = workspace.inbox / "parks_office" / "tree_inventory" / "2025"
        inbox.mkdir(parents=True)
        (inbox / "t.csv").write_text(HEADER + "\n".join([*body, *[""] * blank]) + "\n", encoding="utf-8")
        with open_installation(workspace) as inst:
            ((result,),) = (period.latest for period in run_all(inst).values())
            snapshot = latest_snapshot(FolderStore(workspace.catalog))
            published = 0
            if snapshot is not None:
                manifest = load_manifest(FolderStore(workspace.catalog), snapshot.datasets["tree_inventory"].manifest)
                published = sum(segment.rows for segment in manifest.segments)
    counts = Counter(f"t{key}" for key, _ in rows)
    good = 1 + sum(1 for key, species in rows if species != "oak")
    assert result.rows_in_files == 1 + len(body) + blank
    assert result.rows_accepted == published
    if published:
        kept_back = result.rows_quarantined
        assert sum(result.rows_excluded.values()) + published + kept_back == result.rows_in_files
        assert published <= good and kept_back >= gaps + len(rows) + 1 - good
        assert published >= sum(1 for key, species in rows if species != "oak" and counts[f"t{key}"] == 1)
