"""Segments in several files, by ranges of their keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from publishing import (
    Row,
    contribution,
    disclosed,
    keys,
    public_schema,
    registry,
    release_now,
    tree,
    workspace_with_registry,
)

from pipelines.core.paths import Workspace
from pipelines.publish import Segment, build_segment, pending_candidates, save_candidate
from pipelines.publish.parts import part_starts

PART_ROWS = 40
TREES = [tree(number) for number in range(400)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return workspace_with_registry(tmp_path)


def build(workspace: Workspace, rows: Sequence[Row], *, keyed: bool = True, threads: int = 1) -> Segment:
    schema = public_schema() if keyed else {**public_schema(), "primaryKey": []}
    table = disclosed(workspace.work / "in.parquet", rows, schema=schema)
    dataset = registry(workspace).dataset("tree_inventory")
    segment = build_segment(dataset, "2025", [contribution(table)], workspace.work, threads=threads,
                            part_rows=PART_ROWS)  # fmt: skip
    assert segment is not None
    return segment


def rows_of(segment: Segment) -> list[list[object]]:
    found = []
    for part in segment.parts:
        assert part.parquet is not None
        found.append(pq.read_table(part.parquet)["tree_id"].to_pylist())
    return found


@pytest.mark.parametrize("keyed", [True, False])
def test_parts_hold_all_rows_once_in_the_order_of_their_keys(workspace: Workspace, keyed: bool) -> None:
    segment = build(workspace, TREES[::-1], keyed=keyed)
    found = rows_of(segment)
    assert [row for part in found for row in part] == [row[0] for row in TREES]
    assert [len(part) for part in found] == [part.rows for part in segment.parts]
    assert max(part.rows for part in segment.parts) <= PART_ROWS
    assert min(part.rows for part in segment.parts[:-1]) >= PART_ROWS // 4
    assert build(workspace, TREES, keyed=keyed, threads=4) == segment


@pytest.mark.parametrize("change", ["added", "removed", "corrected"])
def test_a_change_touches_the_parts_beside_it_only(workspace: Workspace, change: str) -> None:
    changed = list(TREES)
    if change == "added":
        changed.insert(200, (f"{TREES[199][0]}a", *TREES[199][1:]))
    elif change == "removed":
        del changed[200]
    else:
        changed[200] = tree(200, "willow")
    before, after = (
        {part.sha256 for part in build(workspace, rows).parts} for rows in (TREES, changed)
    )  # fmt: skip
    assert len(before) > 10
    assert 1 <= len(after - before) <= 3


def test_a_segment_of_several_parts_is_published_and_not_made_again(workspace: Workspace) -> None:
    segment = build(workspace, TREES)
    save_candidate(workspace, "tree_inventory", segment, keys(registry(workspace))["tree_inventory"])
    assert pending_candidates(workspace) == (("tree_inventory", segment),)
    (manifest,) = release_now(workspace, registry(workspace)).versions
    assert (manifest.rows, manifest.parts) == (len(TREES), segment.parts)
    assert pending_candidates(workspace) == ()
    assert len(list((workspace.catalog / "objects").rglob("*.parquet"))) == len(segment.parts)


@given(st.sets(st.integers(1, 300)), st.integers(1, 300), st.integers(1, 50))
def test_parts_are_never_too_long_and_never_empty(candidates: set[int], count: int, part_rows: int) -> None:
    starts = part_starts(sorted(number for number in candidates if number < count), count, part_rows)
    lengths = [end - begin for begin, end in zip(starts, [*starts[1:], count], strict=True)]
    assert starts[0] == 0
    assert all(1 <= length <= part_rows for length in lengths)
